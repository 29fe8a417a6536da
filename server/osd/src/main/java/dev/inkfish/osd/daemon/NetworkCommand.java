package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// `dump_osd_network`: how long peers take to answer pings. They go the way of replication, `back`; there is no `front` beside it.
final class NetworkCommand {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final int[] MINUTES = {1, 5, 15};
    /// `osd_mon_heartbeat_stat_stale`
    private static final long STALE_NANOS = 3_600_000_000_000L;

    private final OsdDaemon daemon;

    NetworkCommand(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void register(CommandTable table) {
        table.add("dump_osd_network name=value,type=CephInt,req=false", "Dump osd heartbeat network ping times", "osd", "r", this::run);
    }

    /// In milliseconds; by default a twentieth of the grace.
    private long threshold() {
        return (long) (daemon.config().conf().decimal("osd_heartbeat_grace") * 1000 / 20);
    }

    private CommandResult run(CommandContext call) {
        long threshold = Math.max(0, call.integer("value", threshold()));
        List<Map.Entry<Integer, PingTimes>> slow = new ArrayList<>();
        daemon.heartbeats().pingTimes().entrySet().stream()
                .filter(each -> worst(each.getValue()) >= threshold)
                .sorted(Comparator.comparingDouble((Map.Entry<Integer, PingTimes> each) -> worst(each.getValue())).reversed())
                .forEach(slow::add);
        Formatter f = call.formatter("json-pretty").openObject("network_ping_times").dump("threshold", threshold);
        f.openArray("entries");
        slow.forEach(each -> entry(f, each.getKey(), each.getValue()));
        return CommandResult.data(f.close().close());
    }

    private static double worst(PingTimes times) {
        double worst = 0;
        for (int minutes : MINUTES) {
            worst = Math.max(worst, times.over(minutes).average());
        }
        return worst;
    }

    private void entry(Formatter f, int osd, PingTimes times) {
        long ago = System.nanoTime() - times.lastAt();
        f.openObject("entry").dump("last update", TIME.format(Instant.now().minusNanos(ago))).dump("stale", ago > STALE_NANOS);
        f.dump("from osd", daemon.whoami()).dump("to osd", osd).dump("interface", "back");
        figures(f, "average", times, PingTimes.Figures::average);
        figures(f, "min", times, PingTimes.Figures::least);
        figures(f, "max", times, PingTimes.Figures::most);
        f.dumpRaw("last", millis(times.lastMillis())).close();
    }

    private static void figures(Formatter f, String name, PingTimes times, ToDoubleFunction<PingTimes.Figures> which) {
        f.openObject(name);
        for (int minutes : MINUTES) {
            f.dumpRaw(minutes + "min", millis(which.applyAsDouble(times.over(minutes))));
        }
        f.close();
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
