package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.osd.pg.History.Event;
import dev.inkfish.wire.Bytes;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static History of(Object... clientsAndEvents) {
        History history = new History();
        for (int i = 0; i < clientsAndEvents.length; i += 2) {
            history.add((int) clientsAndEvents[i], (Event) clientsAndEvents[i + 1]);
        }
        return history;
    }

    private static Event write(String value, long start, long end) {
        return new Event(false, Bytes.utf8(value), start, end);
    }

    private static Event read(String value, long start, long end) {
        return new Event(true, Bytes.utf8(value), start, end);
    }

    @Test
    void writesAtTheSameTimeMayHaveEitherOrder() {
        assertThat(of(1, write("a", 1, 5), 2, write("b", 2, 4), 1, read("a", 6, 7)).isLinearizable()).isTrue();
        assertThat(of(1, write("a", 1, 5), 2, write("b", 2, 4), 1, read("b", 6, 7)).isLinearizable()).isTrue();
    }

    @Test
    void lostAndRepeatedWritesAreSeen() {
        assertThat(of(1, write("a", 1, 2), 2, read("", 3, 4)).isLinearizable()).isFalse();
        assertThat(of(1, write("a", 1, 2), 2, write("b", 3, 4), 1, read("b", 5, 6), 2, read("a", 7, 8)).isLinearizable())
                .isFalse();
    }

    @Test
    void aReadMayNotSeeLessThanAnEarlierOne() {
        assertThat(of(1, write("a", 1, 9), 2, read("a", 2, 3), 2, read("", 4, 5)).isLinearizable()).isFalse();
    }
}
