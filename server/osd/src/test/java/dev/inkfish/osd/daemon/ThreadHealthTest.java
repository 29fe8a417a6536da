package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.osd.daemon.ThreadHealth.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class ThreadHealthTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TIMEOUT = 15 * SECOND;
    private static final long SUICIDE = 150 * SECOND;

    /// Something that may stand still.
    private static final class Shard implements ThreadHealth.Work {
        private final Deque<ThreadHealth.Counts> waiting = new ArrayDeque<>();
        private boolean runs = true;
        private long submitted;
        private long committed;

        @Override
        public void ask(ThreadHealth.Counts answer) {
            waiting.add(answer);
        }

        private void turn() {
            while (runs && !waiting.isEmpty()) {
                waiting.removeFirst().are(submitted, committed);
            }
        }
    }

    private long now = 100 * SECOND;
    private final ThreadHealth health = new ThreadHealth(() -> now);
    private final Shard first = new Shard();
    private final Shard second = new Shard();

    ThreadHealthTest() {
        health.watch(first);
        health.watch(second);
    }

    private Verdict second() {
        now += SECOND;
        Verdict found = health.look(TIMEOUT, SUICIDE);
        first.turn();
        second.turn();
        return found;
    }

    /// @return how many seconds passed until there was something to say
    private int until(Verdict wanted) {
        for (int seconds = 1; seconds < 1000; seconds++) {
            Verdict found = second();
            if (found == wanted) {
                return seconds;
            }
            assertThat(found).isEqualTo(Verdict.AS_BEFORE);
        }
        throw new AssertionError("never " + wanted);
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            assertThat(second()).isEqualTo(Verdict.AS_BEFORE);
        }
    }

    @Test
    void oneShardThatStandsStillIsEnough() {
        pass(100);
        first.runs = false;
        assertThat(until(Verdict.STUCK)).isBetween(15, 18);
        assertThat(health.isHealthy()).isFalse();
        pass(20);
        first.runs = true;
        assertThat(until(Verdict.GETS_ON_AGAIN)).isLessThanOrEqualTo(3);
        assertThat(health.isHealthy()).isTrue();
    }

    @Test
    void aDiskThatCommitsNothingIsFoundThoughTheShardAnswers() {
        pass(5);
        first.submitted = 7;
        first.committed = 6;
        for (int i = 0; i < 14; i++) {
            second.submitted++; // others get on, which excuses nothing
            second.committed++;
            first.submitted++; // nor does more work
            assertThat(second()).isEqualTo(Verdict.AS_BEFORE);
        }
        assertThat(until(Verdict.STUCK)).isLessThanOrEqualTo(4);
        first.committed = 7; // the next one is under way still
        assertThat(until(Verdict.GETS_ON_AGAIN)).isLessThanOrEqualTo(3);
    }

    @Test
    void aSlowDiskIsNotAStuckOne() {
        first.submitted = 1000;
        for (int i = 0; i < 100; i++) {
            pass(13);
            first.committed++;
        }
    }

    @Test
    void nothingToCommitIsNoReason() {
        first.submitted = 5;
        first.committed = 5;
        pass(1000);
    }

    @Test
    void timeInWhichTheWholeProcessWasStoppedDoesNotCount() {
        pass(5);
        first.submitted = 1;
        pass(10);
        now += 600 * SECOND;
        assertThat(health.isHealthy()).isFalse(); // nobody has looked
        assertThat(second()).isIn(Verdict.AS_BEFORE, Verdict.GETS_ON_AGAIN);
        assertThat(health.isHealthy()).isTrue();
        assertThat(until(Verdict.STUCK)).isBetween(14, 17); // it counts from there
    }

    @Test
    void theOsdEndsWhereItGoesOnForTooLong() {
        first.runs = false;
        until(Verdict.STUCK);
        assertThat(until(Verdict.TO_END)).isBetween(133, 138);
    }

    @Test
    void withoutTimeoutsNothingIsSaid() {
        first.runs = false;
        for (int i = 0; i < 1000; i++) {
            now += SECOND;
            assertThat(health.look(0, 0)).isEqualTo(Verdict.AS_BEFORE);
        }
        assertThat(health.isHealthy()).isTrue();
    }
}
