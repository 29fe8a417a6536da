package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.command.stats.PgMapText;
import dev.inkfish.command.stats.StatDump;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.mgr.core.PgMapCodec;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// `pg …`: what is known of groups.
final class PgCommands implements MgrModuleCommands {
    private static final String CONTENTS = " name=dumpcontents,type=CephChoices,strings=";
    private static final String STATES = " name=states,type=CephString,n=N,req=false";
    private static final String POOL = " name=pool,type=CephInt,req=false";
    private static final int STUCK_SECONDS = 60;

    private final Supplier<MgrCore> core;

    PgCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        add(table, "pg stat", "show placement group status.", this::stat);
        add(table, "pg dump" + CONTENTS + "all|summary|sum|delta|pools|osds|pgs|pgs_brief,n=N,req=false",
                "show human-readable versions of pg map (only 'all' valid with plain)", this::dump);
        add(table, "pg dump_json" + CONTENTS + "all|summary|sum|pools|osds|pgs,n=N,req=false",
                "show human-readable version of pg map in json only", this::dump);
        add(table, "pg dump_pools_json", "show pg pools info in json only", this::dump);
        add(table, "pg ls-by-pool name=poolstr,type=CephString" + STATES, "list pg with pool = [poolname]", this::list);
        add(table, "pg ls-by-primary name=osd,type=CephOsdName" + POOL + STATES, "list pg with primary = [osd]", this::list);
        add(table, "pg ls-by-osd name=osd,type=CephOsdName" + POOL + STATES, "list pg on osd [osd]", this::list);
        add(table, "pg ls" + POOL + STATES, "list pg with specific pool, osd, state", this::list);
        add(table, "pg dump_stuck name=stuckops,type=CephChoices,strings=inactive|unclean|stale|undersized|degraded,n=N,"
                + "req=false name=threshold,type=CephInt,req=false", "show information about stuck pgs", this::stuck);
        add(table, "pg debug name=debugop,type=CephChoices,strings=unfound_objects_exist|degraded_pgs_exist",
                "show debug info about pgs", this::debug);
        add(table, "pg getmap", "get binary pg map to -o/stdout", call ->
                CommandResult.ok("got pgmap version " + map().version(), PgMapCodec.encode(map())));
        table.add("pg scrub name=pgid,type=CephPgid", "start scrub on <pgid>", "pg", "rw", Command.FLAG_MGR, this::scrub);
        table.add("pg deep-scrub name=pgid,type=CephPgid", "start deep-scrub on <pgid>", "pg", "rw", Command.FLAG_MGR,
                this::scrub);
        table.add("pg repair name=pgid,type=CephPgid", "start repair on <pgid>", "pg", "rw", Command.FLAG_MGR, this::scrub);
    }

    private static void add(
            CommandTable table, String signature, String help, dev.inkfish.command.CommandHandler handler) {
        table.add(signature, help, "pg", "r", Command.FLAG_MGR, handler);
    }

    private PgMap map() {
        return core.get().pgMap();
    }

    private CommandResult stat(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(PgMapText.oneLine(map().digest()) + "\n");
        }
        f.openObject("pg_info").dump("pg_ready", true).openObject("pg_summary");
        PgMapText.oneLine(map().digest(), f);
        return CommandResult.data(f.close().close());
    }

    // ---- dump

    private CommandResult dump(CommandContext call) {
        List<String> what = new ArrayList<>(call.strings("dumpcontents"));
        boolean jsonOnly = !call.prefix().equals("pg dump");
        if (call.prefix().equals("pg dump_pools_json")) {
            what = List.of("pools");
        } else if (what.isEmpty()) {
            what = List.of("all");
        }
        Formatter f = jsonOnly ? Formatter.of("json") : call.formatter(); // whatever form was asked for
        String status = "dumped " + String.join(",", what);
        if (f == null) {
            return CommandResult.ok(status, plain(what));
        }
        f.openObject("pg_info").dump("pg_ready", true);
        dump(f, what);
        return CommandResult.ok(status, f.close().bytes());
    }

    private void dump(Formatter f, List<String> what) {
        if (what.contains("all")) {
            f.openObject("pg_map");
            basic(f);
            pgs(f, map().pgs(), "pg_stats", StatDump::pg);
            pools(f);
            osds(f);
            poolStores(f);
            f.close();
        } else if (what.contains("summary") || what.contains("sum")) {
            f.openObject("pg_map");
            basic(f);
            f.close();
        } else {
            if (what.contains("pools")) {
                pools(f);
            }
            if (what.contains("osds")) {
                osds(f);
                poolStores(f);
            }
            if (what.contains("pgs")) {
                pgs(f, map().pgs(), "pg_stats", StatDump::pg);
            }
            if (what.contains("pgs_brief")) {
                pgs(f, map().pgs(), "pg_stats", StatDump::pgBrief);
            }
            if (what.contains("delta")) {
                f.openObject("delta");
                delta(f);
                f.close();
            }
        }
    }

    private void basic(Formatter f) {
        f.dump("version", map().version());
        f.dump("stamp", Stamp.text(map().stamp()));
        f.dump("last_osdmap_epoch", 0).dump("last_pg_scan", 0);
        f.openObject("pg_stats_sum");
        StatDump.pool(map().sum(), f);
        f.close().openObject("osd_stats_sum");
        StatDump.osd(map().osdSum(), f);
        f.close();
        delta(f);
    }

    private void delta(Formatter f) {
        PgMapDigest.Delta delta = map().digest().sumDelta();
        f.openObject("pg_stats_delta");
        StatDump.pool(delta.change(), f);
        Utime over = delta.over();
        f.dump("stamp_delta", String.format(java.util.Locale.ROOT, "%d.%06d", over.seconds(), over.nanos() / 1000));
        f.close();
    }

    private void pools(Formatter f) {
        Map<Long, Long> counts = map().digest().byPool();
        f.openArray("pool_stats");
        map().poolSums().descendingMap().forEach((id, stat) -> {
            f.openObject("pool_stat").dump("poolid", id).dump("num_pg", counts.getOrDefault(id, 0L));
            StatDump.pool(stat, f);
            f.close();
        });
        f.close();
    }

    private void osds(Formatter f) {
        f.openArray("osd_stats");
        map().osds().forEach((osd, stat) -> {
            f.openObject("osd_stat").dump("osd", osd);
            StatDump.osd(stat, f);
            f.close();
        });
        f.close();
    }

    private void poolStores(Formatter f) {
        f.openArray("pool_statfs");
        for (long pool : map().osdMap().pools().keySet()) {
            map().poolStores(pool).forEach((osd, store) -> {
                f.openObject("item").dump("poolid", pool).dump("osd", osd);
                StatDump.store(store, f);
                f.close();
            });
        }
        f.close();
    }

    private static void pgs(
            Formatter f, NavigableMap<PgId, PgStat> pgs, String name,
            java.util.function.BiConsumer<PgStat, Formatter> content) {
        f.openArray(name);
        pgs.forEach((id, pg) -> {
            f.openObject("pg_stat").dump("pgid", id.toString());
            content.accept(pg, f);
            f.close();
        });
        f.close();
    }

    private String plain(List<String> what) {
        StringBuilder out = new StringBuilder();
        boolean note = true;
        if (what.contains("all")) {
            out.append(PgTables.head(map())).append(PgTables.pgs(map())).append(PgTables.pools(map(), false));
            out.append(PgTables.sum(map(), false)).append(PgTables.osds(map()));
        } else if (what.contains("summary") || what.contains("sum")) {
            out.append(PgTables.head(map())).append(PgTables.sum(map(), true)).append(PgTables.osdSum(map(), true));
        } else {
            note = what.contains("pgs") || what.contains("pools");
            if (what.contains("pgs_brief")) {
                out.append(PgTables.pgsBrief(map().pgs()));
            }
            if (what.contains("pgs")) {
                out.append(PgTables.pgs(map()));
            }
            if (what.contains("pools")) {
                out.append(PgTables.pools(map(), true));
            }
            if (what.contains("osds")) {
                out.append(PgTables.osds(map()));
            }
        }
        return out.append(note ? PgTables.OMAP_NOTE + "\n" : "").toString();
    }

    // ---- lists

    /// What is wrong is said behind an answer that was begun.
    private CommandResult list(CommandContext call) {
        try {
            return found(call);
        } catch (CephException e) {
            Formatter f = call.formatter();
            return new CommandResult.Done(e.code(), e.getMessage(), f == null ? Bytes.EMPTY
                    : f.openObject("pg_info").dump("pg_ready", true).close().bytes());
        }
    }

    private CommandResult found(CommandContext call) {
        Predicate<Map.Entry<PgId, PgStat>> wanted = entry -> true;
        OsdMap osdMap = map().osdMap();
        if (call.has("poolstr")) {
            long pool = osdMap.poolId(call.string("poolstr"));
            if (pool < 0) {
                throw new CephException(Errno.ENOENT, "pool " + call.string("poolstr") + " does not exist");
            }
            wanted = wanted.and(entry -> entry.getKey().pool() == pool);
        }
        if (call.has("pool")) {
            long pool = call.integer("pool", -1);
            if (osdMap.pool(pool) == null) {
                throw new CephException(Errno.ENOENT, "pool " + pool + " does not exist");
            }
            wanted = wanted.and(entry -> entry.getKey().pool() == pool);
        }
        if (call.has("osd")) {
            int osd = OsdArguments.upOsd(call, "osd", osdMap);
            boolean primary = call.prefix().equals("pg ls-by-primary");
            wanted = wanted.and(entry -> primary
                    ? entry.getValue().actingPrimary() == osd
                    : entry.getValue().acting().contains(osd) || entry.getValue().up().contains(osd));
        }
        long states = 0;
        for (String name : call.strings("states")) {
            if (!name.equals("all")) {
                states |= stateNamed(name);
            }
        }
        long bits = states;
        if (bits != 0) {
            wanted = wanted.and(entry -> (entry.getValue().state() & bits) == bits);
        }
        NavigableMap<PgId, PgStat> found = new TreeMap<>();
        map().pgs().entrySet().stream().filter(wanted).forEach(e -> found.put(e.getKey(), e.getValue()));
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(PgTables.list(found, call.now()) + PgTables.OMAP_NOTE + "\n");
        }
        f.openObject("pg_info").dump("pg_ready", true);
        pgs(f, found, "pg_stats", StatDump::pg);
        return CommandResult.data(f.close());
    }

    /// The states that fit into 32 bits: those that Ceph tells of.
    private static final long STATES_OF_OLD = 0xffffffffL;

    private static long stateNamed(String name) {
        for (PgStates state : PgStates.values()) {
            if (PgStates.text(state.bit()).equals(name) || state == PgStates.DEEP_SCRUB && name.equals("deep_scrub")) {
                return state.bit();
            }
        }
        throw new CephException(Errno.EINVAL, "'" + name + "' is not a valid pg state, available choices: "
                + PgStates.text(STATES_OF_OLD));
    }

    // ---- stuck

    private static final Map<String, Function<PgStat, Utime>> SINCE = new TreeMap<>(Map.of(
            "inactive", pg -> PgStates.ACTIVE.in(pg.state()) ? Utime.ZERO : orForever(pg.stamps().active()),
            "unclean", pg -> PgStates.CLEAN.in(pg.state()) ? Utime.ZERO : orForever(pg.stamps().clean()),
            "degraded", pg -> PgStates.DEGRADED.in(pg.state()) ? orForever(pg.stamps().undegraded()) : Utime.ZERO,
            "undersized", pg -> PgStates.UNDERSIZED.in(pg.state()) ? orForever(pg.stamps().fullsized()) : Utime.ZERO,
            "stale", pg -> PgStates.STALE.in(pg.state()) ? orForever(pg.stamps().unstale()) : Utime.ZERO));

    /// Zero stands for "not in that state" here.
    private static Utime orForever(Utime since) {
        return since.isZero() ? new Utime(0, 1) : since;
    }

    private CommandResult stuck(CommandContext call) {
        List<String> what = call.strings("stuckops").isEmpty() ? List.of("unclean") : call.strings("stuckops");
        long threshold = call.integer("threshold", STUCK_SECONDS);
        Utime cutoff = Utime.ofNanos(Math.max(0, call.now().toNanos() - threshold * 1_000_000_000L));
        NavigableMap<PgId, PgStat> found = new TreeMap<>();
        map().pgs().forEach((id, pg) -> {
            for (String each : what) {
                Function<PgStat, Utime> rule = SINCE.get(each);
                if (rule == null) {
                    throw new CephException(Errno.EINVAL, "Unknown type: " + each);
                }
                Utime since = rule.apply(pg);
                if (!since.isZero() && since.compareTo(cutoff) < 0) {
                    found.put(id, pg);
                }
            }
        });
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.ok("ok", found.isEmpty() ? "" : PgTables.pgsBrief(found));
        }
        f.openObject("pg_info").dump("pg_ready", true);
        pgs(f, found, "stuck_pg_stats", StatDump::pg);
        return CommandResult.ok("ok", f.close().bytes());
    }

    private CommandResult debug(CommandContext call) {
        String what = call.string("debugop");
        boolean exist = switch (what) {
            case "unfound_objects_exist" ->
                map().pgs().values().stream().anyMatch(pg -> pg.sum().get(Field.NUM_OBJECTS_UNFOUND) > 0);
            case "degraded_pgs_exist" ->
                map().pgs().values().stream().anyMatch(pg -> pg.sum().get(Field.NUM_OBJECTS_DEGRADED) > 0);
            default -> throw new CephException(Errno.EINVAL, "unknown debugop '" + what + "'");
        };
        Formatter f = call.formatter();
        String text = exist ? "TRUE" : "FALSE";
        return CommandResult.data(f == null ? text
                : text + "\n" + f.openObject("pg_info").dump("pg_ready", true).close().text() + "\n");
    }

    // ---- scrub

    private CommandResult scrub(CommandContext call) {
        PgId id = PgId.parse(call.string("pgid"));
        PgStat pg = map().pgs().get(id);
        if (pg == null) {
            return CommandResult.error(Errno.ENOENT, "pg " + id + " does not exist");
        }
        OsdMap osdMap = map().osdMap();
        int primary = osdMap.place(id).actingPrimary();
        if (primary < 0) {
            return CommandResult.error(Errno.EAGAIN, "pg " + id + " has no primary osd");
        }
        if (!osdMap.isUp(primary)) {
            return CommandResult.error(Errno.EAGAIN, "pg " + id + " primary osd." + primary + " not up");
        }
        String what = call.prefix().substring("pg ".length());
        core.get().scrub(primary, List.of(id), what.equals("repair"), what.equals("deep-scrub"));
        return CommandResult.status("instructing pg " + id + " on osd." + primary + " to " + what);
    }
}
