package dev.inkfish.mgr.balancer;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.RuleShape;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.UpmapItem;
import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds exceptions to one pool's placement that bring each OSD's number of groups near its share
/// (`OSDMap::calc_pg_upmaps` does the same by other steps). Each change takes a group from the OSD that is furthest above
/// its share, or gives one to the OSD that is furthest below; taking away an exception comes before making one.
public final class UpmapOptimizer {
    private static final double LEAST_GAIN = 1e-6;

    private final OsdMap map;
    private final long poolId;
    private final double maxDeviation;
    private final @Nullable RuleShape shape;
    /// How many groups each OSD should have.
    private final NavigableMap<Integer, Double> targets = new TreeMap<>();
    private final NavigableMap<Integer, NavigableSet<PgId>> groups = new TreeMap<>();
    private final NavigableMap<PgId, List<Integer>> raw = new TreeMap<>();
    private final NavigableMap<PgId, List<Integer>> placed = new TreeMap<>();
    private final NavigableMap<PgId, List<UpmapItem>> items = new TreeMap<>();
    private final NavigableMap<PgId, List<UpmapItem>> changes = new TreeMap<>();

    /// A group that goes from one OSD to another.
    private record Move(PgId pg, int to, List<UpmapItem> items) {}

    /// @param maxDeviation groups by which an OSD may differ from its share
    public UpmapOptimizer(OsdMap map, long poolId, double maxDeviation) {
        this.map = map;
        this.poolId = poolId;
        this.maxDeviation = maxDeviation;
        PgPool pool = map.pool(poolId);
        shape = pool == null ? null
                : RuleShape.of(map.crush(), map.crush().findRule(pool.crushRule(), pool.type(), pool.size()));
        if (pool == null || shape == null) {
            return;
        }
        NavigableMap<Integer, Double> weights = new TreeMap<>();
        shape.shares().forEach((osd, share) -> {
            if (map.exists(osd) && map.weight(osd) > 0) {
                weights.put(osd, share * map.weightFraction(osd));
            }
        });
        weights.keySet().forEach(osd -> groups.put(osd, new TreeSet<>()));
        int total = 0;
        for (int seed = 0; seed < pool.pgNum(); seed++) {
            PgId pg = new PgId(poolId, seed);
            List<Integer> osds = map.upmappedPlacement(pg);
            raw.put(pg, map.rawPlacement(pg));
            placed.put(pg, new ArrayList<>(osds));
            items.put(pg, map.pgUpmapItems().getOrDefault(pg, List.of()));
            for (int osd : osds) {
                if (osd != CrushMap.ITEM_NONE) {
                    groups.computeIfAbsent(osd, o -> new TreeSet<>()).add(pg);
                    total++;
                }
            }
        }
        double sum = weights.values().stream().mapToDouble(w -> w).sum();
        int copies = total;
        weights.forEach((osd, weight) -> targets.put(osd, copies * weight / sum));
    }

    /// Each OSD's groups less its share.
    public NavigableMap<Integer, Double> deviations() {
        NavigableMap<Integer, Double> deviations = new TreeMap<>();
        groups.keySet().forEach(osd -> deviations.put(osd, deviation(osd)));
        return deviations;
    }

    public double largestDeviation() {
        return deviations().values().stream().mapToDouble(Math::abs).max().orElse(0);
    }

    /// @return at most so many groups with the exceptions they are to have; none left for a group is an empty list
    public NavigableMap<PgId, List<UpmapItem>> optimize(int maxChanges) {
        while (changes.size() < maxChanges && step()) {
            // until all is even, or nothing helps
        }
        return Collections.unmodifiableNavigableMap(changes);
    }

    private double deviation(int osd) {
        return groups.getOrDefault(osd, Collections.emptyNavigableSet()).size() - targets.getOrDefault(osd, 0.0);
    }

    private boolean step() {
        List<Integer> osds = new ArrayList<>(groups.keySet());
        osds.sort(Comparator.comparingDouble(this::deviation));
        if (osds.isEmpty()) {
            return false;
        }
        boolean under = deviation(osds.getFirst()) < -maxDeviation;
        boolean over = deviation(osds.getLast()) > maxDeviation;
        if (!under && !over) {
            return false;
        }
        for (int from : osds.reversed()) {
            boolean far = deviation(from) > maxDeviation;
            if (deviation(from) <= 0 || !far && !under) {
                break;
            }
            // one that is not far above its share only gives to one that is far below
            Move move = bestFrom(from, osds, far ? Double.POSITIVE_INFINITY : -maxDeviation);
            if (move != null) {
                apply(move, from);
                return true;
            }
        }
        return false;
    }

    /// @param below the deviation that whoever takes the group must be below
    private @Nullable Move bestFrom(int from, List<Integer> ascending, double below) {
        Move best = null;
        for (int to : ascending) {
            if (deviation(to) >= below || deviation(from) - deviation(to) <= 1 + LEAST_GAIN) {
                break;
            }
            for (PgId pg : groups.getOrDefault(from, Collections.emptyNavigableSet())) {
                Move move = move(pg, from, to);
                // fewer exceptions are better; among equals the OSD furthest below
                if (move != null && (best == null || gain(move) > gain(best))) {
                    best = move;
                }
            }
            if (best != null && gain(best) > 0) {
                return best;
            }
        }
        return best;
    }

    private int gain(Move move) {
        return items.getOrDefault(move.pg, List.of()).size() - move.items.size();
    }

    private @Nullable Move move(PgId pg, int from, int to) {
        List<Integer> osds = placed.getOrDefault(pg, List.of());
        if (shape == null || map.pgUpmap().containsKey(pg) || !map.isUp(to) || !targets.containsKey(to)
                || !shape.mayReplace(osds, from, to)) {
            return null;
        }
        List<UpmapItem> next = new ArrayList<>();
        int origin = from;
        for (UpmapItem item : items.getOrDefault(pg, List.of())) {
            if (item.to() == from) {
                origin = item.from();
            } else {
                next.add(item);
            }
        }
        if (origin != to) {
            next.add(new UpmapItem(origin, to));
        }
        List<Integer> expected = new ArrayList<>(osds);
        expected.set(osds.indexOf(from), to);
        return expected.equals(applied(raw.getOrDefault(pg, List.of()), next)) ? new Move(pg, to, List.copyOf(next)) : null;
    }

    private static List<Integer> applied(List<Integer> raw, List<UpmapItem> items) {
        List<Integer> osds = new ArrayList<>(raw);
        for (UpmapItem item : items) {
            int at = osds.indexOf(item.from());
            if (at >= 0 && !osds.contains(item.to())) {
                osds.set(at, item.to());
            }
        }
        return osds;
    }

    private void apply(Move move, int from) {
        List<Integer> osds = placed.getOrDefault(move.pg, new ArrayList<>());
        osds.set(osds.indexOf(from), move.to);
        groups.getOrDefault(from, new TreeSet<>()).remove(move.pg);
        groups.computeIfAbsent(move.to, o -> new TreeSet<>()).add(move.pg);
        items.put(move.pg, move.items);
        if (move.items.equals(map.pgUpmapItems().getOrDefault(move.pg, List.of()))) {
            changes.remove(move.pg);
        } else {
            changes.put(move.pg, move.items);
        }
    }

    /// The map as it would be.
    public static OsdMap with(OsdMap map, Map<PgId, List<UpmapItem>> changes) {
        dev.inkfish.osdmap.OsdMapIncremental next = new dev.inkfish.osdmap.OsdMapIncremental(map.fsid(), map.epoch() + 1);
        changes.forEach((pg, list) -> {
            if (list.isEmpty()) {
                next.oldPgUpmapItems.add(pg);
            } else {
                next.newPgUpmapItems.put(pg, list);
            }
        });
        return map.apply(next);
    }
}
