package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PingTimesTest {
    private static final long MINUTE = 60_000_000_000L;

    @Test
    void tellsOfTheLastMinutes() {
        PingTimes times = new PingTimes();
        assertThat(times.over(15)).isEqualTo(new PingTimes.Figures(0, 0, 0));
        times.add(8_000_000, 0);
        times.add(2_000_000, MINUTE);
        times.add(4_000_000, MINUTE + 6);
        assertThat(times.over(1)).isEqualTo(new PingTimes.Figures(3, 2, 4));
        assertThat(times.over(5)).isEqualTo(new PingTimes.Figures(14 / 3.0, 2, 8));
        assertThat(times.reported(7).back().getLast()).isEqualTo((int) (4 * 1000));
        for (int minute = 2; minute < 17; minute++) {
            times.add(1_000_000, minute * MINUTE);
        }
        assertThat(times.over(15)).as("what is longer ago is forgotten").isEqualTo(new PingTimes.Figures(1, 1, 1));
    }
}
