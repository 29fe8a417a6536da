package dev.inkfish.command.stats;

import dev.inkfish.command.Formatter;
import dev.inkfish.wire.osd.OsdStat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;

/// How long heartbeats take, as OSDs report it, in the forms of `dump_osd_network` and `pg dump` (`osd_stat_t::dump_ping_time`).
public final class PingDump {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final String[] SPANS = {"1min", "5min", "15min"};
    /// `osd_mon_heartbeat_stat_stale`
    private static final long STALE_SECONDS = 3600;

    private PingDump() {}

    /// From which time on pings are slow, in milliseconds: what an operator says, else a share of the grace.
    ///
    /// @param grace seconds
    public static long threshold(double time, double ratio, double grace) {
        return (long) (time > 0 ? time : ratio * grace * 1000);
    }

    /// What one OSD found of another on one of the two networks.
    ///
    /// @param numbers microseconds: three averages, three least, three most, the last
    public record Entry(int from, int to, String network, int lastUpdate, List<Integer> numbers) {
        /// The longest of the averages, in microseconds.
        public int worst() {
            return Collections.max(numbers.subList(0, SPANS.length));
        }

        /// Whether it was worse than it is.
        public boolean improves() {
            return numbers.getFirst() < worst();
        }

        public boolean isStale(long nowSeconds) {
            return nowSeconds - Integer.toUnsignedLong(lastUpdate) > STALE_SECONDS;
        }
    }

    /// Of all OSDs, the worst first; pings that nobody answered, or that are not sent, have no entry.
    public static List<Entry> entries(Map<Integer, NavigableMap<Integer, OsdStat.PingTimes>> byOsd) {
        List<Entry> entries = new ArrayList<>();
        byOsd.forEach((from, peers) -> peers.forEach((to, times) -> {
            entries.add(new Entry(from, to, "back", times.lastUpdate(), times.back()));
            entries.add(new Entry(from, to, "front", times.lastUpdate(), times.front()));
        }));
        entries.removeIf(entry -> entry.worst() == 0);
        entries.sort(Comparator.comparingInt(Entry::worst).reversed());
        return entries;
    }

    /// `dump_osd_network`
    ///
    /// @param threshold milliseconds that are worth an entry
    public static void network(Formatter f, List<Entry> entries, long threshold, long nowSeconds) {
        f.openObject("network_ping_times").dump("threshold", threshold).openArray("entries");
        for (Entry entry : entries) {
            if (entry.worst() < threshold * 1000) {
                continue;
            }
            f.openObject("entry").dump("last update", time(entry.lastUpdate)).dump("stale", entry.isStale(nowSeconds));
            f.dump("from osd", entry.from).dump("to osd", entry.to).dump("interface", entry.network);
            figures(f, "average", entry, 0);
            figures(f, "min", entry, SPANS.length);
            figures(f, "max", entry, 2 * SPANS.length);
            f.dumpRaw("last", millis(entry.numbers.getLast())).close();
        }
        f.close().close();
    }

    private static void figures(Formatter f, String name, Entry entry, int at) {
        f.openObject(name);
        for (int i = 0; i < SPANS.length; i++) {
            f.dumpRaw(SPANS[i], millis(entry.numbers.get(at + i)));
        }
        f.close();
    }

    /// The list in an OSD's statistics.
    static void peers(Formatter f, NavigableMap<Integer, OsdStat.PingTimes> peers) {
        f.openArray("network_ping_times");
        peers.forEach((osd, times) -> {
            f.openObject("entry").dump("osd", osd).dump("last update", time(times.lastUpdate())).openArray("interfaces");
            network(f, "back", times.back());
            if (times.front().getFirst() != 0) {
                network(f, "front", times.front());
            }
            f.close().close();
        });
        f.close();
    }

    private static void network(Formatter f, String name, List<Integer> numbers) {
        f.openObject("interface").dump("interface", name);
        String[] kinds = {"average", "min", "max"};
        for (int kind = 0; kind < kinds.length; kind++) {
            f.openObject(kinds[kind]);
            for (int i = 0; i < SPANS.length; i++) {
                f.dump(SPANS[i], numbers.get(kind * SPANS.length + i) / 1000.0);
            }
            f.close();
        }
        f.dump("last", numbers.getLast() / 1000.0).close();
    }

    private static String time(int seconds) {
        return TIME.format(Instant.ofEpochSecond(Integer.toUnsignedLong(seconds)));
    }

    public static String millis(int micros) {
        return String.format(Locale.ROOT, "%d.%03d", micros / 1000, micros % 1000);
    }
}
