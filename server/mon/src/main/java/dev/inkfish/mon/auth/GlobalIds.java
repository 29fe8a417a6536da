package dev.inkfish.mon.auth;

import java.util.ArrayDeque;
import java.util.Deque;

/// The numbers that this monitor may give to clients. Ranges that the leader has set aside for it alone, so that no
/// two monitors, and no two lives of one, give out the same. Connections are authenticated on several threads.
public final class GlobalIds {
    private record Range(long from, long to) {}

    private static final long FEW = AuthService.PREALLOCATED / 2;

    private final Deque<Range> ranges = new ArrayDeque<>();
    private long next;
    private long end;

    /// From `from` up to and without `to`.
    public synchronized void add(long from, long to) {
        ranges.addLast(new Range(from, to));
    }

    /// Whether it is time to ask for more.
    public synchronized boolean areFew() {
        return ranges.isEmpty() && end - next < FEW;
    }

    /// 0 if there is none.
    synchronized long take() {
        if (next == end && !ranges.isEmpty()) {
            Range range = ranges.removeFirst();
            next = range.from;
            end = range.to;
        }
        return next < end ? next++ : 0;
    }
}
