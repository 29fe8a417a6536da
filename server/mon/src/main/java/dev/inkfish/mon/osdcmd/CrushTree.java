package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Walks the hierarchy in the order in which Ceph lists it (`CrushTreeDumper`): children by name, devices by
/// class and number.
final class CrushTree {
    /// @param parent null of a root
    /// @param weight as a fraction, in the parent
    /// @param children in reverse of the order shown
    record Node(int id, @Nullable CrushBucket parent, int depth, double weight, List<Integer> children) {}

    private final CrushMap crush;
    private final IntPredicate shown;
    private final List<Node> nodes = new ArrayList<>();

    /// @param shown which devices; a bucket is shown if something below it is, all are if this is null
    CrushTree(CrushMap crush, TreeSet<Integer> roots, @Nullable IntPredicate shown) {
        this.crush = crush;
        this.shown = shown == null ? device -> true : shown;
        for (int root : roots) {
            if (shown == null || isShown(root)) {
                walk(root, null, 0, weightOf(root), shown != null);
            }
        }
    }

    static TreeSet<Integer> roots(CrushMap crush, boolean withShadows) {
        TreeSet<Integer> roots = new TreeSet<>();
        TreeSet<Integer> children = new TreeSet<>();
        for (CrushBucket bucket : crush.buckets()) {
            if (bucket != null) {
                if (withShadows || !isShadow(crush, bucket.id())) {
                    roots.add(bucket.id());
                }
                for (int i = 0; i < bucket.size(); i++) {
                    children.add(bucket.item(i));
                }
            }
        }
        roots.removeAll(children);
        return roots;
    }

    static boolean isShadow(CrushMap crush, int id) {
        return crush.itemNames().getOrDefault(id, "").indexOf('~') >= 0;
    }

    List<Node> nodes() {
        return nodes;
    }

    private double weightOf(int id) {
        CrushBucket bucket = crush.bucket(id);
        return bucket == null ? 0 : bucket.weight() / 65536.0;
    }

    private boolean isShown(int id) {
        CrushBucket bucket = crush.bucket(id);
        if (bucket == null) {
            return id >= 0 && shown.test(id);
        }
        for (int i = 0; i < bucket.size(); i++) {
            if (isShown(bucket.item(i))) {
                return true;
            }
        }
        return false;
    }

    private void walk(int id, @Nullable CrushBucket parent, int depth, double weight, boolean filtered) {
        CrushBucket bucket = crush.bucket(id);
        Map<String, Integer> sorted = new TreeMap<>();
        if (bucket != null) {
            for (int i = 0; i < bucket.size(); i++) {
                int item = bucket.item(i);
                if (!filtered || isShown(item)) {
                    sorted.put(sortKey(item), i);
                }
            }
        }
        List<Integer> children = new ArrayList<>();
        sorted.values().forEach(i -> children.addFirst(bucket == null ? 0 : bucket.item(i)));
        nodes.add(new Node(id, parent, depth, weight, children));
        sorted.values().forEach(i -> {
            if (bucket != null) {
                walk(bucket.item(i), bucket, depth + 1, bucket.itemWeight(i) / 65536.0, filtered);
            }
        });
    }

    private String sortKey(int item) {
        if (item < 0) {
            return "_" + crush.itemNames().getOrDefault(item, "") + "\0" + item;
        }
        String name = className(item);
        return (name == null ? "" : name) + "_" + String.format(Locale.ROOT, "osd.%08d", item);
    }

    @Nullable String className(int item) {
        Integer id = crush.deviceClasses().get(item);
        return id == null ? null : crush.classNames().get(id);
    }

    String name(int id) {
        return id >= 0 ? "osd." + id : crush.itemNames().getOrDefault(id, "");
    }

    String typeName(int id) {
        return crush.typeNames().getOrDefault(Math.max(0, crush.typeOf(id)), "osd");
    }

    /// The members that a node's object starts with.
    ///
    /// @param pools names of the pools that weight sets are for
    void dump(Formatter f, Node node, LongFunction<@Nullable String> pools) {
        f.dump("id", node.id());
        String name = className(node.id());
        if (name != null) {
            f.dump("device_class", name);
        }
        f.dump("name", name(node.id()));
        f.dump("type", node.id() >= 0 ? crush.typeNames().getOrDefault(0, "osd") : typeName(node.id()));
        f.dump("type_id", Math.max(0, crush.typeOf(node.id())));
        if (node.id() >= 0) {
            f.dump("crush_weight", node.weight()).dump("depth", node.depth());
        }
        if (node.parent() != null) {
            dumpPoolWeights(f, node.id(), node.parent(), pools);
        }
    }

    private void dumpPoolWeights(Formatter f, int id, CrushBucket parent, LongFunction<@Nullable String> pools) {
        f.openObject("pool_weights");
        for (long set : crush.chooseArgs().keySet()) {
            int[] weights = crush.weights(set, parent, id);
            if (weights.length > 0) {
                f.openArray(setName(set, pools));
                for (int weight : weights) {
                    f.dump("weight", weight / 65536.0);
                }
                f.close();
            }
        }
        f.close();
    }

    static String setName(long set, LongFunction<@Nullable String> pools) {
        String pool = set == CrushMap.DEFAULT_CHOOSE_ARGS ? "(compat)" : pools.apply(set);
        return pool == null ? Long.toString(set) : pool;
    }

    /// A node's first weight in each weight set.
    List<Object> setCells(Node node) {
        List<Object> cells = new ArrayList<>();
        for (long set : crush.chooseArgs().keySet()) {
            int[] weights = node.parent() == null ? new int[0] : crush.weights(set, node.parent(), node.id());
            cells.add(weights.length == 0 ? "" : weight(weights[0] / 65536.0));
        }
        return cells;
    }

    void dumpChildren(Formatter f, Node node) {
        if (node.id() < 0) {
            f.openArray("children");
            node.children().forEach(child -> f.dump("child", child));
            f.close();
        }
    }

    static TextTable table() {
        return table(List.of());
    }

    /// @param sets names of weight sets, a column each
    static TextTable table(List<String> sets) {
        TextTable table = new TextTable()
                .column("ID", TextTable.Align.LEFT, TextTable.Align.RIGHT)
                .column("CLASS", TextTable.Align.LEFT, TextTable.Align.RIGHT)
                .column("WEIGHT", TextTable.Align.LEFT, TextTable.Align.RIGHT);
        sets.forEach(set -> table.column(set, TextTable.Align.LEFT, TextTable.Align.RIGHT));
        return table.column("TYPE NAME", TextTable.Align.LEFT, TextTable.Align.LEFT);
    }

    /// The first four cells of a node's row.
    List<Object> cells(Node node) {
        String name = className(node.id());
        String text = node.id() >= 0 ? name(node.id()) : typeName(node.id()) + " " + name(node.id());
        List<Object> cells = new ArrayList<>();
        cells.add(node.id());
        cells.add(name == null ? "" : name);
        cells.add(weight(node.weight()));
        cells.add("    ".repeat(node.depth()) + text);
        return cells;
    }

    /// A weight in a table (`weightf_t`).
    static String weight(double value) {
        return value < -0.01 ? "-" : value < 0.000001 ? "0" : TextTable.fixed(value, 5);
    }
}
