package dev.inkfish.mon.map;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.LocalCommands;
import dev.inkfish.conf.RuntimeConfig;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;

/// What `ceph tell mon.<id> …` offers beside the commands that are both: version, options of this daemon, sessions.
public final class TellCommands {
    private static final List<String> TOLD = List.of("sessions", "ops", "dump_historic_ops", "dump_historic_slow_ops", "compact", "heap",
            "connection scores dump", "connection scores reset", "smart", "sync_force", "add_bootstrap_peer_hint",
            "add_bootstrap_peer_hintv", "quorum enter", "quorum exit");

    private final MonCore mon;

    public TellCommands(MonCore mon) {
        this.mon = mon;
    }

    public void register(CommandTable table) {
        table.add("version", "get ceph version", "mon", "r", this::version);
        Command status = mon.commands().find("mon_status");
        if (status != null) {
            audited(table, "mon_status", status.help(), "r", status.handler());
        }
        MonOps ops = new MonOps(mon);
        audited(table, "sessions", "list existing sessions", "r", this::sessions);
        audited(table, "ops", "show the ops currently in flight", "r", ops::inFlight);
        audited(table, "dump_historic_ops", "show recent ops", "r", ops::historic);
        audited(table, "dump_historic_slow_ops", "show recent slow ops", "r", ops::slow);
        audited(table, "compact", "cause compaction of monitor's leveldb/rocksdb storage", "rw", this::compact);
        MonCounters counters = new MonCounters(mon);
        String counter = " name=logger,type=CephString,req=false name=counter,type=CephString,req=false";
        table.add("perf dump" + counter, "dump perfcounters value", "mon", "r", call -> counters.now().dump(call));
        table.add("perf schema", "dump perfcounters schema", "mon", "r", call -> counters.now().schema(call));
        table.add("perf histogram dump" + counter, "dump perf histogram values", "mon", "r", call -> counters.now().histogramDump(call));
        table.add("perf histogram schema", "dump perf histogram schema", "mon", "r", call -> counters.now().histogramSchema(call));
        table.add("perf reset name=var,type=CephString", "perf reset <name>: perf reset all or one perfcounter name", "mon", "rw",
                call -> counters.now().reset(call, mon.tally()::reset));
        audited(table, "heap name=heapcmd,type=CephChoices,strings=dump|start_profiler|stop_profiler|release|stats"
                        + " name=value,type=CephString,req=false",
                "show heap usage info (available only if compiled with tcmalloc)", "rw", call -> CommandResult.error(
                        Errno.EOPNOTSUPP, "could not issue heap profiler command -- not using tcmalloc!"));
        refuse(table, "connection scores dump", "show the scores used in connectivity-based elections",
                "elections do not go by scores");
        refuse(table, "connection scores reset", "reset the scores used in connectivity-based elections",
                "elections do not go by scores");
        refuse(table, "dump_mempools", "get mempool stats", "memory is the Java heap");
        refuse(table, "smart name=devid,type=CephString,req=false", "Query health metrics for underlying device",
                "a monitor does not ask its disk");
        refuse(table, "sync_force name=validate,type=CephChoices,strings=--yes-i-really-mean-it,req=false",
                "force sync of and clear monitor store",
                "a monitor that is to take all from the others is removed and added again");
        refuse(table, "add_bootstrap_peer_hint name=addr,type=CephIPAddr",
                "add peer address as potential bootstrap peer for cluster bringup", "a monitor that joins is told mon_host");
        refuse(table, "add_bootstrap_peer_hintv name=addrv,type=CephString",
                "add peer address vector as potential bootstrap peer for cluster bringup", "a monitor that joins is told mon_host");
        audited(table, "quorum enter", "force monitor back into quorum", "rw", call -> takePart(true));
        audited(table, "quorum exit", "force monitor out of the quorum", "rw", call -> takePart(false));
        new RuntimeConfig(mon.conf(), "mon").register(table);
        LocalCommands.register(table, mon.conf());
        LocalCommands.registerUnnamed(table, mon.conf());
        announce(table);
    }

    /// Those that are there for `ceph tell` only are known to clients, which are told so when they ask without it.
    private void announce(CommandTable table) {
        for (String prefix : TOLD) {
            Command command = table.find(prefix);
            if (command != null) {
                mon.commands().add(command.signature().text(), command.help(), "mon", command.perm(), Command.FLAG_TELL,
                        call -> CommandResult.error(Errno.EINVAL, "unrecognized command"));
            }
        }
    }

    /// A command whose begin and end are in the audit log.
    private void audited(CommandTable table, String signature, String help, String perm, CommandHandler handler) {
        table.add(signature, help, "mon", perm, call -> {
            List<String> arguments = call.texts().entrySet().stream()
                    .filter(each -> !List.of("prefix", "format", "target").contains(each.getKey())).map(Map.Entry::getValue).toList();
            LogService log = mon.service(LogService.class);
            log.auditTold(call.command(), arguments, true);
            CommandResult result = handler.run(call);
            log.auditTold(call.command(), arguments, false);
            return result;
        });
    }

    private void refuse(CommandTable table, String signature, String help, String reason) {
        audited(table, signature, help, "rw", call -> CommandResult.unsupported(signature, reason));
    }

    private CommandResult compact(CommandContext call) {
        long nanos = mon.effects().compact();
        return CommandResult.line("compacted rocksdb in " + nanos / 1_000_000_000 + " seconds");
    }

    private CommandResult takePart(boolean whether) {
        mon.quorum().takePart(whether);
        return CommandResult.line((whether ? "started" : "stopped") + " responding to quorum, initiated new election");
    }

    private CommandResult version(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openObject("version");
        f.dump("version", "16.2.15").dump("release", "pacific").dump("release_type", "stable");
        return CommandResult.data(f.close());
    }

    private CommandResult sessions(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openArray("sessions");
        for (MonSession session : mon.sessions()) {
            f.openObject("session");
            f.dump("name", session.peer().toString());
            f.dump("entity_name", session.isAuthenticated() ? session.authName().toString() : "");
            MonMapDump.addrs(f, "addrs", session.addrs());
            f.openObject("socket_addr");
            f.dump("type", session.socketAddr().kind().text());
            f.dump("addr", session.socketAddr().isBlank() ? "-" : session.socketAddr().hostAndPort());
            f.dumpUnsigned("nonce", Integer.toUnsignedLong(session.socketAddr().nonce())).close();
            f.dump("con_type", session.peer().type().text());
            f.dumpUnsigned("con_features", session.features());
            f.dump("con_features_hex", Long.toHexString(session.features()));
            f.dump("con_features_release", ClusterCommands.releaseOf(session.features()));
            f.dump("open", session.isOpen());
            f.dump("authenticated", session.isAuthenticated());
            f.dump("global_id", session.globalId());
            f.dump("osd_epoch", session.osdEpoch());
            f.dump("remote_host", session.host());
            f.close();
        }
        return CommandResult.data(f.close());
    }
}
