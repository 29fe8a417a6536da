package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.inkfish.mgr.core.ProgressLog;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Utime;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/// What the progress log tells of pools whose number of groups the autoscaler changes (`PgAdjustmentProgress`).
final class AutoscaleProgress {
    private record Change(String id, int from, int to) {}

    private final NavigableMap<Long, Change> changes = new TreeMap<>();

    void begin(ProgressLog log, long pool, int from, int to, Utime now) {
        Change before = changes.get(pool);
        String id = before != null ? before.id
                : UUID.nameUUIDFromBytes(("pool" + pool + now.toNanos()).getBytes(StandardCharsets.UTF_8)).toString();
        Change change = new Change(id, from, to);
        changes.put(pool, change);
        show(log, pool, change, 0, now);
    }

    private static void show(ProgressLog log, long pool, Change change, double progress, Utime now) {
        ArrayNode refs = JsonNodeFactory.instance.arrayNode();
        refs.addArray().add("pool").add(pool);
        String how = change.from < change.to ? "increasing" : "decreasing";
        log.update(change.id, "PG autoscaler " + how + " pool " + pool + " PGs from " + change.from + " to " + change.to,
                progress, refs, false, now);
    }

    void follow(ProgressLog log, OsdMap map, Utime now) {
        changes.entrySet().removeIf(each -> {
            Change change = each.getValue();
            PgPool pool = map.pool(each.getKey());
            if (!log.has(change.id)) {
                return true;
            }
            if (pool == null || pool.pgNum() == change.to || change.from == change.to
                    || pool.pgNumTarget() != change.to && pool.pgNum() == pool.pgNumTarget()) {
                log.complete(change.id, now);
                return true;
            }
            double done = (double) (change.from - pool.pgNum()) / (change.from - change.to);
            show(log, each.getKey(), change, Math.clamp(done, 0, 1), now);
            return false;
        });
    }

    void endAll(ProgressLog log, Utime now) {
        for (Map.Entry<Long, Change> each : changes.entrySet()) {
            log.complete(each.getValue().id, now);
        }
        changes.clear();
    }
}
