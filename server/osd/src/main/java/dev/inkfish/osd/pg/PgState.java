package dev.inkfish.osd.pg;

import dev.inkfish.wire.osd.PgShard;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// Where a member of a group stands. The owner of the transitions is [Peering] for a primary and
/// [ReplicaRole] for others; every one of them goes back to [Reset] when an interval ends.
///
/// ```text
/// Reset ─ primary ─> GetInfo ─> GetLog ─> GetMissing ─> (WaitUpThru) ─> Activating ─> Active
///   │                  │  └─> Down          (GetLog may also end in WaitActingChange or Incomplete)
///   └─ other ──> Stray ─> ReplicaActive
/// ```
sealed interface PgState {
    /// A new interval; waits for the newest map.
    record Reset() implements PgState {}

    /// Not primary, and the primary has not made us a part of the interval.
    record Stray() implements PgState {}

    /// Follows the primary.
    record ReplicaActive() implements PgState {}

    /// The pool or this copy is being removed.
    record Removing() implements PgState {}

    /// Asks everyone of the prior set what they have.
    record GetInfo(PriorSet prior, SortedSet<PgShard> awaiting) implements PgState {}

    /// Writes may have been taken by OSDs that are all down.
    record Down(PriorSet prior) implements PgState {}

    /// Nobody who answered has a complete copy.
    record Incomplete(PriorSet prior) implements PgState {}

    /// Another acting set must serve first; the monitors were asked.
    record WaitActingChange(PriorSet prior, List<Integer> want) implements PgState {}

    /// Waits for the authoritative log.
    record GetLog(PriorSet prior, PgShard from) implements PgState {}

    /// Asks the acting set what it lacks.
    record GetMissing(PriorSet prior, SortedSet<PgShard> awaiting) implements PgState {}

    /// The monitors must know that we are alive in this interval before it can take writes.
    record WaitUpThru(PriorSet prior) implements PgState {}

    /// Waits until everyone has committed that the interval is active.
    record Activating(SortedSet<PgShard> awaiting) implements PgState {}

    /// Serves, as far as the acting set is large enough.
    record Active() implements PgState {}

    /// Whether it is one of the states before the interval is active.
    default boolean isPeering() {
        return switch (this) {
            case GetInfo s -> true;
            case GetLog s -> true;
            case GetMissing s -> true;
            case WaitUpThru s -> true;
            case WaitActingChange s -> true;
            case Down s -> true;
            case Incomplete s -> true;
            case Reset s -> false;
            case Stray s -> false;
            case ReplicaActive s -> false;
            case Removing s -> false;
            case Activating s -> false;
            case Active s -> false;
        };
    }

    /// On whom peering depends, where it has been found out.
    default @Nullable PriorSet dependsOn() {
        return switch (this) {
            case GetInfo s -> s.prior();
            case GetLog s -> s.prior();
            case GetMissing s -> s.prior();
            case WaitUpThru s -> s.prior();
            case WaitActingChange s -> s.prior();
            case Down s -> s.prior();
            case Incomplete s -> s.prior();
            case Reset s -> null;
            case Stray s -> null;
            case ReplicaActive s -> null;
            case Removing s -> null;
            case Activating s -> null;
            case Active s -> null;
        };
    }
}
