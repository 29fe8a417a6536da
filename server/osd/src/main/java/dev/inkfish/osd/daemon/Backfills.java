package dev.inkfish.osd.daemon;

import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The places for groups that backfill (`osd_max_backfills`), given by priority, then in the order in which they were asked for; on
/// the control thread. One that waits makes one of a lower priority give its place back (`AsyncReserver`).
final class Backfills {
    private int places;
    private final LinkedHashMap<PgId, Place> running = new LinkedHashMap<>();
    private final LinkedHashMap<PgId, Place> waiting = new LinkedHashMap<>();

    /// @param granted runs when there is a place
    /// @param wanted runs when it should be given back
    private record Place(int priority, Runnable granted, Runnable wanted) {}

    /// A group that has a place, or waits for one.
    record Reservation(PgId pgid, int priority) {}

    Backfills(int places) {
        this.places = places;
    }

    int places() {
        return places;
    }

    void places(int count) {
        places = count;
        grant();
    }

    void reserve(PgId pgid, int priority, Runnable granted, Runnable wanted) {
        if (running.containsKey(pgid)) {
            return; // it was given while the group asked with another priority
        }
        waiting.put(pgid, new Place(priority, granted, wanted));
        grant();
    }

    void release(PgId pgid) {
        running.remove(pgid);
        waiting.remove(pgid);
        grant();
    }

    List<Reservation> running() {
        return list(running);
    }

    List<Reservation> waiting() {
        return list(waiting);
    }

    private static List<Reservation> list(Map<PgId, Place> places) {
        List<Reservation> list = new ArrayList<>();
        places.forEach((pgid, place) -> list.add(new Reservation(pgid, place.priority)));
        return list;
    }

    private void grant() {
        while (running.size() < places && !waiting.isEmpty()) {
            PgId next = waiting().stream()
                    .min(Comparator.comparingInt(Reservation::priority).reversed()) // of equals the first
                    .orElseThrow()
                    .pgid();
            Place place = waiting.remove(next);
            running.put(next, place);
            place.granted.run();
        }
        preempt();
    }

    private void preempt() {
        int highest = waiting.values().stream().mapToInt(Place::priority).max().orElse(Integer.MIN_VALUE);
        running.values().stream()
                .min(Comparator.comparingInt(Place::priority))
                .filter(lowest -> lowest.priority < highest)
                .ifPresent(lowest -> lowest.wanted.run());
    }
}
