package dev.inkfish.osd.daemon;

import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The client requests of a shard that are under way, the last that ended, and the counters they make (`OpTracker`).
/// On the shard's thread; nothing is allocated for a request.
final class OpTracker {
    /// `osd_op_history_size`
    static final int HISTORY = 20;
    /// `osd_op_history_slow_op_size`
    static final int SLOW_HISTORY = 20;

    private TrackedOp[] inFlight = new TrackedOp[64];
    private int count;
    private final ArrayDeque<TrackedOp> free = new ArrayDeque<>();
    private final ArrayDeque<TrackedOp> ended = new ArrayDeque<>(HISTORY + 1);
    private final TrackedOp[] slowest = new TrackedOp[HISTORY];
    private int slowestCount;
    private final ArrayDeque<TrackedOp> slow = new ArrayDeque<>();
    private final OpCounters counters = new OpCounters();
    private @Nullable OpPerf perf;

    OpCounters counters() {
        return counters;
    }

    /// Null where nobody wants operations counted apart.
    @Nullable OpPerf perf() {
        return perf;
    }

    void perf(@Nullable OpPerf wanted) {
        perf = wanted;
    }

    void begin(Caller session, MOSDOp op, long tid, long arrived) {
        if (count == inFlight.length) {
            inFlight = Arrays.copyOf(inFlight, count * 2);
        }
        TrackedOp tracked = free.poll();
        if (tracked == null) {
            tracked = new TrackedOp();
        }
        tracked.begin(session, op, tid, arrived);
        inFlight[count++] = tracked;
    }

    private int find(Caller session, long tid) {
        for (int i = 0; i < count; i++) {
            if (inFlight[i].tid == tid && inFlight[i].session == session) {
                return i;
            }
        }
        return -1;
    }

    void reachedGroup(Caller session, long tid, long now) {
        int at = find(session, tid);
        if (at >= 0) {
            inFlight[at].reachedGroup = now;
        }
    }

    void replied(Caller session, MOSDOpReply reply, long tid) {
        int at = find(session, tid);
        if (at >= 0) {
            long bytes = 0;
            for (MOSDOpReply.OpResult each : reply.ops()) {
                bytes += each.output().length();
            }
            inFlight[at].bytesOut = bytes;
        }
    }

    /// The request goes on at another shard.
    void moved(Caller session, long tid) {
        int at = find(session, tid);
        if (at >= 0) {
            free.push(remove(at));
        }
    }

    private TrackedOp remove(int at) {
        TrackedOp tracked = inFlight[at];
        System.arraycopy(inFlight, at + 1, inFlight, at, count - at - 1);
        inFlight[--count] = tracked; // not looked at; keeps the array free of nulls
        return tracked;
    }

    /// @param complaint nanoseconds above which it counts as slow
    void end(Caller session, long tid, long now, long complaint) {
        int at = find(session, tid);
        if (at < 0) {
            return;
        }
        TrackedOp tracked = remove(at);
        MOSDOp op = tracked.request();
        long took = now - tracked.arrived;
        tally(tracked, took);
        OpPerf wanted = perf;
        if (wanted != null && op != null) {
            wanted.add(session, op, tracked, took);
        }
        tracked.end(now);
        remember(tracked, took, complaint);
    }

    private void tally(TrackedOp op, long took) {
        counters.all.add(op.bytesIn, op.bytesOut, took);
        if (op.reads && op.writes) {
            counters.readWrites.add(op.bytesIn, op.bytesOut, took);
            counters.readWriteIn.add(took, op.bytesIn);
            counters.readWriteOut.add(took, op.bytesOut);
        } else if (op.writes) {
            counters.writes.add(op.bytesIn, 0, took);
            counters.writeIn.add(took, op.bytesIn);
        } else if (op.reads) {
            counters.reads.add(0, op.bytesOut, took);
            counters.readOut.add(took, op.bytesOut);
        }
    }

    private void remember(TrackedOp op, long took, long complaint) {
        if (took > complaint) {
            slow.add(op.copy());
            if (slow.size() > SLOW_HISTORY) {
                slow.removeFirst();
            }
        }
        if (slowestCount < HISTORY) {
            slowest[slowestCount++] = op.copy();
        } else {
            int quickest = 0;
            for (int i = 1; i < HISTORY; i++) {
                if (duration(slowest[i]) < duration(slowest[quickest])) {
                    quickest = i;
                }
            }
            if (duration(slowest[quickest]) < took) {
                slowest[quickest] = op.copy();
            }
        }
        ended.add(op);
        if (ended.size() > HISTORY) {
            free.push(ended.removeFirst());
        }
    }

    private static long duration(TrackedOp op) {
        return op.ended - op.arrived;
    }

    // ---- for others: copies

    List<TrackedOp> inFlight() {
        List<TrackedOp> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(inFlight[i].copy());
        }
        return all;
    }

    List<TrackedOp> history() {
        return ended.stream().map(TrackedOp::copy).toList();
    }

    List<TrackedOp> slowest() {
        return List.copyOf(Arrays.asList(slowest).subList(0, slowestCount));
    }

    List<TrackedOp> slow() {
        return List.copyOf(slow);
    }

    /// Those that wait for longer than this.
    List<TrackedOp> slowerThan(long nanos, long now) {
        List<TrackedOp> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (now - inFlight[i].arrived > nanos) {
                all.add(inFlight[i].copy());
            }
        }
        return all;
    }

    int count() {
        return count;
    }
}
