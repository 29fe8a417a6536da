package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.PingDump;
import dev.inkfish.conf.Conf;
import java.util.List;
import java.util.Map;

/// `dump_osd_network`: how long peers take to answer pings. They go the way of replication, `back`; there is no `front` beside it.
final class NetworkCommand {
    private final OsdDaemon daemon;

    NetworkCommand(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void register(CommandTable table) {
        table.add("dump_osd_network name=value,type=CephInt,req=false", "Dump osd heartbeat network ping times", "osd", "r", this::run);
    }

    private CommandResult run(CommandContext call) {
        Conf conf = daemon.config().conf();
        long threshold = Math.max(0, call.integer("value", PingDump.threshold(
                conf.decimal("mon_warn_on_slow_ping_time"), conf.decimal("mon_warn_on_slow_ping_ratio"), conf.decimal("osd_heartbeat_grace"))));
        List<PingDump.Entry> entries = PingDump.entries(Map.of(daemon.whoami(), daemon.heartbeats().reported()));
        Formatter f = call.formatter("json-pretty");
        PingDump.network(f, entries, threshold, OsdDaemon.now().seconds());
        return CommandResult.data(f);
    }
}
