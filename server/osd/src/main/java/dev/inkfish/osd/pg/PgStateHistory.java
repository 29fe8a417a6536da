package dev.inkfish.osd.pg;

import dev.inkfish.wire.Utime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which states a group has been in and for how long (`PGStateHistory`, `PGStateInstance`). A state is named by its path, as
/// in `Started/Primary/Peering`; who is in it is in those around it, too.
public final class PgStateHistory {
    private static final int SPANS = 10;

    /// In one state once.
    public record Stay(String state, Utime enter, Utime exit) {}

    /// From an outermost state's beginning to its end, the innermost states first.
    ///
    /// @param epoch of the map when it began
    public record Span(int epoch, List<Stay> states) {}

    /// What all stays in a state add up to, in seconds.
    public record Total(long entered, long left, double sum, double min, double max) {
        static final Total NONE = new Total(0, 0, 0, 0, 0);

        Total enter() {
            return new Total(entered + 1, left, sum, min, max);
        }

        Total leave(double seconds) {
            return plus(new Total(0, 1, seconds, seconds, seconds));
        }

        /// Of another group as well.
        public Total plus(Total other) {
            double least = left == 0 ? other.min : other.left == 0 ? min : Math.min(min, other.min);
            return new Total(entered + other.entered, left + other.left, sum + other.sum, least, Math.max(max, other.max));
        }
    }

    private record Open(String state, Utime since) {}

    private final Deque<Open> open = new ArrayDeque<>();
    private final Deque<Span> spans = new ArrayDeque<>();
    private final SortedMap<String, Total> totals = new TreeMap<>();
    private List<Stay> ended = new ArrayList<>();
    private int epoch;

    /// Leaves what the new state is not within, and enters what it is.
    void enter(String state, int atEpoch, Utime now) {
        while (!open.isEmpty() && !isWithin(state, open.getLast().state)) {
            Open left = open.removeLast();
            ended.add(new Stay(left.state, left.since, now));
            totals.merge(left.state, Total.NONE.leave(now.toSeconds() - left.since.toSeconds()), Total::plus);
        }
        if (open.isEmpty()) {
            end(atEpoch);
        }
        int known = open.isEmpty() ? 0 : open.getLast().state.length() + 1;
        for (int slash = known; slash >= 0 && slash < state.length(); ) {
            slash = state.indexOf('/', slash);
            String outer = slash < 0 ? state : state.substring(0, slash++);
            open.addLast(new Open(outer, now));
            totals.merge(outer, Total.NONE.enter(), Total::plus);
        }
    }

    private static boolean isWithin(String state, String outer) {
        return state.equals(outer) || state.startsWith(outer + "/");
    }

    private void end(int nextEpoch) {
        if (!ended.isEmpty()) {
            spans.addLast(new Span(epoch, List.copyOf(ended)));
            ended = new ArrayList<>();
        }
        if (spans.size() > SPANS) {
            spans.removeFirst();
        }
        epoch = nextEpoch;
    }

    /// The innermost state; empty before the first.
    public String current() {
        return open.isEmpty() ? "" : open.getLast().state;
    }

    /// Those that have ended last, the oldest first.
    public List<Span> spans() {
        return List.copyOf(spans);
    }

    /// By state.
    public SortedMap<String, Total> totals() {
        return new TreeMap<>(totals);
    }

    /// Begins to count anew.
    public void reset() {
        totals.clear();
    }
}
