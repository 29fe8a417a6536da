package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Utime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/// What an OSD tells of operations under way and past, and of its counters. On the control thread.
final class OpCommands {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxx").withZone(ZoneOffset.UTC);
    private static final Comparator<TrackedOp> BY_ARRIVAL = Comparator.comparingLong(op -> op.arrived);
    private static final Comparator<TrackedOp> BY_DURATION = Comparator.comparingLong(op -> op.arrived - op.ended);
    /// `osd_op_history_duration`
    private static final long HISTORY_NANOS = 600_000_000_000L;
    private static final String FILTER = " name=filterstr,type=CephString,n=N,req=false";

    private final OsdDaemon daemon;

    OpCommands(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void register(CommandTable table) {
        for (String name : new String[] {"dump_ops_in_flight", "ops"}) {
            table.add(name + FILTER, "show the ops currently in flight", "osd", "r", call ->
                    ask(call, OpTracker::inFlight, ops -> inFlight(call, ops)));
        }
        table.add("dump_blocked_ops" + FILTER, "show the blocked ops currently in flight", "osd", "r", call ->
                ask(call, tracker -> tracker.slowerThan(daemon.complaintNanos(), System.nanoTime()),
                        ops -> blocked(call, ops)));
        table.add("dump_historic_ops" + FILTER, "show recent ops", "osd", "r", call ->
                ask(call, OpTracker::history, ops -> historic(call, ops, BY_ARRIVAL)));
        table.add("dump_historic_ops_by_duration" + FILTER, "show slowest recent ops, sorted by duration", "osd", "r",
                call -> ask(call, OpTracker::slowest, ops -> historic(call, ops, BY_DURATION)));
        table.add("dump_historic_slow_ops" + FILTER, "show slowest recent ops", "osd", "r", call ->
                ask(call, OpTracker::slow, ops -> slow(call, ops)));
        String counter = " name=logger,type=CephString,req=false name=counter,type=CephString,req=false";
        counters(table, "perf dump" + counter, "dump perfcounters value", PerfGroups::dump);
        counters(table, "perf schema", "dump perfcounters schema", PerfGroups::schema);
        counters(table, "perf histogram dump" + counter, "dump perf histogram values", PerfGroups::histogramDump);
        counters(table, "perf histogram schema", "dump perf histogram schema", PerfGroups::histogramSchema);
        counters(table, "perf reset name=var,type=CephString", "perf reset <name>: perf reset all or one perfcounter name",
                (groups, call) -> groups.reset(call, this::begin));
        table.add("dump_blocklist", "dump blocklisted clients and times", "osd", "r", this::blocklist);
        table.add("get_latest_osdmap", "force osd to update the latest map from the mon", "osd", "r", call -> {
            daemon.monClient().getVersion("osdmap", (newest, oldest) -> call.reply(CommandResult.data("")));
            return CommandResult.later();
        });
    }

    private void counters(
            CommandTable table, String signature, String help, BiFunction<PerfGroups, CommandContext, CommandResult.Done> answer) {
        table.add(signature, help, "osd", signature.startsWith("perf reset") ? "rw" : "r", call -> {
            daemon.reporter().mgrReports().counters(counters -> call.reply(answer.apply(counters.groups(), call)));
            return CommandResult.later();
        });
    }

    /// Those of the heap only tell how it is now.
    private void begin(String group) {
        if (group.equals("osd")) {
            daemon.shards().forEach(shard -> shard.post(shard.tracker().counters()::reset));
        }
    }

    private CommandResult ask(
            CommandContext call, Function<OpTracker, List<TrackedOp>> what, Function<List<TrackedOp>, Formatter> show) {
        List<TrackedOp> all = new ArrayList<>();
        int[] left = {daemon.shards().size()};
        List<String> filters = call.strings("filterstr");
        for (OsdShard shard : daemon.shards()) {
            shard.post(() -> {
                List<TrackedOp> found = what.apply(shard.tracker());
                daemon.control(() -> {
                    found.stream()
                            .filter(op -> filters.isEmpty() || filters.stream().anyMatch(op.description()::contains))
                            .forEach(all::add);
                    if (--left[0] == 0) {
                        call.reply(CommandResult.data(show.apply(all)));
                    }
                });
            });
        }
        return CommandResult.later();
    }

    private static Formatter inFlight(CommandContext call, List<TrackedOp> ops) {
        ops.sort(BY_ARRIVAL);
        Formatter f = call.formatter("json-pretty").openObject("ops_in_flight");
        dump(f, ops);
        return f.dump("num_ops", ops.size()).close();
    }

    private Formatter blocked(CommandContext call, List<TrackedOp> ops) {
        ops.sort(BY_ARRIVAL);
        Formatter f = call.formatter("json-pretty").openObject("ops_in_flight");
        dump(f, ops);
        f.dump("complaint_time", daemon.complaintNanos() / 1e9);
        return f.dump("num_blocked_ops", ops.size()).close();
    }

    private static Formatter historic(CommandContext call, List<TrackedOp> ops, Comparator<TrackedOp> order) {
        long oldest = System.nanoTime() - HISTORY_NANOS;
        ops.removeIf(op -> op.ended < oldest);
        ops.sort(order);
        // each shard keeps as many: of the newest, the last are wanted; of the slowest, the first
        int size = OpTracker.HISTORY;
        List<TrackedOp> shown = ops.size() <= size ? ops
                : order == BY_ARRIVAL ? ops.subList(ops.size() - size, ops.size()) : ops.subList(0, size);
        Formatter f = call.formatter("json-pretty").openObject("op_history");
        f.dump("size", size).dump("duration", HISTORY_NANOS / 1_000_000_000L);
        dump(f, shown);
        return f.close();
    }

    private Formatter slow(CommandContext call, List<TrackedOp> ops) {
        ops.sort(BY_ARRIVAL);
        Formatter f = call.formatter("json-pretty").openObject("OpHistory slow ops");
        f.dump("num to keep", OpTracker.SLOW_HISTORY).dump("threshold to keep", daemon.complaintNanos() / 1_000_000_000L);
        f.openArray("Ops");
        ops.forEach(op -> dump(f, op));
        return f.close().close();
    }

    private static void dump(Formatter f, List<TrackedOp> ops) {
        f.openArray("ops");
        ops.forEach(op -> dump(f, op));
        f.close();
    }

    private static void dump(Formatter f, TrackedOp op) {
        long now = System.nanoTime();
        Instant wall = Instant.now();
        long end = op.ended == 0 ? now : op.ended;
        f.openObject("op").dump("description", op.description());
        f.dump("initiated_at", TIME.format(wall.minusNanos(now - op.arrived))).dump("age", (now - op.arrived) / 1e9);
        f.dump("duration", (end - op.arrived) / 1e9);
        f.openObject("type_data").dump("flag_point", flagPoint(op));
        EntityAddr addr = op.address();
        f.openObject("client_info").dump("client", op.client().toString());
        f.dump("client_addr", addr.hostAndPort() + "/" + Integer.toUnsignedLong(addr.nonce())).dump("tid", op.tid).close();
        f.openArray("events");
        event(f, "initiated", 0, wall.minusNanos(now - op.arrived));
        long last = op.arrived;
        if (op.reachedGroup != 0) {
            event(f, "reached_pg", op.reachedGroup - last, wall.minusNanos(now - op.reachedGroup));
            last = op.reachedGroup;
        }
        if (op.ended != 0) {
            event(f, "done", op.ended - last, wall.minusNanos(now - op.ended));
        }
        f.close().close().close();
    }

    private static String flagPoint(TrackedOp op) {
        return op.ended != 0 ? "commit sent; apply or cleanup" : op.reachedGroup != 0 ? "reached pg" : "delayed";
    }

    private static void event(Formatter f, String name, long took, Instant at) {
        f.openObject("event").dump("event", name).dump("time", TIME.format(at)).dump("duration", took / 1e9).close();
    }

    private CommandResult blocklist(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        blocklist(f, "blocklist", daemon.map().blocklist());
        blocklist(f, "range_blocklist", daemon.map().rangeBlocklist());
        return CommandResult.data(f);
    }

    private static void blocklist(Formatter f, String name, NavigableMap<EntityAddr, Utime> blocked) {
        f.openArray(name);
        blocked.forEach((addr, until) -> {
            f.openObject("entry").openObject("entity_addr_t");
            f.dump("type", addr.kind().text()).dump("addr", addr.hostAndPort());
            f.dumpUnsigned("nonce", Integer.toUnsignedLong(addr.nonce())).close();
            f.dump("expire_time", until.toString()).close();
        });
        f.close();
    }
}
