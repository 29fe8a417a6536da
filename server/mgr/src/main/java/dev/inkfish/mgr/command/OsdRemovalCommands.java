package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/// May an OSD go for good: `osd safe-to-destroy`, and `osd destroy` and `osd purge`, which the monitors carry out.
final class OsdRemovalCommands implements MgrModuleCommands {
    private static final String ONE = " name=id,type=CephOsdName name=force,type=CephBool,req=false "
            + "name=yes_i_really_mean_it,type=CephBool,req=false";

    private final Supplier<MgrCore> core;

    OsdRemovalCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        table.add("osd safe-to-destroy name=ids,type=CephString,n=N",
                "check whether osd(s) can be safely destroyed without reducing data durability", "osd", "r",
                Command.FLAG_MGR, this::safeToDestroy);
        table.add("osd destroy" + ONE,
                "mark osd as being destroyed. Keeps the ID intact (allowing reuse), but removes cephx keys, config-key data "
                        + "and lockbox keys, rendering data permanently unreadable.",
                "osd", "rw", Command.FLAG_MGR, this::remove);
        table.add("osd purge" + ONE,
                "purge all osd data from the monitors including the OSD id and CRUSH position", "osd", "rw",
                Command.FLAG_MGR, this::remove);
    }

    private PgMap map() {
        return core.get().pgMap();
    }

    /// OSDs, sorted by what speaks against their removal.
    private record Verdict(
            NavigableSet<Integer> safe,
            NavigableSet<Integer> active,
            NavigableSet<Integer> missing,
            NavigableSet<Integer> stored,
            long mapped) {
        /// Empty if all are safe.
        String problem() {
            String problem = "";
            if (!active.isEmpty()) {
                problem = "OSD(s) " + join(active) + " have " + mapped + " pgs currently mapped to them. ";
            }
            if (!missing.isEmpty()) {
                problem += "OSD(s) " + join(missing) + " have no reported stats, and not all PGs are active+clean; we "
                        + "cannot draw any conclusions. ";
            }
            if (!stored.isEmpty()) {
                problem += "OSD(s) " + join(stored) + " last reported they still store some PG data, and not all PGs are "
                        + "active+clean; we cannot be sure they aren't still needed.";
            }
            return problem;
        }

        Errno errno() {
            return active.isEmpty() ? Errno.EAGAIN : Errno.EBUSY;
        }
    }

    private Verdict judge(NavigableSet<Integer> osds) {
        OsdMap osdMap = map().osdMap();
        NavigableMap<Integer, PgMapDigest.PgCount> counts = map().countsByOsd();
        NavigableSet<Integer> safe = new TreeSet<>();
        NavigableSet<Integer> active = new TreeSet<>();
        NavigableSet<Integer> missing = new TreeSet<>();
        NavigableSet<Integer> stored = new TreeSet<>();
        long mapped = 0;
        boolean allClean = map().pgs().values().stream()
                .allMatch(pg -> PgStates.ACTIVE.in(pg.state()) && PgStates.CLEAN.in(pg.state()));
        for (int osd : osds) {
            PgMapDigest.PgCount count = counts.get(osd);
            OsdStat stat = map().osds().get(osd);
            if (!osdMap.exists(osd)) {
                safe.add(osd);
            } else if (count != null && count.acting() + count.upNotActing() > 0) {
                active.add(osd);
                mapped += count.acting() + count.upNotActing();
            } else if (allClean && (!osdMap.isUp(osd) || stat != null && stat.pgs() == 0)) {
                safe.add(osd);
            } else if (stat == null || stat.upFrom() == 0) {
                missing.add(osd);
            } else {
                stored.add(osd);
            }
        }
        return new Verdict(safe, active, missing, stored, mapped);
    }

    private CommandResult safeToDestroy(CommandContext call) {
        Verdict verdict = judge(OsdArguments.osds(call, "ids", map().osdMap()));
        Formatter f = call.formatter();
        String output = "";
        if (f != null) {
            f.openObject("osd_status");
            array(f, "safe_to_destroy", verdict.safe);
            array(f, "active", verdict.active);
            array(f, "missing_stats", verdict.missing);
            array(f, "stored_pgs", verdict.stored);
            output = f.close().flushed();
        }
        if (verdict.problem().isEmpty()) {
            String text = "OSD(s) " + join(verdict.safe) + " are safe to destroy without reducing data durability.";
            return CommandResult.ok(f == null ? text : "", output);
        }
        return f != null ? CommandResult.data(output) : CommandResult.error(verdict.errno(), verdict.problem());
    }

    private CommandResult remove(CommandContext call) {
        int osd = OsdArguments.parse(call.texts().getOrDefault("id", ""));
        Verdict verdict = judge(new TreeSet<>(List.of(osd)));
        boolean forced = call.flag("force") || call.flag("yes_i_really_mean_it");
        if (!verdict.problem().isEmpty() && !forced) {
            return CommandResult.error(verdict.errno(), verdict.problem()
                    + "\nYou can proceed by passing --force, but be warned that this will likely mean real, permanent data"
                    + " loss.");
        }
        String command = JsonNodeFactory.instance.objectNode()
                .put("prefix", call.prefix() + "-actual")
                .put("id", osd)
                .put("yes_i_really_mean_it", true)
                .toString();
        core.get().effects().askMonitors(command, call::reply);
        return CommandResult.later();
    }

    private static void array(Formatter f, String name, NavigableSet<Integer> osds) {
        f.openArray(name);
        osds.forEach(osd -> f.dump("osd", osd));
        f.close();
    }

    private static String join(NavigableSet<Integer> osds) {
        return String.join(",", osds.stream().map(String::valueOf).toList());
    }
}
