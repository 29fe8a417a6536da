package dev.inkfish.mgr.command;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.command.TextTable.Align;
import dev.inkfish.command.stats.Units;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// `osd df`: how full OSDs are, one by one or as a tree (`OSDUtilizationDumper`).
final class Utilization {
    private record Node(int id, @Nullable CrushBucket parent, int depth, double weight, @Nullable CrushBucket bucket) {
        boolean isOsd() {
            return bucket == null;
        }
    }

    private final OsdMap map;
    private final CrushMap crush;
    private final NavigableMap<Integer, OsdStat> stats;
    private final NavigableMap<Integer, PgMapDigest.PgCount> counts;
    private final NavigableSet<Integer> wanted = new TreeSet<>();
    private final List<Node> nodes = new ArrayList<>();
    /// OSDs that have no place in the tree.
    private final List<Node> strays;
    private final double average;
    /// What the tree begins with instead of the roots.
    private @Nullable Integer top;
    private double least = -1;
    private double most = -1;
    private double deviation;

    Utilization(PgMap pgMap, String filterBy, String filter) {
        map = pgMap.osdMap();
        crush = map.crush();
        stats = new TreeMap<>(pgMap.osds());
        counts = pgMap.countsByOsd();
        select(filterBy, filter);
        NavigableSet<Integer> children = new TreeSet<>();
        for (CrushBucket bucket : crush.buckets()) {
            for (int i = 0; bucket != null && i < bucket.size(); i++) {
                children.add(bucket.item(i));
            }
        }
        if (top != null) {
            CrushBucket above = parentOf(top);
            add(top, above, depthOf(top), above == null ? bucketWeight(top) : weightIn(above, top));
        } else {
            addRoots(children);
        }
        NavigableSet<Integer> rest = new TreeSet<>(wanted);
        nodes.forEach(node -> rest.remove(node.id));
        strays = rest.stream().map(osd -> new Node(osd, null, 0, 0, null)).toList();
        average = total().percent();
        deviate();
    }

    private double bucketWeight(int id) {
        CrushBucket bucket = crush.bucket(id);
        return bucket == null ? 0 : bucket.weight() / 65536.0;
    }

    private @Nullable CrushBucket parentOf(int id) {
        for (CrushBucket bucket : crush.buckets()) {
            if (bucket != null && bucket.indexOf(id) >= 0 && !name(bucket.id()).contains("~")) {
                return bucket;
            }
        }
        return null;
    }

    private int depthOf(int id) {
        int depth = 0;
        for (CrushBucket at = parentOf(id); at != null && depth < crush.buckets().size(); at = parentOf(at.id())) {
            depth++;
        }
        return depth;
    }

    private void addRoots(NavigableSet<Integer> children) {
        crush.buckets().stream()
                .filter(bucket -> bucket != null && !children.contains(bucket.id()) && !name(bucket.id()).contains("~"))
                .sorted(Comparator.comparingInt(CrushBucket::id).reversed())
                .forEach(root -> add(root.id(), null, 0, root.weight() / 65536.0));
    }

    private void select(String filterBy, String filter) {
        for (int osd : map.osds()) {
            Integer number = crush.deviceClasses().get(osd);
            String className = number == null ? "" : crush.classNames().getOrDefault(number, "");
            if (filterBy.isEmpty() || filterBy.equals("class") && className.equals(filter)) {
                wanted.add(osd);
            }
        }
        if (filterBy.equals("class") && !crush.classNames().containsValue(filter)) {
            throw new CephException(Errno.EINVAL, "unknown class '" + filter + "'");
        }
        if (filterBy.equals("name")) {
            int id = crush.itemNames().entrySet().stream()
                    .filter(entry -> entry.getValue().equals(filter))
                    .map(java.util.Map.Entry::getKey)
                    .findFirst()
                    .orElseGet(() -> namedOsd(filter));
            wanted.addAll(osdsBelow(id));
            top = id;
        }
    }

    private int namedOsd(String filter) {
        try {
            return OsdArguments.parse(filter);
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, "unknown bucket '" + filter + "'");
        }
    }

    private void add(int id, @Nullable CrushBucket parent, int depth, double weight) {
        CrushBucket bucket = id < 0 ? crush.bucket(id) : null;
        if (osdsBelow(id).stream().noneMatch(wanted::contains)) {
            return;
        }
        nodes.add(new Node(id, parent, depth, weight, bucket));
        for (int child : children(id)) {
            add(child, bucket, depth + 1, weightIn(bucket, child));
        }
    }

    private static double weightIn(@Nullable CrushBucket bucket, int child) {
        return bucket == null ? 0 : (float) bucket.itemWeight(bucket.indexOf(child)) / 65536.0f;
    }

    /// By device class and id, as they are listed.
    private List<Integer> children(int id) {
        CrushBucket bucket = id < 0 ? crush.bucket(id) : null;
        List<Integer> children = new ArrayList<>();
        for (int i = 0; bucket != null && i < bucket.size(); i++) {
            children.add(bucket.item(i));
        }
        children.sort(Comparator.comparing(this::className).thenComparing(c -> c < 0 ? name(c) : "").thenComparing(c -> c));
        return children;
    }

    private String className(int id) {
        Integer number = id < 0 ? null : crush.deviceClasses().get(id);
        return number == null ? "" : crush.classNames().getOrDefault(number, "");
    }

    private String name(int id) {
        return id >= 0 ? "osd." + id : crush.itemNames().getOrDefault(id, "");
    }

    private List<Integer> osdsBelow(int id) {
        if (id >= 0) {
            return List.of(id);
        }
        List<Integer> osds = new ArrayList<>();
        children(id).forEach(child -> osds.addAll(osdsBelow(child)));
        return osds;
    }

    /// What is below a node: of a bucket, each OSD counts in whole KiB.
    private Size below(Node node) {
        if (node.isOsd()) {
            return Size.of(sum(List.of(node.id)));
        }
        return osdsBelow(node.id).stream().map(osd -> Size.of(sum(List.of(osd))).wholeKib()).reduce(Size.ZERO, Size::plus);
    }

    /// Bytes.
    private record Size(long total, long used, long data, long omap, long meta, long avail) {
        static final Size ZERO = new Size(0, 0, 0, 0, 0, 0);

        static Size of(StoreStatfs s) {
            return new Size(
                    s.total(), s.usedRaw(), s.allocated(), s.omapAllocated(), s.internalMetadata(), s.available());
        }

        Size wholeKib() {
            return new Size(whole(total), whole(used), whole(data), whole(omap), whole(meta), whole(avail));
        }

        private static long whole(long bytes) {
            return bytes >>> 10 << 10;
        }

        Size plus(Size o) {
            return new Size(total + o.total, used + o.used, data + o.data, omap + o.omap, meta + o.meta, avail + o.avail);
        }

        double percent() {
            return total >>> 10 == 0 ? 0 : 100.0 * (used >>> 10) / (total >>> 10);
        }

        List<String> texts() {
            return List.of(
                    Units.bytes(total),
                    Units.bytes(used),
                    Units.bytes(data),
                    Units.bytes(omap),
                    Units.bytes(meta),
                    Units.bytes(avail));
        }
    }

    private Size total() {
        return Size.of(sum(new ArrayList<>(wanted)));
    }

    private StoreStatfs sum(List<Integer> osds) {
        return osds.stream()
                .filter(wanted::contains)
                .map(osd -> stats.getOrDefault(osd, OsdStat.ZERO).statfs())
                .reduce(StoreStatfs.ZERO, StoreStatfs::plus);
    }

    private void deviate() {
        double squares = 0;
        double weights = 0;
        for (int osd : wanted) {
            if (map.isOut(osd)) {
                continue;
            }
            double used = Size.of(stats.getOrDefault(osd, OsdStat.ZERO).statfs()).percent();
            double variation = average == 0 ? 1 : used / average;
            least = least < 0 ? variation : Math.min(least, variation);
            most = Math.max(most, variation);
            squares += map.weightFraction(osd) * (used - average) * (used - average);
            weights += map.weightFraction(osd);
        }
        deviation = weights == 0 ? 0 : Math.sqrt(squares / weights);
    }

    private double variation(double used) {
        return average == 0 ? 1 : used / average;
    }

    private String status(int osd) {
        return map.isUp(osd) ? "up" : map.isDestroyed(osd) ? "destroyed" : "down";
    }

    // ---- plain

    String text(boolean tree) {
        TextTable table = new TextTable()
                .column("ID", Align.LEFT, Align.RIGHT)
                .column("CLASS", Align.LEFT, Align.RIGHT)
                .column("WEIGHT", Align.LEFT, Align.RIGHT)
                .column("REWEIGHT", Align.LEFT, Align.RIGHT)
                .column("SIZE", Align.LEFT, Align.RIGHT)
                .column("RAW USE", Align.LEFT, Align.RIGHT)
                .column("DATA", Align.LEFT, Align.RIGHT)
                .column("OMAP", Align.LEFT, Align.RIGHT)
                .column("META", Align.LEFT, Align.RIGHT)
                .column("AVAIL", Align.LEFT, Align.RIGHT)
                .column("%USE", Align.LEFT, Align.RIGHT)
                .column("VAR", Align.LEFT, Align.RIGHT)
                .column("PGS", Align.LEFT, Align.RIGHT)
                .column("STATUS", Align.LEFT, Align.RIGHT);
        if (tree) {
            table.left("TYPE NAME");
        }
        for (Node node : tree ? nodes : osdNodes()) {
            table.row(row(node, tree));
        }
        strays.forEach(node -> table.row(row(node, tree)));
        List<String> total = new ArrayList<>(List.of("", "", "", "TOTAL"));
        total.addAll(total().texts());
        total.add(low(average));
        table.row(total);
        return table + "MIN/MAX VAR: " + low(least) + "/" + low(most) + "  STDDEV: " + low(deviation) + "\n";
    }

    private List<Node> osdNodes() {
        List<Node> osds = new ArrayList<>(nodes.stream().filter(Node::isOsd).filter(n -> map.exists(n.id)).toList());
        osds.sort(Comparator.comparing((Node n) -> className(n.id)).thenComparing(Node::id));
        return osds;
    }

    private List<String> row(Node node, boolean tree) {
        Size statfs = below(node);
        double used = statfs.percent();
        List<String> row = new ArrayList<>();
        row.add(Integer.toString(node.id));
        row.add(className(node.id));
        row.add(weight(node.weight));
        row.add(node.isOsd() ? weight(map.weightFraction(node.id)) : "-");
        row.addAll(statfs.texts());
        row.add(low(used));
        row.add(low(variation(used)));
        row.add(node.isOsd() ? Integer.toString(pgs(node.id)) : "-");
        row.add(node.isOsd() ? status(node.id) : "");
        if (tree) {
            String type = node.isOsd() ? "" : crush.typeNames().getOrDefault(crush.typeOf(node.id), "") + " ";
            row.add("    ".repeat(node.depth) + type + name(node.id));
        }
        return row;
    }

    private int pgs(int osd) {
        PgMapDigest.PgCount count = counts.get(osd);
        return count == null ? 0 : count.acting();
    }

    private static String weight(double value) {
        return value < 0.000001 ? "0" : Units.fixed(value, 5);
    }

    private static String low(double value) {
        return value < -0.01 ? "-" : value < 0.001 ? "0" : Units.fixed(value, 2);
    }

    // ---- structured

    void dump(Formatter f, boolean tree) {
        f.openObject("df").openArray("nodes");
        for (Node node : tree ? nodes : osdNodes()) {
            f.openObject("item");
            item(node, f);
            f.close();
        }
        f.close().openArray("stray");
        for (Node node : strays) {
            f.openObject("item");
            item(node, f);
            f.close();
        }
        f.close().openObject("summary");
        kib(total(), "total_kb", f);
        f.dump("average_utilization", average);
        f.dump("min_var", least).dump("max_var", most).dump("dev", deviation);
        f.close().close();
    }

    private void poolWeights(int id, CrushBucket parent, Formatter f) {
        f.openObject("pool_weights");
        for (long set : crush.chooseArgs().keySet()) {
            int[] weights = crush.weights(set, parent, id);
            if (weights.length > 0) {
                String pool = set == CrushMap.DEFAULT_CHOOSE_ARGS ? "(compat)" : map.poolName(set);
                f.openArray(pool == null ? Long.toString(set) : pool);
                for (int weight : weights) {
                    f.dump("weight", weight / 65536.0);
                }
                f.close();
            }
        }
        f.close();
    }

    private void item(Node node, Formatter f) {
        f.dump("id", node.id);
        if (node.isOsd() && !className(node.id).isEmpty()) {
            f.dump("device_class", className(node.id));
        }
        f.dump("name", name(node.id));
        f.dump("type", node.isOsd() ? "osd" : crush.typeNames().getOrDefault(crush.typeOf(node.id), ""));
        f.dump("type_id", node.isOsd() ? 0 : crush.typeOf(node.id));
        if (node.isOsd()) {
            f.dump("crush_weight", node.weight).dump("depth", node.depth);
        }
        if (node.parent != null) {
            poolWeights(node.id, node.parent, f);
        }
        f.dump("reweight", node.isOsd() ? map.weightFraction(node.id) : -1.0);
        Size statfs = below(node);
        kib(statfs, "kb", f);
        double used = statfs.percent();
        f.dump("utilization", used).dump("var", variation(used));
        f.dump("pgs", node.isOsd() ? pgs(node.id) : 0);
        if (node.isOsd()) {
            f.dump("status", status(node.id));
        } else {
            f.openArray("children");
            children(node.id).reversed().forEach(child -> f.dump("child", child));
            f.close();
        }
    }

    private static void kib(Size size, String prefix, Formatter f) {
        f.dump(prefix, size.total >>> 10);
        f.dump(prefix + "_used", size.used >>> 10);
        f.dump(prefix + "_used_data", size.data >>> 10);
        f.dump(prefix + "_used_omap", size.omap >>> 10);
        f.dump(prefix + "_used_meta", size.meta >>> 10);
        f.dump(prefix + "_avail", size.avail >>> 10);
    }
}
