package dev.inkfish.mgr.balancer;

import dev.inkfish.mgr.core.ModuleStore;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.UpmapItem;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Decides whether the cluster is calm enough to move groups, and how many may be moved now (`Module.optimize`).
public final class Planner {
    private static final String MODULE = "balancer";
    private static final long ACTIVE_CLEAN = PgStates.ACTIVE.bit() | PgStates.CLEAN.bit();

    private final PgMap pgMap;
    private final ModuleStore store;

    public Planner(PgMap pgMap, ModuleStore store) {
        this.pgMap = pgMap;
        this.store = store;
    }

    /// @param plan null where there is none
    /// @param code 0, or why there is none
    public record Outcome(@Nullable Plan plan, int code, String detail) {
        static Outcome none(Errno code, String detail, Object... arguments) {
            return new Outcome(null, code.code(), String.format(Locale.ROOT, detail, arguments));
        }
    }

    /// @param pools names; none for all
    public Outcome plan(List<String> pools) {
        double most = store.conf().decimal("target_max_misplaced_ratio");
        double all = Math.max(1, pgMap.pgs().size());
        long unknown = pgMap.pgs().values().stream().filter(pg -> pg.state() == 0).count();
        long inactive = pgMap.pgs().values().stream()
                .filter(pg -> pg.state() != 0 && !PgStates.ACTIVE.in(pg.state())).count();
        double copies = Math.max(1, sum(Field.NUM_OBJECT_COPIES));
        double degraded = sum(Field.NUM_OBJECTS_DEGRADED) / copies;
        double misplaced = sum(Field.NUM_OBJECTS_MISPLACED) / copies;
        if (unknown > 0) {
            return Outcome.none(Errno.EAGAIN, "Some PGs (%f) are unknown; try again later", unknown / all);
        }
        if (degraded > 0) {
            return Outcome.none(Errno.EAGAIN, "Some objects (%f) are degraded; try again later", degraded);
        }
        if (inactive > 0) {
            return Outcome.none(Errno.EAGAIN, "Some PGs (%f) are inactive; try again later", inactive / all);
        }
        if (misplaced >= most) {
            return Outcome.none(Errno.EAGAIN, "Too many objects (%f > %f) are misplaced; try again later", misplaced, most);
        }
        return switch (store.option(MODULE, "mode")) {
            case "upmap" -> upmap(pools);
            case "none" -> Outcome.none(
                    Errno.ENOEXEC, "Please do \"ceph balancer mode\" to choose a valid mode first");
            default -> Outcome.none(Errno.EINVAL, "Unrecognized mode %s", store.option(MODULE, "mode"));
        };
    }

    private double sum(Field field) {
        return pgMap.pgs().values().stream().mapToLong(pg -> pg.sum().get(field)).sum();
    }

    private Outcome upmap(List<String> names) {
        OsdMap map = pgMap.osdMap();
        if (map.pools().isEmpty()) {
            return Outcome.none(Errno.ENOENT, "No pools available");
        }
        int left = (int) store.integer(MODULE, "upmap_max_optimizations");
        double deviation = store.integer(MODULE, "upmap_max_deviation");
        NavigableMap<PgId, List<UpmapItem>> changes = new TreeMap<>();
        // the pools that are spread worst come first: each run can only move so many groups
        NavigableMap<Double, Map<Long, UpmapOptimizer>> worst = new TreeMap<>();
        for (Map.Entry<Long, PgPool> pool : map.pools().entrySet()) {
            boolean asked = names.isEmpty() || names.contains(String.valueOf(map.poolName(pool.getKey())));
            boolean shrinks = pool.getValue().pgNum() > pool.getValue().pgNumTarget();
            if (asked && !shrinks) {
                UpmapOptimizer optimizer = new UpmapOptimizer(map, pool.getKey(), deviation);
                worst.computeIfAbsent(-optimizer.largestDeviation(), d -> new TreeMap<>()).put(pool.getKey(), optimizer);
            }
        }
        for (Map<Long, UpmapOptimizer> equals : worst.values()) {
            for (Map.Entry<Long, UpmapOptimizer> each : equals.entrySet()) {
                int may = (int) Math.min(left, calm(each.getKey()));
                NavigableMap<PgId, List<UpmapItem>> found = each.getValue().optimize(may);
                changes.putAll(found);
                left -= found.size();
            }
        }
        if (changes.isEmpty()) {
            return Outcome.none(Errno.EALREADY, "Unable to find further optimization, or pool(s) pg_num is decreasing, "
                    + "or distribution is already perfect");
        }
        return new Outcome(new Plan(List.copyOf(names), map, changes), 0, "");
    }

    /// How many of a pool's groups are active and clean and nothing else, as of a scrub.
    private long calm(long pool) {
        return pgMap.pgs().entrySet().stream()
                .filter(pg -> pg.getKey().pool() == pool && isCalm(pg.getValue())).count();
    }

    private static boolean isCalm(PgStat pg) {
        return pg.state() == ACTIVE_CLEAN;
    }
}
