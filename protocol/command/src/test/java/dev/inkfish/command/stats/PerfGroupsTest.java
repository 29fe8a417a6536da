package dev.inkfish.command.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.command.JsonFormatter;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerfGroupsTest {
    private static PerfCounterType type(String name, int type, int priority) {
        return new PerfCounterType(name, "about " + name, "n", type, priority, PerfGroups.NONE);
    }

    private static PerfGroups some() {
        PerfGroups all = new PerfGroups();
        all.add("paxos", type("commit", PerfGroups.COUNTER, 5), 70, 70);
        all.add("paxos", type("begin_keys", PerfGroups.AVERAGE, 5), 210, 70);
        all.add("paxos", type("commit_latency", PerfGroups.LATENCY, 5), 140_000_000, 70);
        all.gauge("cluster", "num_osd", "OSDs", PerfGroups.NONE, 3);
        return all;
    }

    /// As a real 16.2.15 prints them: groups by name, counters in the order in which they were defined.
    @Test
    void averagesOfNumbersHaveNoTime() {
        JsonFormatter f = new JsonFormatter(false);
        some().dump(f, "", "");
        assertThat(f.text()).isEqualTo("{\"cluster\":{\"num_osd\":3},\"paxos\":{\"commit\":70,"
                + "\"begin_keys\":{\"avgcount\":70,\"sum\":210},"
                + "\"commit_latency\":{\"avgcount\":70,\"sum\":0.140000000,\"avgtime\":0.002000000}}}");
    }

    @Test
    void theSchemaTellsNumbersFromTimes() {
        JsonFormatter f = new JsonFormatter(false);
        some().dumpSchema(f);
        assertThat(f.text())
                .contains("\"begin_keys\":{\"type\":6,\"metric_type\":\"gauge\",\"value_type\":\"integer-integer-pair\"")
                .contains("\"commit_latency\":{\"type\":5,\"metric_type\":\"gauge\",\"value_type\":\"real-integer-pair\"")
                .contains("\"commit\":{\"type\":10,\"metric_type\":\"counter\",\"value_type\":\"integer\"");
    }

    @Test
    void typesAreToldOnceASessionAndWhenOthersAreWanted() {
        CounterReport report = new CounterReport();
        List<String> first = report.next(some()).declared().stream().map(PerfCounterType::path).toList();
        assertThat(first).containsExactly("paxos.begin_keys", "paxos.commit", "paxos.commit_latency");
        assertThat(report.next(some()).declared()).isEmpty();
        report.threshold(0);
        assertThat(report.next(some()).declared()).hasSize(4);
        report.threshold(0);
        assertThat(report.next(some()).declared()).isEmpty();
        report.newSession();
        assertThat(report.next(some()).declared()).hasSize(4);
    }
}
