package dev.inkfish.mgr.health;

import dev.inkfish.command.stats.PingDump;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.osd.OsdStat;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `OSD_SLOW_PING_TIME_BACK` and `…_FRONT`: OSDs whose heartbeats take long.
final class PingHealth {
    private static final int HOST = 1;
    private static final int ROOT = 11;

    private PingHealth() {}

    /// @param threshold milliseconds
    static void check(PgMap pgMap, long threshold, Utime now, NavigableMap<String, HealthCheck> checks) {
        NavigableMap<Integer, NavigableMap<Integer, OsdStat.PingTimes>> times = new TreeMap<>();
        pgMap.osds().forEach((osd, stat) -> {
            if (pgMap.osdMap().isUp(osd)) {
                times.put(osd, stat.pingTimes());
            }
        });
        List<PingDump.Entry> slow = PingDump.entries(times).stream()
                .filter(each -> each.worst() >= threshold * 1000 && pgMap.osdMap().isUp(each.to()) && !each.isStale(now.seconds()))
                .toList();
        for (String network : List.of("back", "front")) {
            List<PingDump.Entry> some = slow.stream().filter(each -> each.network().equals(network)).toList();
            if (!some.isEmpty()) {
                List<String> detail = some.stream().limit(PgHealth.MAX_DETAIL).map(each -> detail(pgMap.osdMap(), each)).toList();
                checks.put("OSD_SLOW_PING_TIME_" + network.toUpperCase(Locale.ROOT), HealthCheck.warn(
                        "Slow OSD heartbeats on " + network + " (longest " + PingDump.millis(some.getFirst().worst()) + "ms)",
                        some.size(), detail));
            }
        }
    }

    private static String detail(OsdMap map, PingDump.Entry entry) {
        return "Slow OSD heartbeats on " + entry.network() + " from osd." + entry.from() + " " + place(map, entry.from()) + " to osd."
                + entry.to() + " " + place(map, entry.to()) + " " + PingDump.millis(entry.worst()) + " msec"
                + (entry.improves() ? " possibly improving" : "");
    }

    /// What is between its host and its root, the outermost first.
    private static List<String> names(OsdMap map, int osd) {
        LinkedList<String> names = new LinkedList<>();
        for (CrushBucket at = parent(map, osd); at != null; at = parent(map, at.id())) {
            if (at.type() > HOST && at.type() < ROOT) {
                names.addFirst(String.valueOf(map.crush().itemNames().get(at.id())));
            }
        }
        return new ArrayList<>(names);
    }

    private static String place(OsdMap map, int osd) {
        return "[" + String.join(",", names(map, osd)) + "]";
    }

    private static @Nullable CrushBucket parent(OsdMap map, int item) {
        return map.crush().buckets().stream()
                .filter(bucket -> bucket != null && bucket.indexOf(item) >= 0 && !isShadow(map, bucket))
                .findFirst().orElse(null);
    }

    /// Of one class of devices only.
    private static boolean isShadow(OsdMap map, CrushBucket bucket) {
        return String.valueOf(map.crush().itemNames().get(bucket.id())).contains("~");
    }
}
