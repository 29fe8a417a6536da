package dev.inkfish.osd.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Whether this OSD gets on with its work (`HeartbeatMap`): no shard is held up, as by a read that does not return, and the
/// disk goes on committing. After `osd_op_thread_timeout` without that it answers no heartbeats, so that others take over,
/// and does not boot; after `osd_op_thread_suicide_timeout` it ends. Looked at by the control thread once a second.
final class ThreadHealth {
    /// Between two looks; longer, and the whole process was stopped.
    private static final long STOPPED_NANOS = 5_000_000_000L;

    /// What is watched: a shard, or the maps' part of the store.
    @FunctionalInterface
    interface Work {
        /// Answers when its turn comes, on whatever thread.
        void ask(Counts answer);
    }

    /// Takes how much a piece of work has given to the disk, and of how much of that it has heard that it is there.
    @FunctionalInterface
    interface Counts {
        void are(long submitted, long committed);
    }

    /// What a look has found.
    enum Verdict { AS_BEFORE, STUCK, GETS_ON_AGAIN, TO_END }

    /// One piece of work. All but `answered` and what it says is the control thread's.
    private static final class Pulse {
        private final Work work;
        private long submitted;
        private long committed;
        private volatile boolean answered;
        private boolean asked;
        private long committedBefore;
        private long aliveAt;
        private long committingAt;

        private Pulse(Work work, long now) {
            this.work = work;
            forget(now);
        }

        private void forget(long now) {
            aliveAt = now;
            committingAt = now;
        }

        /// @return for how many nanoseconds it has not got on
        private long look(long now) {
            take(now);
            if (!asked) {
                asked = true;
                work.ask((given, there) -> {
                    submitted = given;
                    committed = there;
                    answered = true;
                });
                take(now);
            }
            return now - Math.min(aliveAt, committingAt);
        }

        private void take(long now) {
            if (answered) {
                answered = false;
                asked = false;
                aliveAt = now;
                if (submitted == committed || committed != committedBefore) {
                    committingAt = now;
                }
                committedBefore = committed;
            }
        }
    }

    private final LongSupplier clock;
    private final List<Pulse> pulses = new ArrayList<>();
    private volatile long lastLook;
    private volatile long stuck;
    private volatile long timeout = Long.MAX_VALUE;

    /// @param clock steady, in nanoseconds
    ThreadHealth(LongSupplier clock) {
        this.clock = clock;
        this.lastLook = clock.getAsLong();
    }

    void watch(Work work) {
        pulses.add(new Pulse(work, clock.getAsLong()));
    }

    /// @param timeoutNanos 0 for none
    /// @param suicideNanos 0 for none
    Verdict look(long timeoutNanos, long suicideNanos) {
        long now = clock.getAsLong();
        if (now - lastLook > STOPPED_NANOS) {
            pulses.forEach(pulse -> pulse.forget(now));
        }
        boolean before = isHealthy(now);
        long longest = 0;
        for (Pulse pulse : pulses) {
            longest = Math.max(longest, pulse.look(now));
        }
        timeout = timeoutNanos;
        stuck = longest;
        lastLook = now;
        if (suicideNanos > 0 && longest > suicideNanos) {
            return Verdict.TO_END;
        }
        boolean after = isHealthy(now);
        return after == before ? Verdict.AS_BEFORE : after ? Verdict.GETS_ON_AGAIN : Verdict.STUCK;
    }

    /// For how many seconds something has not got on, as of the last look.
    long stuckSeconds() {
        return stuck / 1_000_000_000L;
    }

    /// From any thread. What has not been looked at for too long is not healthy either.
    boolean isHealthy() {
        return isHealthy(clock.getAsLong());
    }

    private boolean isHealthy(long now) {
        return timeout <= 0 || stuck <= timeout && now - lastLook <= timeout;
    }
}
