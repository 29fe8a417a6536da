package dev.inkfish.crush;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.TreeSet;

/// The weight sets of a map that is edited: weights for choosing, instead of the buckets' own, for one pool or all
/// (`choose_args` of `CrushWrapper`).
public final class WeightSetEditor {
    /// The pool number of the weight set that serves all pools without one of their own.
    public static final long ALL_POOLS = -1;

    private final CrushEditor editor;
    final TreeSet<Long> pools = new TreeSet<>();

    WeightSetEditor(CrushEditor editor) {
        this.editor = editor;
    }

    public boolean exists(long pool) {
        return pools.contains(pool);
    }

    /// Gives a pool weights of its own to choose by, which begin as the buckets' weights. False if it has them.
    ///
    /// @param positions how many places in a group have weights of their own; 1 for the same everywhere
    public boolean create(long pool, int positions) {
        if (!pools.add(pool)) {
            return false;
        }
        for (EditedBucket bucket : editor.buckets) {
            if (bucket != null && bucket.algorithm == CrushBucket.Algorithm.STRAW2) {
                bucket.weightSets.put(pool, WeightSet.of(bucket.weights, positions));
            }
        }
        return true;
    }

    public void remove(long pool) {
        pools.remove(pool);
        for (EditedBucket bucket : editor.buckets) {
            if (bucket != null) {
                bucket.weightSets.remove(pool);
            }
        }
    }

    /// The positions of a pool's weight set.
    public int positions(long pool) {
        for (EditedBucket bucket : editor.buckets) {
            WeightSet set = bucket == null ? null : bucket.weightSets.get(pool);
            if (set != null && set.positions() > 0) {
                return set.positions();
            }
        }
        return 1;
    }

    /// Sets an item's weights in a pool's weight set, and the sums above it there.
    ///
    /// @param weights one for each position
    public void setWeight(long pool, int item, List<Integer> weights) {
        boolean found = false;
        for (EditedBucket bucket : editor.buckets) {
            int at = bucket == null ? -1 : bucket.items.indexOf(item);
            if (bucket == null || at < 0) {
                continue;
            }
            WeightSet set = bucket.weightSets.computeIfAbsent(pool, k -> WeightSet.of(bucket.weights, weights.size()));
            if (set.positions() != weights.size()) {
                throw new CephException(Errno.EINVAL, "weight_set_positions != " + weights.size() + " for bucket " + bucket.id);
            }
            set.set(at, weights);
            if (editor.buckets.stream().anyMatch(above -> above != null && above.items.contains(bucket.id))) {
                setWeight(pool, bucket.id, set.sums());
            }
            found = true;
        }
        if (!found) {
            throw new CephException(Errno.ENOENT, "item " + item + " not found in crush map");
        }
    }
}
