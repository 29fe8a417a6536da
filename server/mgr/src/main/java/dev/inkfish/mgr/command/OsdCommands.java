package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.command.TextTable.Align;
import dev.inkfish.command.stats.PgMapText;
import dev.inkfish.command.stats.StatDump;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// `osd …`: what is known of OSDs from their reports.
final class OsdCommands implements MgrModuleCommands {
    private static final String IDS = " name=ids,type=CephString,n=N";

    private final Supplier<MgrCore> core;

    OsdCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        add(table, "osd perf", "print dump of OSD perf summary stats", this::perf);
        add(table, "osd df name=output_method,type=CephChoices,strings=plain|tree,req=false "
                + "name=filter_by,type=CephChoices,strings=class|name,req=false name=filter,type=CephString,req=false",
                "show OSD utilization", this::df);
        add(table, "osd blocked-by", "print histogram of which OSDs are blocking their peers", this::blockedBy);
        add(table, "osd pool stats name=pool_name,type=CephPoolname,req=false",
                "obtain stats from all pools, or from specified pool", this::poolStats);
        add(table, "osd ok-to-stop" + IDS + " name=max,type=CephInt,req=false",
                "check whether osd(s) can be safely stopped without reducing immediate data availability", this::okToStop);
        for (String what : new String[] {"scrub", "deep-scrub", "repair"}) {
            table.add("osd " + what + " name=who,type=CephString", "initiate " + what.replace('-', ' ')
                    + " on osd <who>, or use <all|any> to " + what.replace('-', ' ') + " all", "osd", "rw",
                    Command.FLAG_MGR, this::scrub);
            table.add("osd pool " + what + " name=who,type=CephPoolname,n=N", "initiate " + what + " on pool <who>", "osd",
                    "rw", Command.FLAG_MGR, this::scrubPool);
        }
    }

    private static void add(CommandTable table, String signature, String help, CommandHandler handler) {
        table.add(signature, help, "osd", "r", Command.FLAG_MGR, handler);
    }

    private PgMap map() {
        return core.get().pgMap();
    }

    private CommandResult perf(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            TextTable table = new TextTable()
                    .column("osd", Align.LEFT, Align.RIGHT)
                    .column("commit_latency(ms)", Align.LEFT, Align.RIGHT)
                    .column("apply_latency(ms)", Align.LEFT, Align.RIGHT);
            map().osds().forEach((osd, stat) ->
                    table.row(osd, stat.commitLatency() / 1_000_000, stat.applyLatency() / 1_000_000));
            return CommandResult.data(table.toString());
        }
        f.openObject("pg_info").dump("pg_ready", true).openObject("osdstats").openArray("osd_perf_infos");
        map().osds().forEach((osd, stat) -> {
            f.openObject("osd").dump("id", osd).openObject("perf_stats");
            StatDump.perf(stat, f);
            f.close().close();
        });
        return CommandResult.data(f.close().close().close());
    }

    private CommandResult df(CommandContext call) {
        Utilization utilization = new Utilization(map(), call.string("filter_by"), call.string("filter"));
        boolean tree = call.string("output_method").equals("tree");
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(utilization.text(tree));
        }
        utilization.dump(f, tree);
        return CommandResult.line(f);
    }

    private CommandResult blockedBy(CommandContext call) {
        NavigableMap<Integer, Integer> counts = new TreeMap<>();
        map().pgs().values().forEach(pg -> pg.blockedBy().forEach(osd -> counts.merge(osd, 1, Integer::sum)));
        Formatter f = call.formatter();
        if (f == null) {
            TextTable table = new TextTable()
                    .column("osd", Align.LEFT, Align.RIGHT)
                    .column("num_blocked", Align.LEFT, Align.RIGHT);
            counts.forEach(table::row);
            return CommandResult.data(table.toString());
        }
        f.openObject("pg_info").dump("pg_ready", true).openObject("osd_blocked_by").openArray("osd_blocked_by_infos");
        counts.forEach((osd, count) -> f.openObject("osd").dump("id", osd).dump("num_blocked", count).close());
        return CommandResult.data(f.close().close().close());
    }

    // ---- pools

    private CommandResult poolStats(CommandContext call) {
        OsdMap osdMap = map().osdMap();
        NavigableMap<Long, PgPool> pools = new TreeMap<>(osdMap.pools());
        if (call.has("pool_name")) {
            long id = osdMap.poolId(call.string("pool_name"));
            if (id < 0) {
                return CommandResult.error(Errno.ENOENT, "unrecognized pool '" + call.string("pool_name") + "'");
            }
            pools.keySet().retainAll(List.of(id));
        }
        PgMapDigest digest = map().digest();
        Formatter f = call.formatter();
        if (f == null) {
            if (pools.isEmpty()) {
                return CommandResult.data("there are no pools!");
            }
            StringBuilder out = new StringBuilder();
            pools.keySet().forEach(id -> out.append(pool(id, osdMap, digest)).append('\n'));
            return CommandResult.data(out.toString());
        }
        f.openArray("pool_stats");
        pools.keySet().forEach(id -> {
            PoolStat change = change(digest, id);
            Utime over = digest.poolDeltaStamps().getOrDefault(id, Utime.ZERO);
            f.openObject("pool").dump("pool_name", osdMap.poolName(id)).dump("pool_id", id);
            f.openObject("recovery");
            PgMapText.recovery(digest.poolSum(id).sum(), f);
            f.close().openObject("recovery_rate");
            PgMapText.recoveryRate(change, over, f);
            f.close().openObject("client_io_rate");
            PgMapText.clientRate(change, over, f);
            f.close().close();
        });
        return CommandResult.data(f.close());
    }

    private static PoolStat change(PgMapDigest digest, long pool) {
        PgMapDigest.Delta delta = digest.poolDeltas().get(pool);
        return delta == null ? PoolStat.ZERO : delta.change();
    }

    private static String pool(long id, OsdMap osdMap, PgMapDigest digest) {
        PoolStat change = change(digest, id);
        Utime over = digest.poolDeltaStamps().getOrDefault(id, Utime.ZERO);
        StringBuilder out = new StringBuilder("pool " + osdMap.poolName(id) + " id " + id + "\n");
        List<String> lines = new ArrayList<>(PgMapText.recovery(digest.poolSum(id).sum()));
        String recovery = PgMapText.recoveryRate(change, over);
        if (!recovery.isEmpty()) {
            lines.add("recovery io " + recovery);
        }
        String client = PgMapText.clientRate(change, over);
        if (!client.isEmpty()) {
            lines.add("client io " + client);
        }
        if (lines.isEmpty()) {
            lines.add("nothing is going on");
        }
        lines.forEach(line -> out.append("  ").append(line).append('\n'));
        return out.toString();
    }

    // ---- may an OSD go?

    private CommandResult okToStop(CommandContext call) {
        NavigableSet<Integer> osds = OsdArguments.osds(call, "ids", map().osdMap());
        NavigableSet<PgId> degraded = new TreeSet<>();
        NavigableSet<PgId> inactive = new TreeSet<>();
        NavigableSet<PgId> unknown = new TreeSet<>();
        map().pgs().forEach((id, pg) -> {
            PgPool pool = map().osdMap().pool(id.pool());
            if (pg.state() == 0) {
                unknown.add(id);
            } else if (pool != null && pg.acting().stream().anyMatch(osds::contains)) {
                boolean whole = PgStates.ACTIVE.in(pg.state()) && !PgStates.DEGRADED.in(pg.state());
                long left = pg.acting().stream()
                        .filter(osd -> osd != Integer.MAX_VALUE && !osds.contains(osd))
                        .count();
                boolean stays = left >= pool.minSize() && (whole || PgStates.ACTIVE.in(pg.state()));
                (stays ? degraded : inactive).add(id);
            }
        });
        boolean ok = inactive.isEmpty() && unknown.isEmpty();
        Formatter f = call.formatter("json");
        f.openObject("ok_to_stop").dump("ok_to_stop", ok);
        f.openArray("osds");
        osds.forEach(osd -> f.dump("osd", osd));
        f.close();
        f.dump("num_ok_pgs", degraded.size()).dump("num_not_ok_pgs", inactive.size());
        pgArray(f, "unknown", unknown);
        pgArray(f, "bad_become_inactive", inactive);
        pgArray(f, "ok_become_degraded", degraded);
        f.close();
        String text = f.flushed() + "\n";
        return ok
                ? CommandResult.data(text)
                : new CommandResult.Done(
                        Errno.EBUSY.code(),
                        !unknown.isEmpty()
                                ? unknown.size() + " pgs have unknown state; cannot draw any conclusions"
                                : "unsafe to stop osd(s) at this time (" + inactive.size()
                                        + " PGs are or would become offline)",
                        dev.inkfish.wire.Bytes.utf8(text));
    }

    private static void pgArray(Formatter f, String name, NavigableSet<PgId> pgs) {
        if (!pgs.isEmpty()) {
            f.openArray(name);
            pgs.forEach(pg -> f.dump("pg", pg.toString()));
            f.close();
        }
    }

    private static String join(NavigableSet<Integer> osds) {
        return String.join(",", osds.stream().map(String::valueOf).toList());
    }

    // ---- scrub

    private CommandResult scrub(CommandContext call) {
        String what = call.prefix().substring("osd ".length());
        OsdMap osdMap = map().osdMap();
        String who = call.string("who");
        TreeSet<Integer> osds = new TreeSet<>();
        if (who.equals("all") || who.equals("any") || who.equals("*")) {
            osds.addAll(osdMap.osds());
            osds.removeIf(osd -> !osdMap.isUp(osd));
        } else {
            int osd = OsdArguments.parse(call.texts().getOrDefault("who", ""));
            if (!osdMap.exists(osd) || !osdMap.isUp(osd)) {
                return CommandResult.error(Errno.EAGAIN, "osd." + osd + " is not up");
            }
            osds.add(osd);
        }
        TreeMap<Integer, List<PgId>> groups = new TreeMap<>();
        map().pgs().keySet().forEach(id -> addToPrimary(osdMap, id, groups));
        groups.keySet().retainAll(osds);
        instruct(groups, what);
        return CommandResult.status("instructed osd(s) " + join(osds) + " to " + what);
    }

    private CommandResult scrubPool(CommandContext call) {
        OsdMap osdMap = map().osdMap();
        TreeMap<Integer, List<PgId>> groups = new TreeMap<>();
        for (String name : call.strings("who")) {
            long pool = osdMap.poolId(name);
            PgPool params = osdMap.pool(pool);
            if (params == null) {
                return CommandResult.error(Errno.ENOENT, "unrecognized pool '" + name + "'");
            }
            for (int seed = 0; seed < params.pgNum(); seed++) {
                addToPrimary(osdMap, new PgId(pool, seed), groups);
            }
        }
        instruct(groups, call.prefix().substring("osd pool ".length()));
        return CommandResult.status("");
    }

    private static void addToPrimary(OsdMap osdMap, PgId id, Map<Integer, List<PgId>> groups) {
        int primary = osdMap.place(id).actingPrimary();
        if (primary >= 0 && osdMap.isUp(primary)) {
            groups.computeIfAbsent(primary, p -> new ArrayList<>()).add(id);
        }
    }

    private void instruct(Map<Integer, List<PgId>> groups, String what) {
        groups.forEach((osd, ids) -> core.get().scrub(osd, ids, what.equals("repair"), what.equals("deep-scrub")));
    }
}
