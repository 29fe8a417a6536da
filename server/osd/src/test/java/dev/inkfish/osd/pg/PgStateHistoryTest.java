package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Utime;
import org.junit.jupiter.api.Test;

class PgStateHistoryTest {
    private static Utime at(int seconds) {
        return new Utime(seconds, 0);
    }

    @Test
    void whoLeavesAStateLeavesThoseWithinIt() {
        PgStateHistory history = new PgStateHistory();
        history.enter("Started/Primary/Peering/GetInfo", 7, at(1));
        history.enter("Started/Primary/Peering/GetLog", 7, at(2));
        history.enter("Started/Primary/Active", 7, at(4));
        assertThat(history.current()).isEqualTo("Started/Primary/Active");
        assertThat(history.spans()).isEmpty();
        history.enter("Reset", 9, at(10));
        assertThat(history.current()).isEqualTo("Reset");
        assertThat(history.spans()).hasSize(1);
        assertThat(history.spans().getFirst().epoch()).isEqualTo(7);
        assertThat(history.spans().getFirst().states()).extracting(PgStateHistory.Stay::state).containsExactly(
                "Started/Primary/Peering/GetInfo", "Started/Primary/Peering/GetLog", "Started/Primary/Peering",
                "Started/Primary/Active", "Started/Primary", "Started");
        assertThat(history.totals().get("Started/Primary/Peering")).isEqualTo(new PgStateHistory.Total(1, 1, 3, 3, 3));
        assertThat(history.totals().get("Reset")).isEqualTo(new PgStateHistory.Total(1, 0, 0, 0, 0));
    }

    @Test
    void itRemembersTheLastTen() {
        PgStateHistory history = new PgStateHistory();
        for (int epoch = 1; epoch <= 30; epoch++) {
            history.enter(epoch % 2 == 0 ? "Reset" : "Started/Stray", epoch, at(epoch));
        }
        assertThat(history.spans()).extracting(PgStateHistory.Span::epoch)
                .containsExactly(20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
        assertThat(history.totals().get("Started")).isEqualTo(new PgStateHistory.Total(15, 15, 15, 1, 1));
    }
}
