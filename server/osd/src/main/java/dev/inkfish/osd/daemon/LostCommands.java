package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.osd.pg.LostObjects;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.PgShard;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;

/// `ceph pg PGID list_unfound` and `mark_unfound_lost`. On the control thread; what they ask runs on the group's shard.
final class LostCommands {
    private static final String LIST = "list unfound objects on this pg, perhaps starting at an offset given in JSON";
    private static final String MARK =
            "mark all unfound objects in this pg as lost, either removing or reverting to a prior version if one is available";
    /// `osd_command_max_records`
    private static final int MOST = 256;

    private final OsdDaemon daemon;

    LostCommands(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void register(CommandTable table) {
        table.add("list_unfound name=pgid,type=CephPgid,req=false name=offset,type=CephString,req=false",
                LIST, "osd", "r", c -> onPrimary(c, pg -> list(c, pg)));
        table.add("mark_unfound_lost name=pgid,type=CephPgid,req=false name=mulcmd,type=CephChoices,strings=revert|delete",
                MARK, "osd", "rw", c -> onPrimary(c, pg -> mark(c, pg)));
    }

    /// `pg PGID …`
    CommandResult run(String command, CommandContext c) {
        return onPrimary(c, pg -> command.equals("list_unfound") ? list(c, pg) : mark(c, pg));
    }

    /// Runs it in the shard of the group that the call names.
    CommandResult onPrimary(CommandContext c, Function<Pg, CommandResult.Done> run) {
        if (!c.has("pgid")) {
            throw new CephException(Errno.EINVAL, "no pgid specified");
        }
        PgId pgid = PgId.parse(c.string("pgid"));
        OsdShard shard = daemon.shardOf(pgid);
        shard.post(() -> {
            Pg pg = shard.table().find(SpgId.of(pgid));
            CommandResult.Done answer;
            try {
                answer = pg != null && pg.isPrimary() ? run.apply(pg) : elsewhere(pgid, pg != null);
            } catch (CephException e) {
                answer = new CommandResult.Done(e.code(), e.getMessage(), Bytes.EMPTY);
            }
            CommandResult.Done done = answer;
            daemon.control(() -> c.reply(done));
        });
        return CommandResult.later();
    }

    /// Whom a client with an old map should not have asked. It asks for a newer one after EAGAIN and then the primary.
    static CommandResult.Done elsewhere(PgId pgid, boolean replica) {
        return replica ? CommandResult.error(Errno.EAGAIN, "not primary for pgid " + pgid)
                : CommandResult.error(Errno.ENOENT, "i don't have pgid " + pgid);
    }

    private static CommandResult.Done mark(CommandContext c, Pg pg) {
        LostObjects.Mode mode = switch (c.has("mulcmd") ? c.string("mulcmd") : "") {
            case "revert" -> LostObjects.Mode.REVERT;
            case "delete" -> LostObjects.Mode.DELETE;
            default -> throw new CephException(
                    Errno.EINVAL, "mode must be 'revert' or 'delete'; mark not yet implemented");
        };
        return CommandResult.status(pg.lost().giveUp(mode));
    }

    private static CommandResult.Done list(CommandContext c, Pg pg) {
        List<LostObjects.Unfound> all = pg.lost().unfound();
        Formatter f = c.formatter("json-pretty");
        f.openObject("missing");
        f.dump("num_missing", pg.lost().missing());
        f.dump("num_unfound", all.size());
        f.openArray("objects");
        for (LostObjects.Unfound each : all.subList(0, Math.min(MOST, all.size()))) {
            f.openObject("object");
            f.openObject("oid");
            name(f, each.object());
            f.close();
            f.dump("need", each.need().toString());
            f.dump("have", each.have().toString());
            f.dump("flags", "none");
            f.openArray("locations");
            f.close();
            f.close();
        }
        f.close();
        f.dump("state", all.isEmpty() ? "Active" : "NotRecovering");
        f.dump("available_might_have_unfound", true);
        f.openArray("might_have_unfound");
        if (!all.isEmpty()) {
            mightHave(f, pg.lost().mightHave());
        }
        f.close();
        f.dump("more", all.size() > MOST);
        f.close();
        return CommandResult.data(f);
    }

    static void mightHave(Formatter f, SortedMap<PgShard, String> members) {
        members.forEach((member, status) -> {
            f.openObject("osd");
            f.dump("osd", member.toString());
            f.dump("status", status);
            f.close();
        });
    }

    static void name(Formatter f, HObject object) {
        f.dump("oid", object.oid());
        f.dump("key", object.key());
        f.dump("snapid", object.snap());
        f.dump("hash", Integer.toUnsignedLong(object.hash()));
        f.dump("max", object.max() ? 1 : 0);
        f.dump("pool", object.pool());
        f.dump("namespace", object.nspace());
    }
}
