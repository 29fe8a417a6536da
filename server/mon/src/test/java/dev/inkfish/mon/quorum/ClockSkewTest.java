package dev.inkfish.mon.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;

/// A clock that is off is seen with the first answer to a lease after it.
class ClockSkewTest {
    private static final long MILLI = 1_000_000L;
    private static final Utime WALL = Utime.ofMillis(1_700_000_000_000L);

    private static final class Outbox implements Quorum.Host {
        private final List<PeerMessage> sent = new ArrayList<>();

        private <M extends PeerMessage> M last(Class<M> type) {
            return type.cast(sent.getLast());
        }

        @Override
        public void send(String monitor, PeerMessage message) {
            sent.add(message);
        }

        @Override
        public void takePart(boolean whether) {}

        @Override
        public boolean promise(long epoch, long until) {
            return true;
        }

        @Override
        public void standingChanged() {}

        @Override
        public void mayAnswer() {}

        @Override
        public void membersChanged(Collection<String> left) {}

        @Override
        public void metadata(String monitor, NavigableMap<String, String> metadata) {}

        @Override
        public void wantsIds(String monitor) {}
    }

    private final Outbox leaders = new Outbox();
    private final Outbox peons = new Outbox();
    private final Quorum leader = new Quorum("a", () -> List.of("a", "b"), leaders);
    private final Quorum peon = new Quorum("b", () -> List.of("a", "b"), peons);

    /// One lease and its answer, `millis` for both ways, with the peon's clock ahead by so much.
    private double skewSeen(long now, long millis, long aheadMillis) {
        leader.beat(now, wall(now, 0));
        peon.lease("a", leaders.last(PeerMessage.Lease.class), now + millis / 2 * MILLI, wall(now + millis / 2 * MILLI, aheadMillis));
        leader.leaseAck("b", peons.last(PeerMessage.LeaseAck.class), now + millis * MILLI, wall(now + millis * MILLI, 0));
        TimeCheck seen = leader.timeChecks().get("b");
        assertThat(seen).isNotNull();
        return seen.skew();
    }

    private static Utime wall(long now, long aheadMillis) {
        return Utime.ofNanos(WALL.toNanos() + now + aheadMillis * MILLI);
    }

    @Test
    void theNextAnswerShowsIt() {
        leader.lead(4, List.of("a", "b"), 0, WALL);
        assertThat(skewSeen(600 * MILLI, 2, 0)).isZero();
        assertThat(skewSeen(1200 * MILLI, 2, 3000)).isCloseTo(3, within(0.01));
        assertThat(skewSeen(1800 * MILLI, 2, -3000)).isCloseTo(-3, within(0.01));
        // a slow way hides what it may explain
        assertThat(skewSeen(2400 * MILLI, 400, 300)).isZero();
        assertThat(skewSeen(3000 * MILLI, 400, 3000)).isCloseTo(2.6, within(0.01));
        assertThat(skewSeen(3600 * MILLI, 2, 0)).isZero();
    }
}
