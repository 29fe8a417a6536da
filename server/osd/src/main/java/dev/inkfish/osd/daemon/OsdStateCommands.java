package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.conf.HostFacts;
import dev.inkfish.osd.ops.ClientOps.Watcher;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.osd.pg.PgShell;
import dev.inkfish.osd.pg.ScrubJob;
import dev.inkfish.wire.EntityAddr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/// What an OSD tells of its groups and its places for recovery: watchers, pools. On the control thread.
final class OsdStateCommands {
    private final OsdDaemon daemon;

    OsdStateCommands(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void register(CommandTable table) {
        table.add("dump_watchers", "show clients which have active watches, and on which objects", "osd", "r", call ->
                gather(call, pg -> pg.ops().watchers(), found -> watchers(call, found)));
        table.add("get_mapped_pools", "dump pools whose PG(s) are mapped to this OSD.", "osd", "r", call ->
                gather(call, pg -> List.of(pg.pgid().pgid().pool()), pools -> {
                    Formatter f = call.formatter("json-pretty").openArray("mapped_pools");
                    new TreeSet<>(pools).forEach(pool -> f.dump("pool_id", pool));
                    return f.close();
                }));
        table.add("dump_scrubs", "print scheduled scrubs", "osd", "r", call ->
                gather(call, pg -> pg.isPrimary() ? List.of(pg.scrubJob()) : List.of(), jobs -> scrubs(call, jobs)));
        table.add("list_devices", "list OSD devices.", "osd", "r", this::devices);
        table.add("send_beacon", "send OSD beacon to mon immediately", "osd", "r", call -> {
            daemon.boot().sendBeacon();
            return CommandResult.status("");
        });
        table.add("dump_recovery_reservations", "show recovery reservations", "osd", "r", this::reservations);
        table.add("cluster_log name=level,type=CephChoices,strings=error name=message,type=CephString,n=N",
                "log a message to the cluster log", "osd", "rw", call -> {
                    daemon.clusterLog().add(PgShell.LogLevel.ERROR, String.join(" ", call.strings("message")));
                    return CommandResult.status("");
                });
    }

    /// Asks each group in its shard.
    <T> CommandResult gather(CommandContext call, Function<Pg, List<T>> what, Function<List<T>, Formatter> show) {
        return ask(call, what, all -> CommandResult.data(show.apply(all)));
    }

    private <T> CommandResult ask(
            CommandContext call, Function<Pg, List<T>> what, Function<List<T>, CommandResult.Done> show) {
        List<T> all = new ArrayList<>();
        int[] left = {daemon.shards().size()};
        for (OsdShard shard : daemon.shards()) {
            shard.post(() -> {
                List<T> found = new ArrayList<>();
                shard.table().groups().forEach(pg -> found.addAll(what.apply(pg)));
                daemon.control(() -> {
                    all.addAll(found);
                    if (--left[0] == 0) {
                        call.reply(show.apply(all));
                    }
                });
            });
        }
        return CommandResult.later();
    }

    /// Does something to each group in its shard.
    CommandResult tell(CommandContext call, Consumer<Pg> action) {
        return ask(call, pg -> {
            action.accept(pg);
            return List.of();
        }, none -> CommandResult.status(""));
    }

    private static Formatter watchers(CommandContext call, List<Watcher> all) {
        all.sort(Comparator.comparing(Watcher::object).thenComparing(Watcher::cookie));
        Formatter f = call.formatter("json-pretty").openArray("watchers");
        for (Watcher each : all) {
            f.openObject("watch").dump("namespace", each.object().nspace()).dump("object", each.object().oid());
            f.openObject("entity_name").dump("type", each.name().type().text()).dump("num", each.name().number()).close();
            f.dumpUnsigned("cookie", each.cookie()).dump("timeout", each.timeoutSeconds());
            EntityAddr addr = each.addr();
            f.openObject("entity_addr_t").dump("type", addr.kind().text()).dump("addr", addr.hostAndPort());
            f.dumpUnsigned("nonce", Integer.toUnsignedLong(addr.nonce())).close().close();
        }
        return f.close();
    }

    private static Formatter scrubs(CommandContext call, List<ScrubJob> jobs) {
        jobs.sort(Comparator.comparing(ScrubJob::at).thenComparing(ScrubJob::pgid));
        Formatter f = call.formatter("json-pretty").openArray("scrubs");
        for (ScrubJob job : jobs) {
            f.openObject("scrub").dump("pgid", job.pgid().toString()).dump("sched_time", Stamp.text(job.at()));
            f.dump("deadline", Stamp.text(job.deadline())).dump("forced", job.requested()).close();
        }
        return f.close();
    }

    private CommandResult devices(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openArray("list_devices");
        String device = OsdFacts.device(daemon);
        if (!device.isEmpty()) {
            f.openObject("device").dump("device", "/dev/" + device).dump("device_id", HostFacts.deviceId(device)).close();
        }
        return CommandResult.data(f.close());
    }

    /// Places for backfills belong to the primary; a target grants none of its own.
    private CommandResult reservations(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openObject("reservations");
        Backfills backfills = daemon.backfills();
        reservations(f, "local_reservations", backfills.waiting(), backfills.running());
        reservations(f, "remote_reservations", List.of(), List.of());
        return CommandResult.data(f.close());
    }

    private void reservations(Formatter f, String name, List<Backfills.Reservation> waiting, List<Backfills.Reservation> running) {
        f.openObject(name).dump("max_allowed", daemon.backfills().places()).dump("min_priority", 0).openArray("queues");
        TreeMap<Integer, List<Backfills.Reservation>> queues = new TreeMap<>();
        waiting.forEach(each -> queues.computeIfAbsent(each.priority(), p -> new ArrayList<>()).add(each));
        queues.forEach((priority, queue) -> {
            f.openObject("queue").dump("priority", priority).openArray("items");
            queue.forEach(each -> item(f, each));
            f.close().close();
        });
        f.close().openArray("in_progress");
        running.forEach(each -> item(f, each));
        f.close().close();
    }

    private static void item(Formatter f, Backfills.Reservation each) {
        f.openObject("item").dump("item", each.pgid().toString()).dump("prio", each.priority()).dump("can_preempt", true).close();
    }
}
