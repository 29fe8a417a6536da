package dev.inkfish.osd.pg;

import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgShard;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Where a group stands on its way to being active, for people to read (`recovery_state` of `pg query`).
///
/// @param name as Ceph's state machine calls it
/// @param prior what holds peering up, while it peers
/// @param asked whose answers it waits for
/// @param comment empty where the name says all
/// @param progress of recovery, once it is active
public record PeeringView(
        String name,
        Utime since,
        Utime peeringSince,
        Utime startedSince,
        @Nullable Prior prior,
        @Nullable Asked asked,
        String comment,
        @Nullable Progress progress) {
    /// @param probing who is asked
    /// @param down who would be
    /// @param blockedBy whose return would let peering go on, with the epoch in which it was declared lost
    public record Prior(
            PastIntervals past,
            SortedSet<PgShard> probing,
            boolean blocked,
            SortedSet<Integer> down,
            SortedMap<Integer, Integer> blockedBy) {}

    /// @param list the name of the list
    public record Asked(String list, SortedSet<PgShard> members) {}

    /// @param mightHave where objects may be that members lack, and whether that one was asked
    /// @param position below which the targets have everything
    /// @param recovering the objects that are under way
    public record Progress(
            SortedMap<PgShard, String> mightHave, SortedSet<PgShard> targets, HObject position, SortedSet<HObject> recovering) {}
}
