package dev.inkfish.osd.daemon;

import dev.inkfish.wire.PgId;
import java.util.LinkedHashMap;
import java.util.TreeSet;

/// The places for groups that backfill (`osd_max_backfills`); on the control thread.
final class Backfills {
    private int places;
    private final TreeSet<PgId> running = new TreeSet<>();
    private final LinkedHashMap<PgId, Runnable> waiting = new LinkedHashMap<>();

    Backfills(int places) {
        this.places = places;
    }

    void places(int count) {
        places = count;
        grant();
    }

    void reserve(PgId pgid, Runnable granted) {
        waiting.put(pgid, granted);
        grant();
    }

    void release(PgId pgid) {
        running.remove(pgid);
        waiting.remove(pgid);
        grant();
    }

    private void grant() {
        while (running.size() < places && !waiting.isEmpty()) {
            var next = waiting.pollFirstEntry();
            running.add(next.getKey());
            next.getValue().run();
        }
    }
}
