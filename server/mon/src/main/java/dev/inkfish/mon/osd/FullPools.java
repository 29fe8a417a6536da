package dev.inkfish.mon.osd;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Marks pools as full as the fullest OSD that may hold their data (`OSDMap::get_full_pools`).
final class FullPools {
    private static final long MARKS = PgPool.FLAG_FULL | PgPool.FLAG_BACKFILLFULL | PgPool.FLAG_NEARFULL;

    private FullPools() {}

    /// Adds to the draft what is to change of the pools' marks.
    ///
    /// @param next the map that the draft leads to so far
    /// @return whether anything is
    static boolean mark(OsdMapIncremental pending, OsdMap next) {
        Set<Integer> full = new TreeSet<>();
        Set<Integer> backfillFull = new TreeSet<>();
        Set<Integer> nearFull = new TreeSet<>();
        for (int osd : next.osds()) {
            if (!next.isUp(osd) || !next.isIn(osd)) {
                continue;
            }
            if (next.hasState(osd, OsdMap.STATE_FULL)) {
                full.add(osd);
            } else if (next.hasState(osd, OsdMap.STATE_BACKFILLFULL)) {
                backfillFull.add(osd);
            } else if (next.hasState(osd, OsdMap.STATE_NEARFULL)) {
                nearFull.add(osd);
            }
        }
        boolean changed = false;
        for (Map.Entry<Long, PgPool> each : next.pools().entrySet()) {
            PgPool pool = each.getValue();
            if (pool.hasFlag(PgPool.FLAG_FULL_QUOTA)) {
                continue; // full in any case
            }
            Set<Integer> osds = full.isEmpty() && backfillFull.isEmpty() && nearFull.isEmpty()
                    ? Set.of()
                    : osdsOf(next.crush(), pool.crushRule());
            long mark = meet(osds, full) ? PgPool.FLAG_FULL
                    : meet(osds, backfillFull) ? PgPool.FLAG_BACKFILLFULL
                    : meet(osds, nearFull) ? PgPool.FLAG_NEARFULL : 0;
            PgPool.Draft draft = pool.edit();
            long flags = draft.flags & ~MARKS | mark;
            if (flags != draft.flags) {
                draft.flags = flags;
                pending.newPools.put(each.getKey(), draft.pool());
                changed = true;
            }
        }
        return changed;
    }

    private static boolean meet(Set<Integer> some, Set<Integer> others) {
        return others.stream().anyMatch(some::contains);
    }

    /// The OSDs below what a rule takes.
    private static Set<Integer> osdsOf(CrushMap crush, int number) {
        Set<Integer> osds = new HashSet<>();
        CrushRule rule = crush.rule(number);
        if (rule != null) {
            for (CrushRule.Step step : rule.steps()) {
                if (step.op() == CrushRule.TAKE) {
                    osds.addAll(CrushPlaces.devicesBelow(crush, step.arg1()));
                }
            }
        }
        return osds;
    }
}
