package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.osdmap.OsdMap;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// `osd tree` (`OSDMap::print_tree`).
public final class OsdTree {
    private final OsdMap map;
    private final CrushTree tree;
    private final List<Integer> strays = new ArrayList<>();
    private final boolean withStrays;

    /// @param bucket only below this one; null for everything
    /// @param states `up`, `down`, `in`, `out`, `destroyed`: only such OSDs; empty for all
    public OsdTree(OsdMap map, @Nullable Integer bucket, List<String> states) {
        this.map = map;
        TreeSet<Integer> roots =
                bucket == null ? CrushTree.roots(map.crush(), false) : new TreeSet<>(List.of(bucket));
        tree = new CrushTree(map.crush(), roots, states.isEmpty() ? null : osd -> matches(osd, states));
        CrushTree all = new CrushTree(map.crush(), CrushTree.roots(map.crush(), false), null);
        List<Integer> placed = all.nodes().stream().map(CrushTree.Node::id).toList();
        if (bucket == null) {
            map.osds().stream().filter(osd -> !placed.contains(osd) && (states.isEmpty() || matches(osd, states)))
                    .forEach(strays::add);
        }
        withStrays = bucket == null;
    }

    private boolean matches(int osd, List<String> states) {
        if (!map.exists(osd)) {
            return false;
        }
        return states.contains("up") && map.isUp(osd)
                || states.contains("down") && map.isDown(osd) && !map.isDestroyed(osd)
                || states.contains("destroyed") && map.isDestroyed(osd)
                || states.contains("in") && map.isIn(osd)
                || states.contains("out") && map.isOut(osd);
    }

    private String status(int osd) {
        return !map.exists(osd) ? "DNE" : map.isUp(osd) ? "up" : map.isDestroyed(osd) ? "destroyed" : "down";
    }

    private List<CrushTree.Node> strayNodes() {
        return strays.stream().map(osd -> new CrushTree.Node(osd, null, 0, 0, List.of())).toList();
    }

    public String text() {
        TextTable table = CrushTree.table()
                .column("STATUS", TextTable.Align.LEFT, TextTable.Align.RIGHT)
                .column("REWEIGHT", TextTable.Align.LEFT, TextTable.Align.RIGHT)
                .column("PRI-AFF", TextTable.Align.LEFT, TextTable.Align.RIGHT);
        List<CrushTree.Node> nodes = new ArrayList<>(tree.nodes());
        nodes.addAll(strayNodes());
        for (CrushTree.Node node : nodes) {
            List<Object> cells = tree.cells(node);
            int osd = node.id();
            if (osd < 0) {
                cells.addAll(List.of("", "", ""));
            } else if (!map.exists(osd)) {
                cells.addAll(List.of("DNE", "0", ""));
            } else {
                cells.add(status(osd));
                cells.add(CrushTree.weight(map.weightFraction(osd)));
                cells.add(CrushTree.weight(map.primaryAffinity(osd) / 65536.0));
            }
            table.row(cells.toArray());
        }
        return table.toString();
    }

    public void dump(Formatter f) {
        f.openObject("tree").openArray("nodes");
        tree.nodes().forEach(node -> dump(f, node));
        f.close();
        if (withStrays) {
            f.openArray("stray");
            strayNodes().forEach(node -> dump(f, node));
            f.close();
        }
        f.close();
    }

    private void dump(Formatter f, CrushTree.Node node) {
        f.openObject("item");
        tree.dump(f, node, map::poolName);
        tree.dumpChildren(f, node);
        int osd = node.id();
        if (osd >= 0) {
            f.dump("exists", map.exists(osd) ? 1 : 0).dump("status", status(osd).equals("DNE") ? "down" : status(osd));
            f.dump("reweight", map.weightFraction(osd)).dump("primary_affinity", map.primaryAffinity(osd) / 65536.0);
        }
        f.close();
    }
}
