package dev.inkfish.osd.pg;

import dev.inkfish.wire.PgId;
import java.util.LinkedHashMap;
import java.util.Map;

/// How many objects the groups of a shard recover at a time (`osd_recovery_max_active`), and how soon one begins after
/// another (`osd_recovery_sleep`). Groups that find no place are woken in the order in which they asked.
public final class RecoveryPlaces {
    private final LinkedHashMap<PgId, Runnable> waiting = new LinkedHashMap<>();
    private int most = 1;
    private long sleepNanos;
    private int taken;
    private long nextAt = Long.MIN_VALUE;

    /// @param most places, at least 1
    public void limits(int most, long sleepNanos) {
        this.most = Math.max(1, most);
        this.sleepNanos = sleepNanos;
        if (sleepNanos == 0) {
            nextAt = Long.MIN_VALUE;
        }
    }

    /// @param retry runs when it is worth to ask again
    /// @return whether there was a place
    public boolean take(PgId group, long now, Runnable retry) {
        if (!isFree(now)) {
            waiting.put(group, retry);
            return false;
        }
        taken++;
        nextAt = sleepNanos == 0 ? Long.MIN_VALUE : now + sleepNanos;
        return true;
    }

    public void release() {
        taken--;
    }

    private boolean isFree(long now) {
        return taken < most && (nextAt == Long.MIN_VALUE || now - nextAt >= 0);
    }

    /// Lets those ask again that wait, while there are places.
    public void wake(long now) {
        for (Map.Entry<PgId, Runnable> each : new LinkedHashMap<>(waiting).entrySet()) {
            if (!isFree(now)) {
                return;
            }
            waiting.remove(each.getKey(), each.getValue());
            each.getValue().run();
        }
    }

    /// Until when somebody waits who needs no place but time; 0 where nobody does.
    public long nanosToWait(long now) {
        boolean time = !waiting.isEmpty() && taken < most && nextAt != Long.MIN_VALUE;
        return time ? Math.max(1, nextAt - now) : 0;
    }
}
