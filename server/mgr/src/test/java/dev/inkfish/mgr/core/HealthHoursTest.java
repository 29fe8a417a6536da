package dev.inkfish.mgr.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.wire.Utime;
import org.junit.jupiter.api.Test;

class HealthHoursTest {
    private static final long HOUR = 3600;
    private static final Utime NOW = new Utime((int) (500_000 * HOUR + 10), 0);

    private final HealthHours hours = new HealthHours();

    private static Utime ago(long seconds) {
        return new Utime((int) (NOW.seconds() - seconds), 0);
    }

    private void say(String check, String summary, String detail, Utime when) throws Exception {
        JsonNode health = new ObjectMapper().readTree("""
                {"status": "HEALTH_WARN", "checks": {"%s": {"severity": "HEALTH_WARN", "summary": {"message": "%s", "count": 1},
                "detail": [{"message": "%s"}], "muted": false}}, "mutes": []}""".formatted(check, summary, detail));
        hours.add(health, when);
    }

    private String report(int count) {
        return hours.report(count, NOW).toString();
    }

    @Test
    void whatWasSaidInAnHourIsKeptOnce() throws Exception {
        say("OSD_DOWN", "1 osds down", "osd.0 is down", NOW);
        say("OSD_DOWN", "1 osds down", "osd.1 is down", NOW);
        say("OSD_DOWN", "2 osds down", "osd.1 is down", NOW);
        assertThat(report(24)).isEqualTo("{\"checks\":{\"OSD_DOWN\":{\"HEALTH_WARN\":{\"summary\":[\"1 osds down\",\"2 osds down\"],"
                + "\"detail\":[\"osd.0 is down\",\"osd.1 is down\"]}}}}");
    }

    @Test
    void aReportIsOfTheHoursAskedFor() throws Exception {
        say("A", "a", "x", ago(HOUR));
        say("B", "b", "y", NOW);
        assertThat(report(1)).contains("\"B\"").doesNotContain("\"A\"");
        assertThat(report(2)).contains("\"B\"").contains("\"A\"");
    }

    @Test
    void oldHoursAreForgotten() throws Exception {
        say("A", "a", "x", ago(2 * HOUR));
        say("B", "b", "y", ago(HOUR));
        say("C", "c", "z", NOW);
        hours.prune(2, NOW);
        assertThat(report(24)).contains("\"C\"").contains("\"B\"").doesNotContain("\"A\"");
        hours.prune(0, NOW);
        assertThat(report(24)).isEqualTo("{\"checks\":{}}");
    }
}
