package dev.inkfish.mgr.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.wire.mon.HealthCheck;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CrashReportsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REPORT = """
            {"crash_id": "2026-11-28T18:00:00.000000Z_aaaa", "timestamp": "2026-11-28T18:00:00.000000Z",
             "process_name": "ceph-osd", "entity_name": "osd.1", "utsname_hostname": "vm",
             "backtrace": ["(abc()+0x12) [0x1]", "(def(int)+0x1) [0x2]"],
             "assert_msg": "x.cc: In function 'f' thread 7 time 2026 x.cc: 12: FAILED ceph_assert(0)\\n"}""";
    /// 2026-11-28T18:00:00Z
    private static final double AT = 1_795_888_800;

    private static ObjectNode report() throws JsonProcessingException {
        return (ObjectNode) JSON.readTree(REPORT);
    }

    /// What a Ceph 16.2.15 made of the same report.
    @Test
    void signsAsCephDoes() throws JsonProcessingException {
        ObjectNode report = report();
        CrashReports.sign(report);
        assertThat(report.path("stack_sig").asText())
                .isEqualTo("e90dba59d50e971aee87d60972f9dbc472156561c926b4343a58013f8133df6d");
    }

    @Test
    void wantsAnIdAndATime() throws JsonProcessingException {
        assertThat(CrashReports.problem(report())).isNull();
        assertThat(CrashReports.problem(JSON.readTree("[]"))).isNotNull();
        assertThat(CrashReports.problem(JSON.readTree("{}"))).isEqualTo("missing 'crash_id' field");
        assertThat(CrashReports.problem(JSON.readTree("{\"crash_id\": \"x\", \"timestamp\": \"yy\"}")))
                .isEqualTo("time data 'yy' does not match format '%Y-%m-%d %H:%M:%S.%f'");
        assertThat(CrashReports.problem(JSON.readTree("{\"crash_id\": \"x\", \"timestamp\": \"2018-06-22 20:35:38.058818Z\"}")))
                .isNull();
    }

    @Test
    void warnsOfRecentOnesThatNobodyArchived() throws JsonProcessingException {
        CrashReports reports = new CrashReports();
        ObjectNode report = report();
        reports.put("a", report);
        assertThat(check(reports, AT - 1).get("RECENT_CRASH").detail())
                .containsExactly("osd.1 crashed on host vm at 2026-11-28T18:00:00.000000Z");
        assertThat(check(reports, AT)).isEmpty();
        assertThat(reports.before(AT)).containsExactly("a");
        assertThat(reports.before(AT - 1)).isEmpty();
        reports.put("a", report.deepCopy().put("archived", "now"));
        assertThat(check(reports, AT - 1)).isEmpty();
    }

    private static NavigableMap<String, HealthCheck> check(CrashReports reports, double since) {
        NavigableMap<String, HealthCheck> checks = new TreeMap<>();
        reports.check(since, checks);
        return checks;
    }

    @Test
    void readsWhatTheMonitorsKeep() {
        CrashReports reports = CrashReports.parse(new TreeMap<>(java.util.Map.of("a", REPORT, "b", "not JSON", "c", "{}")));
        assertThat(reports.all()).hasSize(1);
        assertThat(reports.find("a")).isNotNull();
    }
}
