package dev.inkfish.mgr.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.wire.Utime;
import org.junit.jupiter.api.Test;

class HealthHistoryTest {
    private static JsonNode health(String... checks) throws JsonProcessingException {
        StringBuilder text = new StringBuilder("{\"checks\":{");
        for (String check : checks) {
            text.append(text.length() > 11 ? "," : "").append('"').append(check).append("\":{\"severity\":\"HEALTH_WARN\"}");
        }
        return new ObjectMapper().readTree(text.append("}}").toString());
    }

    @Test
    void checksAreCountedEachTimeTheyAreRaised() throws JsonProcessingException {
        HealthHistory history = new HealthHistory();
        assertThat(history.text()).isEqualTo("No healthchecks have been recorded");
        assertThat(history.yaml()).isEqualTo("--- {}\n");
        assertThat(history.look(health(), new Utime(100, 0))).isFalse();
        assertThat(history.look(health("OSD_DOWN", "OSDMAP_FLAGS"), new Utime(100, 0))).isTrue();
        assertThat(history.look(health("OSD_DOWN", "OSDMAP_FLAGS"), new Utime(120, 0))).isFalse();
        assertThat(history.look(health("OSDMAP_FLAGS"), new Utime(130, 0))).isTrue();
        assertThat(history.look(health("OSDMAP_FLAGS"), new Utime(140, 0))).isFalse();
        assertThat(history.look(health("OSD_DOWN"), new Utime(150, 500_000_000))).isTrue();
        assertThat(history.line()).isEqualTo("{\"OSD_DOWN\": {\"name\": \"OSD_DOWN\", \"severity\": \"HEALTH_WARN\","
                + " \"first_seen\": 100.0, \"last_seen\": 150.5, \"count\": 2, \"active\": true}, \"OSDMAP_FLAGS\": {\"name\":"
                + " \"OSDMAP_FLAGS\", \"severity\": \"HEALTH_WARN\", \"first_seen\": 100.0, \"last_seen\": 100.0, \"count\": 1,"
                + " \"active\": false}}");
        HealthHistory kept = new HealthHistory();
        kept.load(history.line());
        assertThat(kept.events()).isEqualTo(history.events());
        kept.load("nonsense");
        assertThat(kept.events()).isEmpty();
        String[] lines = history.text().split("\n", -1);
        assertThat(lines[0]).isEqualTo("Healthcheck Name          First Seen (UTC)      Last seen (UTC)       Count  Active");
        assertThat(lines[1]).startsWith("OSDMAP_FLAGS              ").endsWith("      1    No  ");
        assertThat(lines[2]).startsWith("OSD_DOWN                  ").endsWith("      2   Yes  ");
        assertThat(lines[3]).isEqualTo("2 health check(s) listed");
    }
}
