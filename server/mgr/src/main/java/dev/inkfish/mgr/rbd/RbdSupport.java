package dev.inkfish.mgr.rbd;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.command.MgrModuleCommands;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The commands `rbd …`, each on a virtual thread of its own, since they ask OSDs (`rbd_support/module.py`).
public final class RbdSupport implements MgrModuleCommands {
    private static final Logger LOG = LoggerFactory.getLogger(RbdSupport.class);
    private static final String IMAGE = " name=image_spec,type=CephString";

    private final RbdHost host;
    private volatile @Nullable Tasks tasks;
    private volatile @Nullable ImagePerf perf;
    private volatile @Nullable Scheduler trashPurges;
    private volatile @Nullable Scheduler mirrorSnapshots;

    public RbdSupport(RbdHost host) {
        this.host = host;
    }

    /// The manager was chosen and knows the OSD map. Returns at once.
    public void start() {
        Thread.ofVirtual().start(() -> {
            try {
                Tasks made = new Tasks(host);
                made.start();
                ImagePerf counts = new ImagePerf(host);
                counts.start();
                perf = counts;
                Scheduler purges = new Scheduler(host, new TrashPurges(host));
                purges.start();
                trashPurges = purges;
                Scheduler snapshots = new Scheduler(host, new MirrorSnapshots(host));
                snapshots.start();
                mirrorSnapshots = snapshots;
                tasks = made;
            } catch (CephException e) {
                LOG.warn("rbd_support does not start: {}", e.getMessage());
            }
        });
    }

    /// Another manager was chosen, or this one ends.
    public void stop() {
        Tasks running = tasks;
        tasks = null;
        if (running != null) {
            running.stop();
        }
        ImagePerf counts = perf;
        if (counts != null) {
            counts.stop();
        }
        for (Scheduler scheduler : new Scheduler[] {trashPurges, mirrorSnapshots}) {
            if (scheduler != null) {
                scheduler.stop();
            }
        }
    }

    @Override
    public String name() {
        return "rbd_support";
    }

    @Override
    public void register(CommandTable table) {
        registerPerf(table);
        registerSchedule(table, "trash purge", () -> trashPurges);
        registerSchedule(table, "mirror snapshot", () -> mirrorSnapshots);
        add(table, "rbd task add migration execute" + IMAGE, "Execute an image migration asynchronously in the background",
                "w", call -> queue(call, "image_spec", Task.MIGRATE_EXECUTE, spec -> TaskCheck.migrationExecute(host, spec)));
        add(table, "rbd task add migration commit" + IMAGE, "Commit an executed migration asynchronously in the background",
                "w", call -> queue(call, "image_spec", Task.MIGRATE_COMMIT, spec -> TaskCheck.migrationCommit(host, spec)));
        add(table, "rbd task add migration abort" + IMAGE, "Abort a prepared migration asynchronously in the background",
                "w", call -> queue(call, "image_spec", Task.MIGRATE_ABORT, spec -> TaskCheck.migrationAbort(host, spec)));
        add(table, "rbd task add flatten" + IMAGE, "Flatten a cloned image asynchronously in the background", "w",
                call -> queue(call, "image_spec", Task.FLATTEN, TaskCheck::flatten));
        add(table, "rbd task add remove" + IMAGE, "Remove an image asynchronously in the background", "w",
                call -> queue(call, "image_spec", Task.REMOVE, TaskCheck::remove));
        add(table, "rbd task add trash remove name=image_id_spec,type=CephString",
                "Remove an image from the trash asynchronously in the background", "w",
                call -> queue(call, "image_id_spec", Task.TRASH_REMOVE, TaskCheck::trashRemove));
        add(table, "rbd task cancel name=task_id,type=CephString",
                "Cancel a pending or running asynchronous task", "r", call -> {
                    ready().cancel(call.string("task_id"), (pool, nspace) -> mayUse(call, pool, nspace));
                    return "";
                });
        add(table, "rbd task list name=task_id,type=CephString,req=false",
                "List pending or running asynchronous tasks", "r", call -> ready().list(
                        call.stringOrNull("task_id"), (pool, nspace) -> mayUse(call, pool, nspace)));
    }

    private void registerSchedule(CommandTable table, String work, Supplier<@Nullable Scheduler> scheduler) {
        String prefix = "rbd " + work + " schedule ";
        String level = " name=level_spec,type=CephString";
        String when = " name=interval,type=CephString%s name=start_time,type=CephString,req=false";
        add(table, prefix + "add" + level + when.formatted(""), "Add rbd " + work + " schedule", "w", call -> {
            running(scheduler).add(call.string("level_spec"), call.string("interval"), call.stringOrNull("start_time"));
            return "";
        });
        add(table, prefix + "remove" + level + when.formatted(",req=false"), "Remove rbd " + work + " schedule", "w",
                call -> {
                    running(scheduler).remove(call.string("level_spec"), call.stringOrNull("interval"),
                            call.stringOrNull("start_time"));
                    return "";
                });
        add(table, prefix + "list" + level + ",req=false", "List rbd " + work + " schedule", "r",
                call -> PythonJson.pretty(running(scheduler).list(call.string("level_spec", ""))));
        add(table, prefix + "status" + level + ",req=false", "Show rbd " + work + " schedule status", "r",
                call -> PythonJson.pretty(running(scheduler).status(call.string("level_spec", ""))));
    }

    private static Scheduler running(Supplier<@Nullable Scheduler> scheduler) {
        Scheduler running = scheduler.get();
        if (running == null) {
            throw new CephException(Errno.EAGAIN, "rbd_support module is not ready, try again");
        }
        return running;
    }

    private void registerPerf(CommandTable table) {
        String arguments = " name=pool_spec,type=CephString,req=false name=sort_by,type=CephChoices,strings="
                + "write_ops|write_bytes|write_latency|read_ops|read_bytes|read_latency,req=false";
        add(table, "rbd perf image stats" + arguments, "Retrieve current RBD IO performance stats", "r",
                call -> report(call, false));
        add(table, "rbd perf image counters" + arguments, "Retrieve current RBD IO performance counters", "r",
                call -> report(call, true));
    }

    private String report(CommandContext call, boolean counters) {
        String spec = call.string("pool_spec", "");
        if (!ImagePerf.isSpec(spec)) {
            throw new CephException(Errno.EINVAL, "Invalid pool spec: " + spec);
        }
        String[] parts = spec.split("/", 2);
        requireUse(call, parts[0], parts.length > 1 ? parts[1] : "");
        ImagePerf counts = perf;
        if (counts == null) {
            throw new CephException(Errno.EAGAIN, "rbd_support module is not ready, try again");
        }
        return counts.report(spec, call.string("sort_by", ImagePerf.COUNTERS.getFirst()), counters);
    }

    /// See [ImagePerf#sums]; empty before the module has started, or where there is no such pool.
    public Map<List<String>, long[]> imageSums(String spec) {
        ImagePerf counts = perf;
        try {
            return counts == null ? Map.of() : counts.sums(spec);
        } catch (CephException e) {
            return Map.of();
        }
    }

    private void add(
            CommandTable table, String signature, String help, String perm, Function<CommandContext, String> answer) {
        table.add(signature, help, "mgr", perm, Command.FLAG_MGR, call -> {
            Thread.ofVirtual().start(() -> call.reply(run(call, answer)));
            return CommandResult.later();
        });
    }

    private CommandResult.Done run(CommandContext call, Function<CommandContext, String> answer) {
        try {
            ready();
            host.awaitLatestMap();
            return CommandResult.data(answer.apply(call));
        } catch (CephException e) {
            return new CommandResult.Done(e.code(), String.valueOf(e.getMessage()), dev.inkfish.wire.Bytes.EMPTY);
        } catch (DecodeException e) {
            return CommandResult.error(Errno.EIO, "an object of the pool is damaged: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{} failed by a bug", call.prefix(), e);
            return CommandResult.error(Errno.EIO, String.valueOf(e));
        }
    }

    private Tasks ready() {
        Tasks running = tasks;
        if (running == null) {
            throw new CephException(Errno.EAGAIN, "rbd_support module is not ready, try again");
        }
        return running;
    }

    private String queue(CommandContext call, String argument, String action, Function<ImageSpec, TaskCheck> check) {
        ImageSpec spec = ImageSpec.parse(call.string(argument), host.defaultPool());
        requireUse(call, spec.pool(), spec.nspace());
        return ready().add(spec, action, action.equals(Task.TRASH_REMOVE), check.apply(spec));
    }

    private void requireUse(CommandContext call, String pool, String nspace) {
        if (!mayUse(call, pool, nspace)) {
            throw new CephException(Errno.EACCES, "not authorized on pool=" + pool + ", namespace=" + nspace);
        }
    }

    private boolean mayUse(CommandContext call, String pool, String nspace) {
        MgrSession session = call.caller(MgrSession.class);
        String perm = call.command().perm();
        TreeMap<String, String> arguments = new TreeMap<>();
        arguments.put("pool", pool);
        arguments.put("namespace", nspace);
        return session.caps().allows(session.address(), "py", name(), "", arguments,
                perm.indexOf('r') >= 0, perm.indexOf('w') >= 0, perm.indexOf('x') >= 0);
    }
}
