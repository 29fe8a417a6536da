package dev.inkfish.mon.osd;

import dev.inkfish.command.stats.Units;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.mon.LogEntry;
import dev.inkfish.wire.osd.ObjectStatSum;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Marks pools full that have reached their quota, and takes the mark back (`OSDMonitor::update_pools_status`).
public final class PoolQuotas {
    private static final long FULL = PgPool.FLAG_FULL_QUOTA | PgPool.FLAG_FULL;

    private final MonCore mon;
    private final OsdMapService service;
    private LongFunction<@Nullable ObjectStatSum> use = pool -> null;

    PoolQuotas(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    /// @param source what the manager last said of a pool; null if nothing
    public void reportedBy(LongFunction<@Nullable ObjectStatSum> source) {
        use = source;
    }

    void tick() {
        service.map().pools().forEach((id, pool) -> {
            ObjectStatSum sum = use.apply(id);
            if (sum != null) {
                check(id, pool, sum);
            }
        });
    }

    private void check(long id, PgPool pool, ObjectStatSum sum) {
        boolean bytes = reached(pool.quotaMaxBytes(), sum.get(ObjectStatSum.Field.NUM_BYTES));
        boolean objects = reached(pool.quotaMaxObjects(), sum.get(ObjectStatSum.Field.NUM_OBJECTS));
        boolean marked = pool.hasFlag(PgPool.FLAG_FULL_QUOTA);
        if (marked == (bytes || objects)) {
            return;
        }
        String name = "pool '" + service.map().poolName(id) + "'";
        if (marked) {
            log(LogEntry.INFO, name + " no longer out of quota; removing NO_QUOTA flag");
        }
        if (bytes) {
            log(LogEntry.WARN, name + " is full (reached quota's max_bytes: " + Units.bytes(pool.quotaMaxBytes()) + ")");
        }
        if (objects) {
            log(LogEntry.WARN, name + " is full (reached quota's max_objects: " + pool.quotaMaxObjects() + ")");
        }
        PgPool next = service.pending().pool(service.map(), id);
        if (next == null) {
            return; // about to be removed
        }
        PgPool.Draft draft = next.edit();
        draft.flags = marked
                ? draft.flags & ~FULL
                : draft.flags & ~(PgPool.FLAG_NEARFULL | PgPool.FLAG_BACKFILLFULL) | FULL;
        draft.lastChange = service.pending().epoch;
        service.pending().newPools.put(id, draft.pool());
    }

    private static boolean reached(long quota, long used) {
        return quota > 0 && used >= quota;
    }

    private void log(int priority, String text) {
        mon.service(LogService.class).line(priority, text);
    }
}
