package dev.inkfish.osd.pg;

import dev.inkfish.wire.PgId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How many objects the groups of a shard recover at a time (`osd_recovery_max_active`), and how soon one begins after
/// another (`osd_recovery_sleep`) and after a delay (`osd_recovery_delay_start`). Groups that find no place are woken by their priority, then in the order in which they asked;
/// none takes a place while one of a higher priority waits.
public final class RecoveryPlaces {
    private final LinkedHashMap<PgId, Waiting> waiting = new LinkedHashMap<>();
    private int most = 1;
    private long sleepNanos;
    private int taken;
    private long nextAt = Long.MIN_VALUE;
    private long deferredUntil = Long.MIN_VALUE;

    private record Waiting(int priority, Runnable retry) {}

    /// What a group that asks for a place gets.
    public enum Turn {
        TAKEN,
        /// Others hold the places, or it is not time yet.
        LATER,
        /// One of a higher priority waits.
        BEHIND
    }

    /// @param most places, at least 1
    public void limits(int most, long sleepNanos) {
        this.most = Math.max(1, most);
        this.sleepNanos = sleepNanos;
        if (sleepNanos == 0) {
            nextAt = Long.MIN_VALUE;
        }
    }

    /// Nothing begins before that time; [Long#MIN_VALUE] for no delay.
    public void defer(long until) {
        deferredUntil = until;
    }

    /// @param retry runs when it is worth to ask again
    public Turn take(PgId group, int priority, long now, Runnable retry) {
        boolean behind = isBehind(group, priority);
        if (behind || !isFree(now)) {
            waiting.put(group, new Waiting(priority, retry));
            return behind ? Turn.BEHIND : Turn.LATER;
        }
        waiting.remove(group);
        taken++;
        nextAt = sleepNanos == 0 ? Long.MIN_VALUE : now + sleepNanos;
        return Turn.TAKEN;
    }

    public void release() {
        taken--;
    }

    private boolean isFree(long now) {
        return taken < most && isReached(nextAt, now) && isReached(deferredUntil, now);
    }

    private static boolean isReached(long time, long now) {
        return time == Long.MIN_VALUE || now - time >= 0;
    }

    private boolean isBehind(PgId group, int priority) {
        return waiting.entrySet().stream()
                .anyMatch(each -> each.getValue().priority > priority && !each.getKey().equals(group));
    }

    /// Lets those ask again that wait, while there are places.
    public void wake(long now) {
        LinkedHashMap<PgId, Waiting> round = new LinkedHashMap<>(waiting);
        while (isFree(now)) {
            PgId next = first(round);
            if (next == null) {
                return;
            }
            Waiting woken = round.remove(next);
            if (waiting.remove(next, woken)) {
                woken.retry.run();
            }
        }
    }

    private static @Nullable PgId first(Map<PgId, Waiting> round) {
        PgId best = null;
        int priority = Integer.MIN_VALUE;
        for (Map.Entry<PgId, Waiting> each : round.entrySet()) {
            if (each.getValue().priority > priority) {
                best = each.getKey();
                priority = each.getValue().priority;
            }
        }
        return best;
    }

    /// Until when somebody waits who needs no place but time; 0 where nobody does.
    public long nanosToWait(long now) {
        if (waiting.isEmpty() || taken >= most || nextAt == Long.MIN_VALUE && deferredUntil == Long.MIN_VALUE) {
            return 0;
        }
        return Math.max(1, Math.max(left(nextAt, now), left(deferredUntil, now)));
    }

    private static long left(long time, long now) {
        return isReached(time, now) ? 0 : time - now;
    }
}
