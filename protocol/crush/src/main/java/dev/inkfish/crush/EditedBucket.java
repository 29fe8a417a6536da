package dev.inkfish.crush;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A bucket while it is edited; computes what the algorithm derives from the weights (`src/crush/builder.c`).
final class EditedBucket {
    final int id;
    final int type;
    CrushBucket.Algorithm algorithm;
    final List<Integer> items = new ArrayList<>();
    final List<Integer> weights = new ArrayList<>();
    /// By pool (-1: the one that serves all others); what choices are made by instead of the weights.
    final NavigableMap<Long, WeightSet> weightSets = new TreeMap<>();
    private final int hash;

    EditedBucket(int id, int type, CrushBucket.Algorithm algorithm) {
        this(id, type, algorithm, CrushHash.RJENKINS1);
    }

    private EditedBucket(int id, int type, CrushBucket.Algorithm algorithm, int hash) {
        this.id = id;
        this.type = type;
        this.algorithm = algorithm;
        this.hash = hash;
    }

    static EditedBucket of(CrushBucket bucket) {
        EditedBucket edited = new EditedBucket(bucket.id(), bucket.type(), bucket.algorithm(), bucket.hash());
        for (int i = 0; i < bucket.size(); i++) {
            edited.items.add(bucket.item(i));
            edited.weights.add(bucket.itemWeight(i));
        }
        return edited;
    }

    int weight() {
        return weights.stream().mapToInt(Integer::intValue).sum();
    }

    void add(int item, int weight) {
        items.add(item);
        weights.add(weight);
        weightSets.values().forEach(set -> set.add(weight));
    }

    void remove(int item) {
        int at = items.indexOf(item);
        items.remove(at);
        weights.remove(at);
        weightSets.values().forEach(set -> set.remove(at));
    }

    /// Sets an item's weight, in the weight sets too.
    void setWeight(int at, int weight) {
        if (algorithm == CrushBucket.Algorithm.UNIFORM) {
            weights.replaceAll(old -> weight);
        } else {
            weights.set(at, weight);
        }
        weightSets.values().forEach(set -> set.setAll(at, weight));
    }

    /// Trades all items with another bucket.
    void swapItems(EditedBucket other) {
        List<Integer> ours = List.copyOf(items);
        List<Integer> ourWeights = List.copyOf(weights);
        replaceItems(other.items, other.weights);
        other.replaceItems(ours, ourWeights);
    }

    private void replaceItems(List<Integer> others, List<Integer> theirWeights) {
        List.copyOf(items).forEach(this::remove);
        for (int i = 0; i < others.size(); i++) {
            add(others.get(i), theirWeights.get(i));
        }
    }

    /// @param before the bucket as it was, given back if nothing changed; or null
    CrushBucket build(@Nullable CrushBucket before) {
        int[] w = array(weights);
        int[] itemArray = array(items);
        CrushBucket built = switch (algorithm) {
            case UNIFORM -> uniform(itemArray, w);
            case LIST -> bucket(itemArray, w, runningSums(w));
            case TREE -> bucket(itemArray, new int[0], treeNodes(w));
            case STRAW2 -> bucket(itemArray, w, new int[0]);
            case STRAW, NONE -> before;
        };
        if (built == null || algorithm == CrushBucket.Algorithm.STRAW && !sameAs(before)) {
            throw new CephException(
                    Errno.EOPNOTSUPP, "bucket " + id + " is of algorithm straw: convert it to straw2 before changing it");
        }
        return built;
    }

    private boolean sameAs(CrushBucket before) {
        EditedBucket old = of(before);
        return old.items.equals(items) && old.weights.equals(weights);
    }

    private CrushBucket uniform(int[] itemArray, int[] w) {
        int each = w.length == 0 ? 0 : w[0];
        return new CrushBucket(id, type, algorithm, hash, each * w.length, itemArray, new int[] {each}, new int[0]);
    }

    private CrushBucket bucket(int[] itemArray, int[] w, int[] derived) {
        return new CrushBucket(id, type, algorithm, hash, weight(), itemArray, w, derived);
    }

    private static int[] runningSums(int[] w) {
        int[] sums = new int[w.length];
        int sum = 0;
        for (int i = 0; i < w.length; i++) {
            sum += w[i];
            sums[i] = sum;
        }
        return sums;
    }

    /// Leaf `i` is node `2i + 1`; a node of height h has its children at a distance of 2^(h-1).
    private static int[] treeNodes(int[] w) {
        int[] nodes = new int[CrushBucket.treeNodes(w.length)];
        for (int i = 0; i < w.length; i++) {
            int node = 2 * i + 1;
            nodes[node] = w[i];
            while (node != nodes.length >> 1) {
                int height = Integer.lowestOneBit(node);
                node = (node & height << 1) == 0 ? node + height : node - height;
                nodes[node] += w[i];
            }
        }
        return nodes;
    }

    private static int[] array(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}
