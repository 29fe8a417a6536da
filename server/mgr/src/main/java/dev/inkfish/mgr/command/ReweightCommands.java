package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.command.stats.MappingStats;
import dev.inkfish.conf.Conf;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `osd reweight-by-utilization`, `osd reweight-by-pg`, and what they would do (`test-…`).
final class ReweightCommands implements MgrModuleCommands {
    private static final String LIMITS = " name=oload,type=CephInt,req=false name=max_change,type=CephFloat,req=false "
            + "name=max_osds,type=CephInt,req=false";
    private static final String NO_INCREASING =
            " name=no_increasing,type=CephChoices,strings=--no-increasing,req=false";
    private static final String POOLS = " name=pools,type=CephPoolname,n=N,req=false";
    private static final String THRESHOLD = " [overload-percentage-for-consideration, default 120]";
    private static final String FAILED = "FAILED reweight-by-pg";

    private final Supplier<MgrCore> core;
    private final Conf conf;

    ReweightCommands(Supplier<MgrCore> core, Conf conf) {
        this.core = core;
        this.conf = conf;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        table.add("osd reweight-by-utilization" + LIMITS + NO_INCREASING, "reweight OSDs by utilization" + THRESHOLD, "osd",
                "rw", Command.FLAG_MGR, this::run);
        table.add("osd test-reweight-by-utilization" + LIMITS + " name=no_increasing,type=CephBool,req=false",
                "dry run of reweight OSDs by utilization" + THRESHOLD, "osd", "r", Command.FLAG_MGR, this::run);
        table.add("osd reweight-by-pg" + LIMITS + POOLS, "reweight OSDs by PG distribution" + THRESHOLD, "osd", "rw",
                Command.FLAG_MGR, this::run);
        table.add("osd test-reweight-by-pg" + LIMITS + POOLS, "dry run of reweight OSDs by PG distribution" + THRESHOLD,
                "osd", "r", Command.FLAG_MGR, this::run);
    }

    private CommandResult run(CommandContext call) {
        boolean byPg = call.prefix().endsWith("by-pg");
        OsdMap map = core.get().pgMap().osdMap();
        NavigableSet<Long> pools = new TreeSet<>();
        for (String name : call.strings("pools")) {
            if (map.poolId(name) < 0) {
                throw new CephException(Errno.ENOENT, "pool '" + name + "' does not exist");
            }
            pools.add(map.poolId(name));
        }
        long overload = call.integer("oload", 120);
        double maxChange = call.decimal("max_change", conf.decimal("mon_reweight_max_change"));
        long maxOsds = call.integer("max_osds", conf.integer("mon_reweight_max_osds"));
        if (maxChange <= 0 || maxOsds <= 0) {
            throw new CephException(Errno.EINVAL, maxChange <= 0
                    ? "max_change " + GeneralFormat.format(maxChange, 6) + " must be positive"
                    : "max_osds " + maxOsds + " must be positive");
        }
        boolean mayGrow = !call.flag("no_increasing");
        Reweight reweight = new Reweight(core.get().pgMap(), pools, maxChange, maxOsds, mayGrow);
        Reweight.Plan plan;
        try {
            plan = byPg
                    ? reweight.byGroups(overload, conf.integer("mon_reweight_min_pgs_per_osd"))
                    : reweight.byUse(overload, conf.integer("mon_reweight_min_bytes_per_osd"));
        } catch (CephException e) {
            throw new CephException(e.code(), e.getMessage() + "\n" + FAILED);
        }
        Bytes output = Bytes.utf8(show(call.formatter(), plan, overload, maxChange, maxOsds, pools));
        if (plan.weights().isEmpty() || call.prefix().startsWith("osd test-")) {
            return new CommandResult.Done(plan.weights().size(), "no change", output);
        }
        core.get().effects().askMonitors(reweightn(plan.weights()), done ->
                call.reply(new CommandResult.Done(done.code(), done.outs(), output)));
        return CommandResult.later();
    }

    private static String reweightn(NavigableMap<Integer, Integer> weights) {
        List<String> pairs = new ArrayList<>();
        weights.forEach((osd, weight) -> pairs.add("'" + osd + "':'" + weight + "'"));
        ObjectNode command = JsonNodeFactory.instance.objectNode()
                .put("prefix", "osd reweightn").put("weights", "{" + String.join(",", pairs) + "}");
        return command.toString();
    }

    private String show(@Nullable Formatter f, Reweight.Plan plan, long overload, double maxChange,
            long maxOsds, NavigableSet<Long> pools) {
        MappingStats stats = stats(plan.weights(), pools);
        if (f != null) {
            f.openObject("reweight_by_utilization").dump("overload_min", overload).dump("max_change", maxChange);
            f.dump("max_change_osds", maxOsds).dump("average_utilization", plan.average());
            f.dump("overload_utilization", plan.threshold()).openArray("reweights");
            plan.steps().stream().filter(step -> step.after() < step.before()).forEach(step -> f.openObject("osd")
                    .dump("osd", step.osd()).dump("weight", step.before()).dump("new_weight", step.after()).close());
            f.close();
            stats.dump(f);
            return f.close().text();
        }
        StringBuilder out = new StringBuilder(stats.text());
        out.append("\noload ").append(overload).append("\nmax_change ").append(GeneralFormat.format(maxChange, 6));
        out.append("\nmax_change_osds ").append(maxOsds).append("\n");
        out.append(String.format(Locale.ROOT, "average_utilization %.4f\noverload_utilization %.4f\n",
                plan.average(), plan.threshold()));
        plan.steps().forEach(step -> out.append(String.format(
                Locale.ROOT, "osd.%d weight %.4f -> %.4f\n", step.osd(), step.before(), step.after())));
        return out.toString();
    }

    private MappingStats stats(NavigableMap<Integer, Integer> weights, NavigableSet<Long> pools) {
        OsdMap map = core.get().pgMap().osdMap();
        OsdMapIncremental change = new OsdMapIncremental(map.fsid(), map.epoch() + 1);
        change.newWeight.putAll(weights);
        OsdMap next = map.apply(change);
        NavigableMap<Integer, Integer> before = new TreeMap<>();
        NavigableMap<Integer, Integer> after = new TreeMap<>();
        map.osds().stream().filter(osd -> map.isUp(osd) && map.isIn(osd)).forEach(osd -> before.put(osd, 0));
        int total = 0;
        int moved = 0;
        for (long id : pools.isEmpty() ? map.pools().navigableKeySet() : pools) {
            PgPool pool = map.pool(id);
            for (int seed = 0; pool != null && seed < pool.pgNum(); seed++) {
                PgId pg = new PgId(id, seed);
                List<Integer> now = map.place(pg).up();
                List<Integer> then = next.place(pg).up();
                total += pool.size();
                moved += (int) now.stream().filter(osd -> !then.contains(osd)).count();
                now.forEach(osd -> before.computeIfPresent(osd, (o, n) -> n + 1));
                then.forEach(osd -> after.merge(osd, 1, Integer::sum));
            }
        }
        return new MappingStats(before, after, total, moved);
    }
}
