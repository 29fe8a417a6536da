package dev.inkfish.command.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.command.JsonFormatter;
import dev.inkfish.wire.osd.OsdStat;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PingDumpTest {
    private static final int NOW = 1_795_946_798;

    private static OsdStat.PingTimes back(int minute, int five, int quarter) {
        return new OsdStat.PingTimes(
                NOW, List.of(minute, five, quarter, 236, 200, 100, 7754, 8000, 9000, 600), Collections.nCopies(10, 0));
    }

    @Test
    void theWorstComesFirstAndWhatIsNotPingedNotAtAll() {
        List<PingDump.Entry> entries = PingDump.entries(Map.of(
                0, new TreeMap<>(Map.of(1, back(1120, 1200, 1300), 2, back(900, 800, 700))),
                1, new TreeMap<>(Map.of(0, back(5000, 4000, 3000)))));
        assertThat(entries.stream().map(PingDump.Entry::worst)).containsExactly(5000, 1300, 900);
        assertThat(entries.stream().map(PingDump.Entry::network)).containsOnly("back");
        assertThat(entries.stream().map(PingDump.Entry::improves)).containsExactly(false, true, false);
    }

    @Test
    void onlyWhatIsSlowEnoughIsShown() {
        List<PingDump.Entry> entries = PingDump.entries(Map.of(2, new TreeMap<>(Map.of(1, back(1120, 1, 1), 0, back(5, 5, 5)))));
        JsonFormatter f = new JsonFormatter(false);
        PingDump.network(f, entries, 1, NOW + 3601L);
        assertThat(f.text()).startsWith("{\"threshold\":1,\"entries\":[{\"last update\":\"")
                .endsWith("\"stale\":true,\"from osd\":2,\"to osd\":1,\"interface\":\"back\","
                        + "\"average\":{\"1min\":1.120,\"5min\":0.001,\"15min\":0.001},\"min\":{\"1min\":0.236,\"5min\":0.200,\"15min\":0.100},"
                        + "\"max\":{\"1min\":7.754,\"5min\":8.000,\"15min\":9.000},\"last\":0.600}]}");
    }

    @Test
    void theThresholdIsAShareOfTheGraceUnlessSomebodySaysOtherwise() {
        assertThat(PingDump.threshold(0, 0.05, 20)).isEqualTo(1000);
        assertThat(PingDump.threshold(7, 0.05, 20)).isEqualTo(7);
    }
}
