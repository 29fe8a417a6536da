package dev.inkfish.mgr.core;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.command.stats.PingDump;
import dev.inkfish.wire.osd.OsdStat;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// What the manager tells of itself, by `ceph tell mgr` and its admin socket: counters, and how long OSDs' pings take.
final class DaemonCommands {
    private static final String COUNTER = " name=logger,type=CephString,req=false name=counter,type=CephString,req=false";

    private static final String NO_FILES = "the manager is no client of a file system";

    private final MgrCore core;

    DaemonCommands(MgrCore core) {
        this.core = core;
    }

    void register(CommandTable table) {
        counters(table, "perf dump" + COUNTER, "dump perfcounters value", PerfGroups::dump);
        counters(table, "perf schema", "dump perfcounters schema", PerfGroups::schema);
        counters(table, "perf histogram dump" + COUNTER, "dump perf histogram values", PerfGroups::histogramDump);
        counters(table, "perf histogram schema", "dump perf histogram schema", PerfGroups::histogramSchema);
        // none of them counts on: they tell how it is now
        counters(table, "perf reset name=var,type=CephString", "perf reset <name>: perf reset all or one perfcounter name",
                (groups, call) -> groups.reset(call, group -> {}));
        table.add("mgr_status", "Dump mgr status", "mgr", "r", call -> CommandResult.data(call.formatter("json-pretty")
                .openObject("mgr_status").dump("mgrmap_epoch", core.mapEpoch()).dump("initialized", core.isActive()).close()));
        refuse(table, "dump_mempools", "get mempool stats", "memory is the Java heap: perf dump java");
        refuse(table, "status", "show overall client status", NO_FILES);
        refuse(table, "dump_cache", "show in-memory metadata cache contents", NO_FILES);
        refuse(table, "kick_stale_sessions", "kick sessions that were remote reset", NO_FILES);
        refuse(table, "mds_requests", "show in-progress mds requests", NO_FILES);
        refuse(table, "mds_sessions name=cap_dump,type=CephBool,req=false", "show mds session state", NO_FILES);
        table.add("dump_osd_network name=value,type=CephInt,req=false", "Dump osd heartbeat network ping times", "mgr", "r", this::network);
    }

    private static void refuse(CommandTable table, String signature, String help, String reason) {
        table.add(signature, help, "mgr", "r", call -> CommandResult.unsupported(signature, reason));
    }

    private void counters(
            CommandTable table, String signature, String help, BiFunction<PerfGroups, CommandContext, CommandResult.Done> answer) {
        table.add(signature, help, "mgr", signature.startsWith("perf reset") ? "rw" : "r", call -> answer.apply(now(), call));
    }

    private PerfGroups now() {
        PerfGroups all = new PerfGroups();
        Runtime runtime = Runtime.getRuntime();
        all.gauge("java", "heap_used", "Heap of the process that is in use", PerfGroups.BYTES,
                runtime.totalMemory() - runtime.freeMemory());
        all.gauge("java", "heap_committed", "Heap of the process", PerfGroups.BYTES, runtime.totalMemory());
        all.gauge("java", "heap_max", "Largest heap of the process", PerfGroups.BYTES, runtime.maxMemory());
        all.gauge("mgr", "num_sessions", "Open sessions", PerfGroups.NONE, core.sessions().size());
        core.effects().counters(all);
        return all;
    }

    private CommandResult network(CommandContext call) {
        NavigableMap<Integer, NavigableMap<Integer, OsdStat.PingTimes>> times = new TreeMap<>();
        core.pgMap().osds().forEach((osd, stat) -> times.put(osd, stat.pingTimes()));
        long threshold = Math.max(0, call.integer("value", core.slowPingMillis()));
        Formatter f = call.formatter("json-pretty");
        PingDump.network(f, PingDump.entries(times), threshold, call.now().seconds());
        return CommandResult.data(f);
    }
}
