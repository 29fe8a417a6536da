package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MOSDForceRecovery;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `pg force-recovery` and its kin: groups that OSDs recover or backfill before all others.
final class ForceCommands implements MgrModuleCommands {
    private final Supplier<MgrCore> core;

    /// @param needed the states of groups for which it makes sense
    private record Wish(String word, String title, int options, long needed, PgStates forced) {
        boolean cancels() {
            return (options & MOSDForceRecovery.CANCEL) != 0;
        }

        /// Why there is nothing to do for a group; null if there is.
        CommandResult.@Nullable Done objection(PgId id, PgStat pg) {
            String text = "pg " + id + " ";
            if (cancels()) {
                return forced.in(pg.state()) ? null : CommandResult.status(text + word + " not forced; ");
            }
            if ((pg.state() & needed) == 0) {
                return CommandResult.status(text + "doesn't require " + title + "; ");
            }
            return forced.in(pg.state()) ? CommandResult.error(Errno.EINVAL, text + word + " already forced; ") : null;
        }
    }

    ForceCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        Wish recovery = new Wish("recovery", "recovery", MOSDForceRecovery.RECOVERY,
                PgStates.DEGRADED.bit() | PgStates.RECOVERY_WAIT.bit() | PgStates.RECOVERING.bit(), PgStates.FORCED_RECOVERY);
        Wish backfill = new Wish("backfill", "backfilling", MOSDForceRecovery.BACKFILL,
                PgStates.DEGRADED.bit() | PgStates.BACKFILL_WAIT.bit() | PgStates.BACKFILLING.bit(), PgStates.FORCED_BACKFILL);
        for (Wish wish : List.of(recovery, backfill)) {
            String word = wish.word;
            Wish cancel = new Wish(word, wish.title, wish.options | MOSDForceRecovery.CANCEL, wish.needed, wish.forced);
            add(table, "pg force-" + word, "force " + word + " of <pgid> first", wish);
            add(table, "pg cancel-force-" + word, "restore normal " + word + " priority of <pgid>", cancel);
            add(table, "osd pool force-" + word, "force " + word + " of specified pool <who> first", wish);
            add(table, "osd pool cancel-force-" + word, "restore normal recovery priority of specified pool <who>", cancel);
        }
    }

    private void add(CommandTable table, String prefix, String help, Wish wish) {
        boolean pool = prefix.startsWith("osd pool ");
        table.add(prefix + (pool ? " name=who,type=CephPoolname,n=N" : " name=pgid,type=CephPgid,n=N"), help,
                pool ? "osd" : "pg", "rw", Command.FLAG_MGR, call -> pool ? pools(call, wish) : groups(call, wish));
    }

    private CommandResult groups(CommandContext call, Wish wish) {
        TreeSet<PgId> groups = new TreeSet<>();
        call.strings("pgid").forEach(text -> groups.add(PgId.parse(text)));
        return force(call, groups, wish);
    }

    private CommandResult pools(CommandContext call, Wish wish) {
        OsdMap map = core.get().pgMap().osdMap();
        TreeSet<PgId> groups = new TreeSet<>();
        for (String name : call.strings("who")) {
            long id = map.poolId(name);
            PgPool pool = map.pool(id);
            if (pool == null) {
                return CommandResult.error(Errno.ENOENT, "unrecognized pool '" + name + "'");
            }
            for (int seed = 0; seed < pool.pgNum(); seed++) {
                groups.add(new PgId(id, seed));
            }
        }
        return force(call, groups, wish);
    }

    private CommandResult force(CommandContext call, TreeSet<PgId> groups, Wish wish) {
        OsdMap map = core.get().pgMap().osdMap();
        StringBuilder told = new StringBuilder();
        TreeMap<Integer, List<PgId>> byPrimary = new TreeMap<>();
        int code = 0;
        boolean any = false;
        for (PgId id : groups) {
            PgStat pg = core.get().pgMap().pgs().get(id);
            CommandResult.Done objection = pg == null
                    ? CommandResult.error(Errno.ENOENT, "pg " + id + " does not exist; ")
                    : wish.objection(id, pg);
            if (objection != null) {
                told.append(objection.outs());
                code = objection.code() < 0 ? objection.code() : code;
                continue;
            }
            any = true;
            int primary = map.place(id).actingPrimary();
            if (primary >= 0 && map.isUp(primary)) {
                byPrimary.computeIfAbsent(primary, osd -> new ArrayList<>()).add(id);
            }
        }
        String what = call.prefix().substring(call.prefix().lastIndexOf(' ') + 1);
        byPrimary.forEach((osd, ids) -> {
            core.get().forceRecovery(osd, ids, wish.options);
            String list = String.join(",", ids.stream().map(PgId::toString).toList());
            told.append("instructing pg(s) [").append(list).append("] on osd.").append(osd).append(" to ").append(what).append("; ");
        });
        // of several the last error counts, and none where there was something to do
        return new CommandResult.Done(any ? 0 : code, told + "\n", Bytes.EMPTY);
    }
}
