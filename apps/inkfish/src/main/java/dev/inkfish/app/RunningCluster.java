package dev.inkfish.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;

/// A cluster that this process started, in itself or as processes of their own.
abstract class RunningCluster implements AutoCloseable {
    private static final long POLL_MILLIS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Runs a monitor command with all rights.
    abstract String command(String json) throws InterruptedException;

    /// Stops all daemons, cleanly.
    @Override
    public abstract void close();

    /// Waits until the manager reports, all OSDs are up and all groups active and clean, or until the time is over.
    ///
    /// @return what `ceph health` says then
    final String awaitReady(int osds, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end && !isReady(osds)) {
            Thread.sleep(POLL_MILLIS);
        }
        return command("{\"prefix\":\"health\"}").strip();
    }

    private boolean isReady(int wanted) throws InterruptedException {
        JsonNode status = json("{\"prefix\":\"status\",\"format\":\"json\"}");
        JsonNode groups = status.path("pgmap");
        int clean = 0;
        for (JsonNode state : groups.path("pgs_by_state")) {
            clean += state.path("state_name").asText().equals("active+clean") ? state.path("count").asInt() : 0;
        }
        return status.path("mgrmap").path("available").asBoolean()
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
