package dev.inkfish.osd.daemon;

import dev.inkfish.wire.osd.OsdStat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/// How long answers of one peer took over the last quarter of an hour, minute by minute. Times in nanoseconds; on the control thread.
final class PingTimes {
    private static final long MINUTE = 60_000_000_000L;
    /// As many minutes back as anybody asks.
    private static final int MOST = 15;
    private static final List<Integer> SPANS = List.of(1, 5, MOST);

    private static final class Minute {
        final long began;
        long count;
        long sum;
        long least = Long.MAX_VALUE;
        long most;

        Minute(long began) {
            this.began = began;
        }
    }

    /// Of several minutes, in milliseconds.
    record Figures(double average, double least, double most) {}

    private final Deque<Minute> minutes = new ArrayDeque<>();
    private long last;
    private long lastAt;

    void add(long took, long now) {
        if (minutes.isEmpty() || now - minutes.getLast().began >= MINUTE) {
            minutes.add(new Minute(now));
        }
        if (minutes.size() > MOST) {
            minutes.removeFirst();
        }
        Minute present = minutes.getLast();
        present.count++;
        present.sum += took;
        present.least = Math.min(present.least, took);
        present.most = Math.max(present.most, took);
        last = took;
        lastAt = now;
    }

    /// When the last answer came.
    long lastAt() {
        return lastAt;
    }

    /// In microseconds, those of the cluster's network; nobody is pinged on the public one.
    ///
    /// @param lastUpdate when the last answer came, in seconds since 1970
    OsdStat.PingTimes reported(int lastUpdate) {
        List<Figures> spans = SPANS.stream().map(this::over).toList();
        List<Integer> back = new ArrayList<>();
        spans.forEach(each -> back.add((int) (each.average * 1000)));
        spans.forEach(each -> back.add((int) (each.least * 1000)));
        spans.forEach(each -> back.add((int) (each.most * 1000)));
        back.add((int) (last / 1000));
        return new OsdStat.PingTimes(lastUpdate, back, Collections.nCopies(back.size(), 0));
    }

    /// Over the last so many minutes in which there was an answer.
    Figures over(int count) {
        List<Minute> some = minutes.stream().skip(Math.max(0, minutes.size() - count)).toList();
        long answers = some.stream().mapToLong(each -> each.count).sum();
        if (answers == 0) {
            return new Figures(0, 0, 0);
        }
        return new Figures(
                some.stream().mapToLong(each -> each.sum).sum() / 1e6 / answers,
                some.stream().mapToLong(each -> each.least).min().orElse(0) / 1e6,
                some.stream().mapToLong(each -> each.most).max().orElse(0) / 1e6);
    }
}
