package dev.inkfish.mon.osd;

import dev.inkfish.conf.Conf;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdXinfo;
import dev.inkfish.wire.Utime;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Who reported whom dead since when, and when that is enough (`failure_info_t`, `OSDMonitor::check_failure`).
final class FailureReports {
    /// By target, then reporter: since when it has heard nothing.
    private final NavigableMap<Integer, NavigableMap<Integer, Utime>> reports = new TreeMap<>();

    void add(int target, int reporter, Utime since) {
        reports.computeIfAbsent(target, t -> new TreeMap<>()).merge(reporter, since, (a, b) -> a.compareTo(b) < 0 ? a : b);
    }

    void cancel(int target, int reporter) {
        NavigableMap<Integer, Utime> ofTarget = reports.get(target);
        if (ofTarget != null) {
            ofTarget.remove(reporter);
            if (ofTarget.isEmpty()) {
                reports.remove(target);
            }
        }
    }

    /// Forgets what is no longer so: targets that are down, reporters that are gone.
    void prune(OsdMap map) {
        reports.keySet().removeIf(target -> !map.isUp(target));
        reports.values().forEach(byReporter -> byReporter.keySet().removeIf(reporter -> !map.isUp(reporter)));
        reports.values().removeIf(Map::isEmpty);
    }

    void clear() {
        reports.clear();
    }

    Set<Integer> targets() {
        return new TreeSet<>(reports.keySet());
    }

    /// The verdict on a target.
    ///
    /// @return the words for the cluster log where it counts as failed; null where it does not
    @Nullable String verdict(OsdMap map, Conf conf, int target, Utime now) {
        NavigableMap<Integer, Utime> byReporter = reports.get(target);
        if (byReporter == null) {
            return null;
        }
        Utime since = byReporter.values().stream().max(Utime::compareTo).orElse(now);
        double failedFor = (now.toMillis() - since.toMillis()) / 1000.0;
        double grace = grace(map, conf, target, byReporter.navigableKeySet(), failedFor, now);
        String level = conf.string("mon_osd_reporter_subtree_level");
        Set<String> subtrees = new TreeSet<>();
        for (int reporter : byReporter.keySet()) {
            subtrees.add(CrushPlaces.locationOf(map.crush(), reporter).getOrDefault(level, "osd." + reporter));
        }
        if (failedFor < grace || subtrees.size() < conf.integer("mon_osd_min_down_reporters")) {
            return null;
        }
        return "osd." + target + " failed (" + CrushPlaces.ordered(map.crush(), target) + ") (" + subtrees.size()
                + " reporters from different " + level + " after " + String.format(Locale.ROOT, "%.6f", failedFor)
                + " >= grace " + String.format(Locale.ROOT, "%.6f", grace) + ")";
    }

    /// The configured grace, longer for an OSD that has proved slow rather than dead before, and for
    /// reporters that have been slow themselves.
    private static double grace(
            OsdMap map, Conf conf, int target, Set<Integer> reporters, double failedFor, Utime now) {
        double grace = conf.decimal("osd_heartbeat_grace");
        if (!conf.flag("mon_osd_adjust_heartbeat_grace")) {
            return grace;
        }
        double decay = Math.log(0.5) / conf.decimal("mon_osd_laggy_halflife");
        OsdXinfo own = map.osdXinfo(target);
        grace += Math.exp(failedFor * decay) * own.laggyInterval() * own.laggy();
        double peers = 0;
        for (int reporter : reporters) {
            OsdXinfo peer = map.osdXinfo(reporter);
            double elapsed = (now.toMillis() - peer.downStamp().toMillis()) / 1000.0;
            peers += Math.exp(elapsed * decay) * peer.laggyInterval() * peer.laggy();
        }
        return grace + peers / reporters.size();
    }
}
