package dev.inkfish.mon;

import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.mon.store.MonTransaction;
import java.util.concurrent.atomic.AtomicLongArray;

/// A monitor's counters; any thread may count.
public final class Tally {
    private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);
    private final AtomicLongArray sums = new AtomicLongArray(Count.values().length);

    /// It happened once more.
    public void one(Count what) {
        counts.incrementAndGet(what.ordinal());
    }

    /// Of an average.
    ///
    /// @param value nanoseconds where it is a time
    public void add(Count what, long value) {
        counts.incrementAndGet(what.ordinal());
        sums.addAndGet(what.ordinal(), value);
    }

    /// A proposal of this monitor, or one that another has had it agree to.
    void begin(MonTransaction transaction) {
        one(Count.BEGIN);
        add(Count.BEGIN_KEYS, transaction.changes().size());
        add(Count.BEGIN_BYTES, transaction.bytes());
    }

    /// A transaction is in the store.
    ///
    /// @param nanos for how long it was written
    public void commit(MonTransaction transaction, long nanos) {
        one(Count.COMMIT);
        add(Count.COMMIT_KEYS, transaction.changes().size());
        add(Count.COMMIT_BYTES, transaction.bytes());
        add(Count.COMMIT_LATENCY, nanos);
    }

    /// How often.
    public long of(Count what) {
        return counts.get(what.ordinal());
    }

    /// Begins a group anew.
    public void reset(String group) {
        for (Count each : Count.values()) {
            if (each.group().equals(group)) {
                counts.set(each.ordinal(), 0);
                sums.set(each.ordinal(), 0);
            }
        }
    }

    public void addTo(PerfGroups all) {
        for (Count each : Count.values()) {
            boolean average = each.type().type() != PerfGroups.COUNTER;
            long count = counts.get(each.ordinal());
            all.add(each.group(), each.type(), average ? sums.get(each.ordinal()) : count, count);
        }
    }
}
