package dev.inkfish.mgr.command;

import dev.inkfish.crush.CrushEditor;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;

/// Works out weights that even out how full OSDs are, or how many groups they have: down for those above a threshold, up
/// for those below the average (`reweight::by_utilization`).
final class Reweight {
    private final PgMap pgMap;
    private final OsdMap map;
    private final CrushEditor crush;
    private final NavigableSet<Long> pools;
    private final int maxChange;
    private final long maxOsds;
    private final boolean mayGrow;

    /// @param pools whose groups count; empty for all
    /// @param maxChange of one weight, where 1 is the whole
    /// @param maxOsds how many weights change at most
    Reweight(PgMap pgMap, NavigableSet<Long> pools, double maxChange, long maxOsds, boolean mayGrow) {
        this.pgMap = pgMap;
        this.map = pgMap.osdMap();
        this.crush = CrushEditor.of(map.crush());
        this.pools = pools;
        this.maxChange = (int) (maxChange * OsdMap.IN);
        this.maxOsds = maxOsds;
        this.mayGrow = mayGrow;
    }

    /// One OSD's weight, 1 is the whole.
    record Step(int osd, float before, float after) {}

    /// @param weights in 65536ths
    record Plan(double average, double threshold, List<Step> steps, NavigableMap<Integer, Integer> weights) {}

    private static void checkOverload(long percent) {
        if (percent <= 100) {
            throw new CephException(Errno.EINVAL, "You must give a percentage higher than 100. The reweighting threshold "
                    + "will be calculated as <average-utilization> times <input-percentage>. For example, an argument of "
                    + "200 would reweight OSDs which are twice as utilized as the average OSD.");
        }
    }

    Plan byUse(long percent, long minBytes) {
        checkOverload(percent);
        StoreStatfs sum = pgMap.osdSum().statfs();
        int osds = Math.max(1, pgMap.osds().size());
        if (sum.total() / osds < minBytes) {
            throw new CephException(Errno.EDOM, "Refusing to reweight: we only have " + sum.total() / 1024
                    + " kb across all osds!");
        }
        if (sum.usedRaw() / osds < minBytes) {
            throw new CephException(Errno.EDOM, "Refusing to reweight: we only have " + sum.usedRaw() / 1024
                    + " kb used across all osds!");
        }
        NavigableMap<Integer, Float> use = new TreeMap<>();
        pgMap.osds().forEach((osd, stat) -> use.put(
                osd, (float) ((double) stat.statfs().usedRaw() / stat.statfs().total())));
        return plan((double) sum.usedRaw() / sum.total(), percent, use);
    }

    Plan byGroups(long percent, long minGroups) {
        checkOverload(percent);
        NavigableMap<Integer, Integer> groups = new TreeMap<>();
        pgMap.pgs().forEach((id, pg) -> {
            if (pools.isEmpty() || pools.contains(id.pool())) {
                pg.acting().stream().filter(osd -> map.exists(osd) && weight(osd) > 0)
                        .forEach(osd -> groups.merge(osd, 1, Integer::sum));
            }
        });
        int copies = groups.values().stream().mapToInt(Integer::intValue).sum();
        if (groups.isEmpty() || copies / groups.size() < minGroups) {
            throw new CephException(Errno.EDOM, "Refusing to reweight: we only have " + copies + " PGs across "
                    + groups.size() + " osds!");
        }
        double weights = groups.keySet().stream().mapToDouble(this::weight).sum();
        NavigableMap<Integer, Float> use = new TreeMap<>();
        groups.forEach((osd, count) -> use.put(osd, (float) (count / weight(osd))));
        return plan(copies / weights, percent, use);
    }

    private double weight(int osd) {
        return crush.itemWeight(osd) / 65536.0;
    }

    private Plan plan(double average, long percent, NavigableMap<Integer, Float> use) {
        double threshold = average * percent / 100.0;
        List<Map.Entry<Integer, Float>> farthestFirst = new ArrayList<>(use.entrySet());
        farthestFirst.sort((a, b) ->
                Double.compare(Math.abs(b.getValue() - average), Math.abs(a.getValue() - average)));
        List<Step> steps = new ArrayList<>();
        NavigableMap<Integer, Integer> weights = new TreeMap<>();
        for (Map.Entry<Integer, Float> each : farthestFirst) {
            int osd = each.getKey();
            int before = map.weight(osd);
            if (before == 0 || weights.size() >= maxOsds) {
                continue;
            }
            float wanted = (float) (average / each.getValue()) * before;
            int after = before;
            if (each.getValue() >= threshold) {
                after = before > maxChange ? Math.max((int) wanted, before - maxChange) : (int) wanted;
            } else if (mayGrow && each.getValue() <= average) {
                after = Math.max(before, Math.min(OsdMap.IN, (int) Math.min(wanted, (float) before + maxChange)));
            }
            if (after != before) {
                steps.add(new Step(osd, before / 65536f, after / 65536f));
                weights.put(osd, after);
            }
        }
        return new Plan(average, threshold, steps, weights);
    }
}
