package dev.inkfish.osd.pg;

import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgShard;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Whom a primary must hear before it can be sure to know every acknowledged write (`PastIntervals::PriorSet`).
///
/// @param probe members to ask
/// @param down OSDs that were members and are down now
/// @param blockedBy those of them whose return (or being declared lost) would let peering go on, with
///     the epoch in which they were declared lost
/// @param blocked from some interval that may have taken writes nobody is left
record PriorSet(SortedSet<PgShard> probe, SortedSet<Integer> down, TreeMap<Integer, Integer> blockedBy, boolean blocked) {
    /// @param since intervals that ended before this epoch no longer matter: the group was active since
    static PriorSet build(PastIntervals past, int since, SortedSet<PgShard> upAndActing, MapView map) {
        SortedSet<PgShard> probe = new TreeSet<>(upAndActing);
        SortedSet<Integer> down = new TreeSet<>();
        TreeMap<Integer, Integer> blockedBy = new TreeMap<>();
        boolean blocked = false;
        // also of intervals that a later one stands for: they know more than others if that one's members are lost
        for (PgShard member : past.participants()) {
            if (map.isUp(member.osd())) {
                probe.add(member);
            } else {
                down.add(member.osd());
            }
        }
        for (PastIntervals.Interval interval : past.intervals()) {
            if (interval.last() < since) {
                continue;
            }
            boolean anyUp = false;
            TreeMap<Integer, Integer> candidates = new TreeMap<>();
            for (PgShard member : interval.acting()) {
                if (map.isUp(member.osd())) {
                    anyUp = true;
                } else if (map.exists(member.osd()) && map.lostAt(member.osd()) > interval.first()) {
                    anyUp = true; // declared lost: go on without
                } else if (map.exists(member.osd())) {
                    candidates.put(member.osd(), map.lostAt(member.osd()));
                }
            }
            if (!anyUp && !candidates.isEmpty()) {
                blocked = true;
                blockedBy.putAll(candidates);
            }
        }
        return new PriorSet(probe, down, blockedBy, blocked);
    }

    /// Whether a newer map of the same interval changes who can be asked, or one that was asked was restarted.
    ///
    /// @param since when the asking began
    boolean affectedBy(MapView map, int since) {
        for (PgShard member : probe) {
            if (!map.isUp(member.osd()) || map.upFrom(member.osd()) > since) {
                return true;
            }
        }
        for (int osd : down) {
            if (map.isUp(osd)) {
                return true;
            }
        }
        return blockedBy.entrySet().stream()
                .anyMatch(e -> !map.exists(e.getKey()) || map.lostAt(e.getKey()) != e.getValue());
    }
}
