package dev.inkfish.osd.pg;

import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Since when a group is where it is.
final class PeeringClock {
    /// Since the interval began.
    private Utime started = Utime.ZERO;
    private Utime peering = Utime.ZERO;
    private Utime entered = Utime.ZERO;
    private final PgStateHistory history = new PgStateHistory();

    PgStateHistory history() {
        return history;
    }

    /// @param epoch of the map
    void enter(PgState from, PgState to, int epoch, Utime now) {
        history.enter(to instanceof PgState.Activating ? name(to) + "/Activating" : name(to), epoch, now);
        if (from instanceof PgState.Reset || to instanceof PgState.Reset) {
            started = now;
        }
        if (to.isPeering() && !from.isPeering()) {
            peering = now;
        }
        // an interval's activation and what follows are one state to those who ask
        if (!(from instanceof PgState.Activating && to instanceof PgState.Active)) {
            entered = now;
        }
    }

    PeeringView view(Pg pg) {
        PgState state = pg.state;
        HObject position = pg.backfill.position();
        return new PeeringView(name(state), entered, peering, started, blocking(pg, state), asked(state), comment(state),
                state instanceof PgState.Activating || state instanceof PgState.Active
                        ? new PeeringView.Progress(
                                pg.lost.mightHave(), pg.backfillTargets, position == null ? HObject.MIN : position, pg.recovery.underWay())
                        : null);
    }

    private static String name(PgState state) {
        return switch (state) {
            case PgState.Reset s -> "Reset";
            case PgState.Stray s -> "Started/Stray";
            case PgState.ReplicaActive s -> "Started/ReplicaActive";
            case PgState.Removing s -> "Started/ToDelete";
            case PgState.GetInfo s -> "Started/Primary/Peering/GetInfo";
            case PgState.GetLog s -> "Started/Primary/Peering/GetLog";
            case PgState.GetMissing s -> "Started/Primary/Peering/GetMissing";
            case PgState.WaitUpThru s -> "Started/Primary/Peering/WaitUpThru";
            case PgState.WaitActingChange s -> "Started/Primary/WaitActingChange";
            case PgState.Down s -> "Started/Primary/Peering/Down";
            case PgState.Incomplete s -> "Started/Primary/Peering/Incomplete";
            case PgState.Activating s -> "Started/Primary/Active";
            case PgState.Active s -> "Started/Primary/Active";
        };
    }

    /// Only in a state of peering.
    private static PeeringView.@Nullable Prior blocking(Pg pg, PgState state) {
        PriorSet prior = state instanceof PgState.WaitActingChange ? null : state.dependsOn();
        return prior == null
                ? null
                : new PeeringView.Prior(pg.data.past, prior.probe(), prior.blocked(), prior.down(), prior.blockedBy());
    }

    /// By the name that Ceph gives to the list of them.
    private static PeeringView.@Nullable Asked asked(PgState state) {
        return switch (state) {
            case PgState.GetInfo s -> new PeeringView.Asked("requested_info_from", s.awaiting());
            case PgState.GetMissing s -> new PeeringView.Asked("peer_missing_requested", s.awaiting());
            case PgState.GetLog s -> new PeeringView.Asked("auth_log_shard", new TreeSet<>(List.of(s.from())));
            default -> null;
        };
    }

    private static String comment(PgState state) {
        return switch (state) {
            case PgState.Down s -> "not enough up instances of this PG to go active";
            case PgState.Incomplete s -> "not enough complete instances of this PG";
            case PgState.WaitUpThru s -> "waiting for osdmap to reflect a new up_thru for this osd";
            case PgState.WaitActingChange s -> "waiting for pg acting set to change";
            default -> "";
        };
    }
}
