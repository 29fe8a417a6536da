package dev.inkfish.mon.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What the cluster log is told as checks come, change and go.
class HealthLogTest {
    private final HealthLog log = new HealthLog();
    private final List<String> lines = new ArrayList<>();
    private int second = 1000;

    private List<String> at(int after, String... checks) {
        second += after;
        lines.clear();
        NavigableMap<String, HealthCheck> all = new TreeMap<>();
        for (String check : checks) {
            String[] parts = check.split(":", 2);
            all.put(parts[0], HealthCheck.warn(parts[1], 1, List.of()));
        }
        log.changes(all, new Utime(second, 0), (level, text) -> lines.add(level.name().charAt(7) + " " + text));
        return lines;
    }

    @Test
    void aCheckComesChangesAndGoes() {
        assertThat(at(1)).isEmpty();
        assertThat(at(1, "OSD_DOWN:1 osds down")).containsExactly("W Health check failed: 1 osds down (OSD_DOWN)");
        assertThat(at(1, "OSD_DOWN:1 osds down")).isEmpty();
        assertThat(at(1, "OSD_DOWN:2 osds down")).as("told a moment ago").isEmpty();
        assertThat(at(9, "OSD_DOWN:2 osds down")).containsExactly("W Health check update: 2 osds down (OSD_DOWN)");
        assertThat(at(9, "OSD_FLAGS:x", "OSD_DOWN:2 osds down")).containsExactly("W Health check failed: x (OSD_FLAGS)");
        assertThat(at(1, "OSD_DOWN:2 osds down")).containsExactly("O OSD flags cleared");
        assertThat(at(1)).containsExactly(
                "O Health check cleared: OSD_DOWN (was: 2 osds down)", "O Cluster is now healthy");
    }

    @Test
    void aNewLeaderDoesNotTellAgain() {
        at(1);
        at(1, "OSD_DOWN:1 osds down");
        log.reset();
        assertThat(at(1, "OSD_DOWN:1 osds down")).isEmpty();
        assertThat(at(1)).hasSize(2);
    }

    @Test
    void theWholeIsToldWhenItChangesAndEveryTenMinutes() {
        List<String> told = new ArrayList<>();
        for (int t = 0; t < 1300; t += 10) {
            String text = t < 600 ? "HEALTH_OK" : "HEALTH_WARN 1 osds down";
            int now = t;
            log.summary(HealthStatus.HEALTH_OK, text, new Utime(1000 + t, 0), (level, line) -> told.add(now + " " + line));
        }
        assertThat(told).containsExactly(
                "0 overall HEALTH_OK", "600 overall HEALTH_WARN 1 osds down", "1200 overall HEALTH_WARN 1 osds down");
    }
}
