package dev.inkfish.osd.pg;

import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PgStates;

/// Which group goes first where there are fewer places than groups (`PeeringState::get_recovery_priority`,
/// `get_backfill_priority`): one that an operator has put before all others, then those that serve nobody for want of copies, then by
/// what is at risk; the pool's `recovery_priority` within each of these.
final class RecoveryPriority {
    private static final int FORCED_RECOVERY = 255;
    private static final int FORCED_BACKFILL = 254;
    private static final int MOST = 253;
    private static final int INACTIVE = 220;
    private static final int RECOVERY = 180;
    private static final int DEGRADED_BACKFILL = 140;
    private static final int BACKFILL = 100;
    /// A pool's own priority is -10 to 10.
    private static final int POOL_RANGE = 10;
    private static final long MAY_RECOVER =
            PgStates.DEGRADED.bit() | PgStates.RECOVERY_WAIT.bit() | PgStates.RECOVERING.bit();
    private static final long MAY_BACKFILL =
            PgStates.DEGRADED.bit() | PgStates.BACKFILL_WAIT.bit() | PgStates.BACKFILLING.bit();

    private final Pg pg;
    private boolean recoveryForced;
    private boolean backfillForced;

    RecoveryPriority(Pg pg) {
        this.pg = pg;
    }

    boolean isRecoveryForced() {
        return recoveryForced;
    }

    boolean isBackfillForced() {
        return backfillForced;
    }

    /// @param state of the group, which must need it
    /// @return whether that changes anything
    boolean forceRecovery(boolean forced, long state) {
        boolean changes = forced != recoveryForced && (!forced || (state & MAY_RECOVER) != 0);
        recoveryForced ^= changes;
        return changes;
    }

    /// @param state of the group, which must need it
    /// @return whether that changes anything
    boolean forceBackfill(boolean forced, long state) {
        boolean changes = forced != backfillForced && (!forced || (state & MAY_BACKFILL) != 0);
        backfillForced ^= changes;
        return changes;
    }

    /// Recovery is done: the wish for it is over.
    void recovered() {
        recoveryForced = false;
    }

    void forget() {
        recoveryForced = false;
        backfillForced = false;
    }

    int ofRecovery() {
        if (recoveryForced) {
            return FORCED_RECOVERY;
        }
        int complete = complete();
        return complete < pg.pool.minSize()
                ? within(INACTIVE + pg.pool.minSize() - complete, MOST)
                : within(RECOVERY, INACTIVE - 1);
    }

    int ofBackfill() {
        if (backfillForced) {
            return FORCED_BACKFILL;
        }
        int acting = Intervals.present(pg.mapping.acting()).size();
        if (acting < pg.pool.minSize()) {
            return within(INACTIVE + pg.pool.minSize() - acting, MOST);
        }
        return acting < pg.pool.size()
                ? within(DEGRADED_BACKFILL + pg.pool.size() - acting, RECOVERY - 1)
                : within(BACKFILL, DEGRADED_BACKFILL - 1);
    }

    /// How many members of the acting set lack nothing.
    private int complete() {
        int count = pg.data.missing.isEmpty() ? 1 : 0;
        for (PgShard member : pg.members) {
            MissingSet missing = pg.peerMissing.get(member);
            boolean lacks = missing != null && !missing.isEmpty();
            count += member.equals(pg.whoami()) || lacks || pg.backfillTargets.contains(member) ? 0 : 1;
        }
        return count;
    }

    private int within(int priority, int most) {
        PgPool pool = pg.osdMap().pool(pg.data.pgid.pgid().pool());
        long own = pool == null ? 0 : pool.opts().get(PoolOptions.Key.RECOVERY_PRIORITY, 0L);
        return Math.min(most, priority + POOL_RANGE + (int) Math.clamp(own, -POOL_RANGE, POOL_RANGE));
    }
}
