package dev.inkfish.osd.pg;

import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a primary reports of its group (`PeeringState::prepare_stats_for_publish`).
final class PgReport {
    private final Pg pg;
    private long sequence;
    private long lastState = -1;
    private PgStat.Stamps stamps = PgStat.Stamps.ZERO;
    /// Not yet in the group's sums.
    private long readOps;
    private long readKib;

    PgReport(Pg pg) {
        this.pg = pg;
    }

    void changed() {
        pg.shell.reportSoon(pg);
    }

    void recovered() {
        if (pg.scrubber.isRepairing()) {
            pg.data.sum = pg.data.sum.with(Field.NUM_OBJECTS_REPAIRED, pg.data.sum.get(Field.NUM_OBJECTS_REPAIRED) + 1);
        }
        pg.data.sum = pg.data.sum.with(Field.NUM_OBJECTS_RECOVERED, pg.data.sum.get(Field.NUM_OBJECTS_RECOVERED) + 1);
    }

    void countReads(long operations, long kib) {
        readOps += operations;
        readKib += kib;
    }

    private void takeInReads() {
        if (readOps > 0) {
            pg.data.sum = pg.data.sum.adding(new Field[] {Field.NUM_RD, Field.NUM_RD_KB}, new long[] {readOps, readKib});
            readOps = 0;
            readKib = 0;
        }
    }

    long stateBits() {
        long bits =
                switch (pg.state) {
                    case PgState.Reset s -> PgStates.PEERING.bit();
                    case PgState.Stray s -> 0;
                    case PgState.ReplicaActive s -> PgStates.ACTIVE.bit();
                    case PgState.Removing s -> 0;
                    case PgState.GetInfo s -> PgStates.PEERING.bit();
                    case PgState.GetLog s -> PgStates.PEERING.bit();
                    case PgState.GetMissing s -> PgStates.PEERING.bit();
                    case PgState.WaitUpThru s -> PgStates.PEERING.bit();
                    case PgState.WaitActingChange s -> PgStates.PEERING.bit();
                    case PgState.Down s -> PgStates.DOWN.bit();
                    case PgState.Incomplete s -> PgStates.INCOMPLETE.bit();
                    case PgState.Activating s -> PgStates.ACTIVATING.bit();
                    case PgState.Active s -> activeBits();
                };
        if (pg.isPrimary() && !(pg.state instanceof PgState.Removing)) {
            if (pg.data.history.lastEpochStarted() == 0 && !pg.isActive()) {
                bits |= PgStates.CREATING.bit();
            }
            if (isCounted()) {
                bits |= acting() < pg.pool.size() ? PgStates.UNDERSIZED.bit() : 0;
                bits |= degraded() > 0 ? PgStates.DEGRADED.bit() : 0;
            }
            if (!pg.mapping.up().equals(pg.mapping.acting())) {
                bits |= PgStates.REMAPPED.bit();
            }
        }
        return bits;
    }

    private long activeBits() {
        long bits = pg.enoughAct() && !pg.isPremerge() ? PgStates.ACTIVE.bit() : PgStates.PEERED.bit();
        if (pg.isPremerge()) {
            bits |= PgStates.PREMERGE.bit();
        }
        if (pg.peering.isFullyClean()) {
            bits |= PgStates.CLEAN.bit();
        }
        if (pg.recovery.hasMissing()) {
            PgStates recovery = pg.recovery.isStuck() ? PgStates.RECOVERY_UNFOUND
                    : pg.recovery.isTooFull() ? PgStates.RECOVERY_TOOFULL
                    : pg.recovery.isWaiting() ? PgStates.RECOVERY_WAIT : PgStates.RECOVERING;
            bits |= recovery.bit();
        } else if (pg.backfill.isRunning()) {
            bits |= PgStates.BACKFILLING.bit();
        } else if (pg.backfill.isWaiting()) {
            bits |= PgStates.BACKFILL_WAIT.bit();
        } else if (pg.backfill.isTooFull()) {
            bits |= PgStates.BACKFILL_TOOFULL.bit();
        }
        bits |= pg.priority.isRecoveryForced() ? PgStates.FORCED_RECOVERY.bit() : 0;
        bits |= pg.priority.isBackfillForced() ? PgStates.FORCED_BACKFILL.bit() : 0;
        return bits | scrubBits();
    }

    private long scrubBits() {
        long bits = 0;
        ScrubMode mode = pg.scrubber.mode();
        if (mode != null) {
            bits |= PgStates.SCRUBBING.bit();
            bits |= mode.deep() ? PgStates.DEEP_SCRUB.bit() : 0;
            bits |= mode.repair() ? PgStates.REPAIR.bit() : 0;
        }
        bits |= pg.scrubber.isRepairing() ? PgStates.REPAIR.bit() : 0;
        bits |= pg.scrubber.hasFailedRepair() ? PgStates.FAILED_REPAIR.bit() : 0;
        bits |= pg.data.sum.get(Field.NUM_SCRUB_ERRORS) > 0 ? PgStates.INCONSISTENT.bit() : 0;
        return bits;
    }

    PgStat stat() {
        takeInReads();
        PgInfo info = pg.data.info();
        long state = stateBits();
        Utime now = pg.shell.now();
        advanceStamps(state, now);
        return new PgStat(
                info.lastUpdate(),
                new PgStat.Reported(++sequence, pg.map.epoch()),
                state,
                info.logTail(),
                info.logTail(),
                info.history().epochCreated(),
                info.history().lastEpochClean(),
                new PgId(0, 0),
                0,
                info.history().scrubs(),
                sums(),
                pg.data.log.size(),
                pg.data.log.size(),
                pg.mapping.up(),
                pg.mapping.acting(),
                pg.mapping.upPrimary(),
                pg.mapping.actingPrimary(),
                info.history().sameIntervalSince(),
                stamps,
                pg.data.sumsInvalid ? PgStat.Invalid.STATS : PgStat.Invalid.NONE,
                blockedBy(),
                pg.isActive() ? (int) Math.min(Integer.MAX_VALUE, pg.ops.snapTrimQueue().size()) : 0,
                new TreeMap<>(info.purgedSnaps()),
                List.of(),
                new TreeMap<>());
    }

    private void advanceStamps(long state, Utime now) {
        PgStat.Stamps old = stamps;
        boolean active = PgStates.ACTIVE.in(state);
        boolean peered = active || PgStates.PEERED.in(state);
        boolean wasActive = lastState >= 0 && PgStates.ACTIVE.in(lastState);
        boolean wasPeered = lastState >= 0 && (wasActive || PgStates.PEERED.in(lastState));
        stamps = new PgStat.Stamps(
                now,
                state != lastState ? now : old.change(),
                active ? now : old.active(),
                peered ? now : old.peered(),
                PgStates.CLEAN.in(state) ? now : old.clean(),
                now,
                PgStates.DEGRADED.in(state) ? old.undegraded() : now,
                PgStates.UNDERSIZED.in(state) ? old.fullsized() : now,
                active && !wasActive ? now : old.becameActive(),
                peered && !wasPeered ? now : old.becamePeered());
        lastState = state;
    }

    private List<Integer> blockedBy() {
        return switch (pg.state) {
            case PgState.Down s -> new ArrayList<>(s.prior().down());
            case PgState.Incomplete s -> new ArrayList<>(s.prior().down());
            case PgState.GetInfo s -> osds(s.awaiting());
            case PgState.GetMissing s -> osds(s.awaiting());
            default -> List.of();
        };
    }

    private static List<Integer> osds(Iterable<PgShard> members) {
        TreeSet<Integer> result = new TreeSet<>();
        members.forEach(member -> result.add(member.osd()));
        return new ArrayList<>(result);
    }

    /// The stored sums, and what follows from the present state: copies, degraded and misplaced ones.
    private ObjectStatSum sums() {
        ObjectStatSum sum = pg.data.sum;
        long objects = sum.get(Field.NUM_OBJECTS);
        long copies = objects * Math.max(pg.pool.size(), acting());
        sum = sum.with(Field.NUM_OBJECT_COPIES, copies).with(Field.NUM_OBJECTS_DIRTY, objects);
        if (!isCounted()) {
            return sum;
        }
        long missing = pg.data.missing.size();
        return sum.with(Field.NUM_OBJECTS_MISSING_ON_PRIMARY, missing)
                .with(Field.NUM_OBJECTS_MISSING, missing)
                .with(Field.NUM_OBJECTS_DEGRADED, degraded())
                .with(Field.NUM_OBJECTS_MISPLACED, areTargetsSpare() ? pg.backfillTargets.size() * objects : 0)
                .with(Field.NUM_OBJECTS_UNFOUND, pg.recovery.unfoundCount());
    }

    /// Only who knows what the members lack says that copies are too few.
    private boolean isCounted() {
        return pg.isPrimary() && (pg.state instanceof PgState.Active || pg.state instanceof PgState.Activating);
    }

    private int acting() {
        return Intervals.present(pg.mapping.acting()).size();
    }

    /// Whether there are enough copies without those that are being filled.
    private boolean areTargetsSpare() {
        return acting() >= pg.pool.size();
    }

    private long degraded() {
        long objects = pg.data.sum.get(Field.NUM_OBJECTS);
        long absent = Math.max(0, pg.pool.size() - pg.members.size());
        long degraded = absent * objects + pg.data.missing.size();
        for (Map.Entry<PgShard, MissingSet> peer : pg.peerMissing.entrySet()) {
            if (pg.members.contains(peer.getKey())) {
                degraded += peer.getValue().size();
            }
        }
        return areTargetsSpare() ? degraded : degraded + pg.backfillTargets.size() * objects;
    }

    /// The newest version, for `pg query`.
    Eversion lastUpdate() {
        return pg.data.lastUpdate();
    }
}
