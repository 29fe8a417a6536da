package dev.inkfish.osd.daemon;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.LocalCommands;
import dev.inkfish.conf.RuntimeConfig;
import dev.inkfish.net.AdminSocket;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MCommandReply;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// `ceph tell osd.N …`: commands to this daemon. On the control thread.
final class OsdCommands {
    private final OsdDaemon daemon;
    private final CommandTable table = new CommandTable();

    OsdCommands(OsdDaemon daemon) {
        this.daemon = daemon;
        table.add("version", "get ceph version", "osd", "r", c -> version(c));
        table.add("status", "high-level status of OSD", "osd", "r", c -> status(c));
        new RuntimeConfig(daemon.config().conf(), "osd").register(table);
        LocalCommands.register(table, daemon.config().conf());
        new OpCommands(daemon).register(table);
        table.add(
                "bench name=count,type=CephInt,req=false name=size,type=CephInt,req=false"
                        + " name=object_size,type=CephInt,req=false name=object_num,type=CephInt,req=false",
                "OSD benchmark: write <count> <size>-byte objects(with <obj_size> <obj_num>),"
                        + " (default count=1G default size=4MB). Results in log.",
                "osd",
                "rw",
                c -> StoreBench.start(daemon, c));
        table.add(
                "injectfull name=type,type=CephString,req=false name=count,type=CephInt,req=false",
                "Inject a full disk (optional count times)",
                "osd",
                "rw",
                c -> injectFull(c));
        table.add(
                "flush_pg_stats",
                "flush pg stats",
                "osd",
                "rw",
                c -> {
                    daemon.reporter().reportAll();
                    Formatter f = c.formatter();
                    long sequence = daemon.reporter().lastReport();
                    return f == null ? CommandResult.data(Long.toString(sequence)) : CommandResult.data(f.dump("stat_seq", sequence));
                });
        new OsdTestCommands(daemon).register(table);
        LostCommands lost = new LostCommands(daemon);
        lost.register(table);
        OsdStateCommands states = new OsdStateCommands(daemon);
        states.register(table);
        new StoreCommands(daemon, states).register(table);
        new RecoveryCommands(daemon, states).register(table);
        new GroupCommands(states, lost).register(table);
        new NetworkCommand(daemon).register(table);
        RefusedCommands.register(table);
        table.add(
                "query",
                "show details of a specific pg",
                "osd",
                "r",
                c -> pgQuery(c));
        table.add(
                "pg name=pgid,type=CephPgid name=cmd,type=CephChoices,strings=query|list_unfound|mark_unfound_lost"
                        + " name=mulcmd,type=CephString,req=false",
                "",
                "osd",
                "rw",
                c -> c.string("cmd").equals("query") ? pgQuery(c) : lost.run(c.string("cmd"), c));
        LocalCommands.registerUnnamed(table, daemon.config().conf());
    }

    /// What comes through the admin socket.
    void handleLocal(String json, AdminSocket.Answer answer) {
        LocalCommands.run(table, json, OsdDaemon.now(), done -> answer.done(done.code(), done.outs(), done.data()));
    }

    void handle(OsdSession session, MCommand message, long tid) {
        Consumer<CommandResult.Done> reply = done ->
                session.send(new MCommandReply(done.code(), done.outs(), done.data()), tid);
        if (!session.caps().isAllowAll()) {
            reply.accept(CommandResult.error(Errno.EACCES, ""));
            return;
        }
        try {
            Map<String, @Nullable Object> call = CommandTable.parseCall(message.cmd());
            String prefix = String.valueOf(call.get("prefix"));
            if (prefix.equals("get_command_descriptions")) {
                reply.accept(CommandResult.ok("", CommandTable.describe(table.all())));
                return;
            }
            Command command = table.find(prefix);
            if (command == null) {
                reply.accept(CommandResult.error(Errno.EINVAL, "unrecognized command! [" + prefix + "]"));
                return;
            }
            CommandContext context =
                    new CommandContext(command, call, message.data(), session, OsdDaemon.now(), reply);
            if (command.handler().run(context) instanceof CommandResult.Done done) {
                reply.accept(done);
            }
        } catch (CephException e) {
            reply.accept(new CommandResult.Done(e.code(), e.getMessage(), Bytes.EMPTY));
        }
    }

    private CommandResult injectFull(CommandContext c) {
        String type = c.has("type") ? c.string("type") : "full";
        for (Fullness.Level level : Fullness.Level.values()) {
            if (level.name().equalsIgnoreCase(type)) {
                daemon.fullness().inject(level, (int) c.integer("count", -1));
                return CommandResult.status("");
            }
        }
        throw new CephException(Errno.EINVAL, "Invalid type use (none, nearfull, backfillfull, full, failsafe)");
    }

    private CommandResult version(CommandContext c) {
        Formatter f = c.formatter("json-pretty");
        f.openObject("version");
        f.dump("version", "16.2.15");
        f.dump("release", "pacific");
        f.dump("release_type", "stable");
        f.close();
        return CommandResult.data(f);
    }

    private CommandResult status(CommandContext c) {
        Formatter f = c.formatter("json-pretty");
        f.openObject("status");
        f.dump("cluster_fsid", daemon.fsid().toString());
        f.dump("osd_fsid", daemon.maps().superblock().osdFsid().toString());
        f.dump("whoami", daemon.whoami());
        f.dump("state", daemon.map().isUp(daemon.whoami()) ? "active" : "booting");
        f.dump("oldest_map", daemon.maps().superblock().oldestMap());
        f.dump("cluster_osdmap_trim_lower_bound", daemon.maps().superblock().oldestMap());
        f.dump("newest_map", daemon.maps().newest());
        f.dump("num_pgs", count());
        f.close();
        return CommandResult.data(f);
    }

    /// From the last published tables; read without their threads, so an estimate.
    private int count() {
        int sum = 0;
        for (OsdShard shard : daemon.shards()) {
            sum += shard.table().groups().size();
        }
        return sum;
    }

    private CommandResult pgQuery(CommandContext c) {
        PgId pgid = PgId.parse(c.string("pgid"));
        OsdShard shard = daemon.shardOf(pgid);
        shard.post(() -> {
            Pg pg = shard.table().find(SpgId.of(pgid));
            CommandResult.Done answer =
                    pg != null && pg.isPrimary() ? describe(c, pg) : LostCommands.elsewhere(pgid, pg != null);
            daemon.control(() -> c.reply(answer));
        });
        return CommandResult.later();
    }

    private static CommandResult.Done describe(CommandContext c, Pg pg) {
        Formatter f = c.formatter("json-pretty");
        PgQueryText.write(pg, f);
        return CommandResult.data(f);
    }
}
