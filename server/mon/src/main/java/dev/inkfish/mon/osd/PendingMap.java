package dev.inkfish.mon.osd;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.Placement;
import dev.inkfish.osdmap.StaleUpmaps;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.Map;

/// Adds to a draft what follows from it, before it becomes an epoch (`OSDMonitor::encode_pending`).
final class PendingMap {
    private PendingMap() {}

    /// @return the map that the draft, completed, leads to
    static OsdMap complete(OsdMap map, OsdMapIncremental pending, Utime now) {
        boolean upChanges = !pending.newUpClient.isEmpty()
                || pending.newState.entrySet().stream().anyMatch(e -> (flips(e) & OsdMap.UP) != 0);
        if (upChanges) {
            pending.newLastUpChange = now;
        }
        boolean inChanges = pending.newWeight.entrySet().stream()
                .anyMatch(e -> (e.getValue() == 0) != map.isOut(e.getKey()) || !map.exists(e.getKey()));
        if (inChanges) {
            pending.newLastInChange = now;
        }
        OsdMap next = map.apply(pending);
        StaleUpmaps stale = StaleUpmaps.of(next);
        stale.drop(map, pending);
        boolean more = dropTemporaries(map, pending, next) | FullPools.mark(pending, next) | !stale.isEmpty();
        return more ? map.apply(pending) : next;
    }

    private static int flips(Map.Entry<Integer, Integer> change) {
        return change.getValue() == 0 ? OsdMap.UP : change.getValue();
    }

    /// Ends exceptions to the placement that have no group, nobody alive, or nothing to say any more.
    private static boolean dropTemporaries(OsdMap map, OsdMapIncremental pending, OsdMap next) {
        boolean dropped = false;
        for (Map.Entry<PgId, List<Integer>> temp : next.pgTemp().entrySet()) {
            PgId pg = temp.getKey();
            boolean gone = next.pool(pg.pool()) == null
                    || pg.seed() >= next.pool(pg.pool()).pgNum()
                    || temp.getValue().stream().noneMatch(next::isUp)
                    || temp.getValue().equals(next.place(pg).up()) && !next.primaryTemp().containsKey(pg);
            if (gone) {
                drop(map.pgTemp().containsKey(pg), () -> pending.newPgTemp.put(pg, List.of()),
                        () -> pending.newPgTemp.remove(pg));
                dropped = true;
            }
        }
        for (Map.Entry<PgId, Integer> temp : next.primaryTemp().entrySet()) {
            PgId pg = temp.getKey();
            boolean gone = next.pool(pg.pool()) == null || !next.isUp(temp.getValue());
            Placement place = gone ? Placement.NOWHERE : next.place(pg);
            if (gone || temp.getValue() == place.upPrimary() && !next.pgTemp().containsKey(pg)) {
                drop(map.primaryTemp().containsKey(pg), () -> pending.newPrimaryTemp.put(pg, -1),
                        () -> pending.newPrimaryTemp.remove(pg));
                dropped = true;
            }
        }
        return dropped;
    }

    private static void drop(boolean inOldMap, Runnable remove, Runnable forget) {
        if (inOldMap) {
            remove.run();
        } else {
            forget.run();
        }
    }
}
