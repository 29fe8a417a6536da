package dev.inkfish.mgr.core;

import dev.inkfish.conf.Conf;
import dev.inkfish.osdmap.ObjectHash;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Brings the numbers of groups to their targets step by step (`DaemonServer::adjust_pgs`).
///
/// More groups: first there are more, each where its parent is; then their places change, as many at a time as may be
/// misplaced. Fewer: first the last groups go where their targets are; then the last of all is merged, one at a time,
/// while it and its target are clean.
final class PgNumSteps {
    private final Conf conf;
    /// The map that a pool's last step was worked out from: the next waits for a newer one.
    private final Map<Long, Integer> steppedAt = new TreeMap<>();

    PgNumSteps(Conf conf) {
        this.conf = conf;
    }

    /// What is next, for the monitors.
    sealed interface Step {}

    /// A pool's next step.
    ///
    /// @param variable `pg_num_actual` or `pgp_num_actual`
    record SetNumber(String pool, String variable, int value) implements Step {}

    /// An exception to the placement stands in the way of a merge.
    ///
    /// @param whole a `pg_upmap` rather than `pg_upmap_items`
    record ClearUpmap(PgId pg, boolean whole) implements Step {}

    List<Step> next(PgMap map) {
        OsdMap osdMap = map.osdMap();
        steppedAt.keySet().removeIf(pool -> osdMap.pool(pool) == null);
        int changes = (int) conf.integer("mgr_max_pg_num_change");
        double room = conf.decimal("target_max_misplaced_ratio") - misplaced(map);
        List<Step> steps = new ArrayList<>();
        for (Map.Entry<Long, PgPool> entry : osdMap.pools().entrySet()) {
            PgPool pool = entry.getValue();
            String name = osdMap.poolName(entry.getKey());
            boolean settled = pool.pgNum() == pool.pgNumTarget() && pool.pgpNum() == pool.pgpNumTarget();
            if (settled || name == null || pool.hasFlag(PgPool.FLAG_CREATING) || !isActive(map, entry.getKey())
                    || steppedAt.getOrDefault(entry.getKey(), -1) == osdMap.epoch()) {
                continue;
            }
            int before = steps.size();
            int gap = pool.pgNum() - pool.pgpNum();
            if (pool.pgNumTarget() > pool.pgNum() && gap < changes) {
                int add = Math.min(changes - gap, pool.pgNumTarget() - pool.pgNum());
                steps.add(new SetNumber(name, "pg_num_actual", pool.pgNum() + add));
            }
            if (pool.pgNumTarget() < pool.pgNum()) {
                steps.addAll(upmapsInTheWay(osdMap, entry.getKey(), pool));
            }
            if (pool.pgNumTarget() < pool.pgNum() && steps.size() == before && canMerge(map, entry.getKey(), pool)) {
                steps.add(new SetNumber(name, "pg_num_actual", pool.pgNum() - 1));
            } else {
                int target = Math.min(pool.pgNumPending(), pool.pgpNumTarget());
                int next = target == pool.pgpNum() || room <= 0 ? pool.pgpNum() : place(pool, target, room);
                if (next != pool.pgpNum()) {
                    steps.add(new SetNumber(name, "pgp_num_actual", next));
                }
            }
            if (steps.size() > before) {
                steppedAt.put(entry.getKey(), osdMap.epoch());
            }
        }
        return steps;
    }

    private int place(PgPool pool, int target, double room) {
        int most = Math.max(1, (int) (pool.pgNum() * room));
        int next = Math.clamp(target, pool.pgpNum() - most, pool.pgpNum() + most);
        boolean follows = pool.pgpNumTarget() == pool.pgNumTarget() && pool.pgpNumTarget() < pool.pgNum();
        // groups that are not merged yet must not heap up on few OSDs
        int ahead = Math.max(8, (int) (pool.pgNum() * conf.decimal("target_max_misplaced_ratio")));
        return follows ? Math.min(pool.pgpNum(), Math.max(next, pool.pgNum() - ahead)) : next;
    }

    private static List<Step> upmapsInTheWay(OsdMap map, long id, PgPool pool) {
        int last = pool.pgNum() - 1;
        List<Step> steps = new ArrayList<>();
        for (PgId pg : List.of(new PgId(id, last), new PgId(id, ObjectHash.seedOf(last, last)))) {
            if (map.pgUpmap().containsKey(pg)) {
                steps.add(new ClearUpmap(pg, true));
            }
            if (map.pgUpmapItems().containsKey(pg)) {
                steps.add(new ClearUpmap(pg, false));
            }
        }
        return steps;
    }

    /// Whether the last group can be merged now: it is where its target is, both are clean, and no merge is under way.
    private static boolean canMerge(PgMap map, long id, PgPool pool) {
        PgId source = new PgId(id, pool.pgNum() - 1);
        PgId target = new PgId(id, ObjectHash.seedOf(source.seed(), source.seed()));
        boolean placed = map.osdMap().place(source).equals(map.osdMap().place(target));
        return pool.pgNum() == pool.pgNumPending()
                && pool.pgNum() != pool.pgpNum()
                && placed
                && isClean(map, source)
                && isClean(map, target);
    }

    private static boolean isClean(PgMap map, PgId pgid) {
        PgStat stat = map.pgs().get(pgid);
        return stat != null && PgStates.ACTIVE.in(stat.state()) && PgStates.CLEAN.in(stat.state());
    }

    private static boolean isActive(PgMap map, long pool) {
        PgPool info = map.osdMap().pool(pool);
        int known = 0;
        for (Map.Entry<PgId, PgStat> pg : map.pgs().entrySet()) {
            if (pg.getKey().pool() == pool) {
                known++;
                long state = pg.getValue().state();
                if (!PgStates.ACTIVE.in(state) && !PgStates.PEERED.in(state)) {
                    return false;
                }
            }
        }
        return info != null && known == info.pgNum();
    }

    /// The share of copies that are elsewhere than they should be.
    private static double misplaced(PgMap map) {
        long misplaced = 0;
        long copies = 0;
        for (PgStat pg : map.pgs().values()) {
            misplaced += pg.sum().get(Field.NUM_OBJECTS_MISPLACED);
            copies += pg.sum().get(Field.NUM_OBJECT_COPIES);
        }
        return copies <= 0 ? 0 : (double) misplaced / copies;
    }
}
