package dev.inkfish.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;

/// A cluster that this process started, in itself or as processes of their own.
abstract class RunningCluster implements AutoCloseable {
    private static final long POLL_MILLIS = 20;
    private static final String OK = "HEALTH_OK";
    /// Longer than from one report of the manager to the next.
    private static final Duration SETTLED = Duration.ofMillis(2500);
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Runs a monitor command with all rights.
    abstract String command(String json) throws InterruptedException;

    /// Stops all daemons, cleanly.
    @Override
    public abstract void close();

    /// Waits until all daemons are there and all groups active and clean, and then until nothing is amiss. What the
    /// manager says follows a moment behind; a warning that has not changed for [#SETTLED] since will not go by itself.
    ///
    /// @return what `ceph health` says then, or at the end of the time
    final String awaitReady(int osds, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        String last = "";
        long since = 0;
        while (System.nanoTime() < end) {
            if (isReady(osds)) {
                String health = health();
                long now = System.nanoTime();
                if (!health.equals(last)) {
                    last = health;
                    since = now;
                }
                if (health.startsWith(OK) || now - since > SETTLED.toNanos()) {
                    return health;
                }
            } else {
                last = "";
            }
            Thread.sleep(POLL_MILLIS);
        }
        return health();
    }

    private String health() throws InterruptedException {
        return command("{\"prefix\":\"health\"}").strip();
    }

    private boolean isReady(int wanted) throws InterruptedException {
        JsonNode status = json("{\"prefix\":\"status\",\"format\":\"json\"}");
        JsonNode groups = status.path("pgmap");
        int clean = 0;
        for (JsonNode state : groups.path("pgs_by_state")) {
            clean += state.path("state_name").asText().equals("active+clean") ? state.path("count").asInt() : 0;
        }
        return status.path("quorum").size() >= status.path("monmap").path("num_mons").asInt()
                && status.path("mgrmap").path("available").asBoolean()
                && status.path("osdmap").path("num_up_osds").asInt() >= wanted
                && groups.path("bytes_total").asLong() > 0
                && clean == groups.path("num_pgs").asInt()
                && groups.path("num_pools").asInt() == json("{\"prefix\":\"osd pool ls\",\"format\":\"json\"}").size();
    }

    private JsonNode json(String command) throws InterruptedException {
        try {
            return JSON.readTree(command(command));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(command + " did not answer in JSON", e);
        }
    }

    /// Names a new OSD in the map: `osd new`.
    final void nameOsd(int id, java.util.UUID uuid) throws InterruptedException {
        command("{\"prefix\":\"osd new\",\"uuid\":\"" + uuid + "\",\"id\":\"" + id + "\"}");
    }
}
