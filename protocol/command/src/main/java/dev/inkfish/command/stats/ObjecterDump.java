package dev.inkfish.command.stats;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OpText;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a daemon waits for from OSDs as their client: `objecter_requests` (`Objecter::dump_requests`).
public final class ObjecterDump {
    public static final String HELP = "show in-progress osd requests";

    private ObjecterDump() {}

    /// Where something goes.
    ///
    /// @param pgid of the object's hash, before the pool's number of groups is applied
    /// @param osd -1 for nobody
    public record Target(PgId pgid, int osd, String object, ObjectLocator locator, boolean paused) {}

    /// @param sentNanos when it was last sent, by the process's monotonic clock
    public record Op(long tid, Target target, long sentNanos, int attempts, long snap, SnapContext snapContext, Utime mtime, List<OsdOp> ops) {}

    /// A watch.
    public record Linger(long id, Target target, long snap, boolean registered) {}

    public static CommandResult.Done show(CommandContext call, List<Op> ops, List<Linger> lingers, long nowNanos) {
        Formatter f = call.formatter("json-pretty").openObject("requests").openArray("ops");
        for (Op op : ops) {
            f.openObject("op").dump("tid", op.tid);
            target(f, op.target);
            f.dump("last_sent", String.format(Locale.ROOT, "%.6fs", op.sentNanos / 1e9)).dump("age", (nowNanos - op.sentNanos) / 1e9);
            f.dump("attempts", op.attempts).dump("snapid", snap(op.snap)).dump("snap_context", context(op.snapContext));
            f.dump("mtime", op.mtime.isZero() ? "1970-01-01T00:00:00.000000+0000" : Stamp.text(op.mtime)).openArray("osd_ops");
            op.ops.forEach(each -> f.dump("osd_op", OpText.withInput(each)));
            f.close().close();
        }
        f.close().openArray("linger_ops");
        for (Linger linger : lingers) {
            f.openObject("linger_op").dump("linger_id", linger.id);
            target(f, linger.target);
            f.dump("snapid", snap(linger.snap)).dump("registered", linger.registered ? "1" : "0").close();
        }
        f.close();
        // what an objecter asks the monitors for, and commands to OSDs, our daemons have other ways for
        List.of("pool_ops", "pool_stat_ops", "statfs_ops", "command_ops").forEach(none -> f.openArray(none).close());
        return CommandResult.data(f.close());
    }

    private static void target(Formatter f, Target target) {
        f.dump("pg", target.pgid.toString()).dump("osd", target.osd);
        for (String prefix : List.of("", "target_")) {
            f.dump(prefix + "object_id", target.object).dump(prefix + "object_locator", locator(target.locator));
        }
        f.dump("paused", target.paused ? 1 : 0).dump("used_replica", 0).dump("precalc_pgid", 0);
    }

    /// `@3`, with namespace and key `@3;ns:key`
    private static String locator(ObjectLocator at) {
        return "@" + at.pool() + (at.nspace().isEmpty() ? "" : ";" + at.nspace()) + (at.key().isEmpty() ? "" : ":" + at.key());
    }

    private static String snap(long snap) {
        return snap == -2 ? "head" : snap == -1 ? "snapdir" : Long.toHexString(snap);
    }

    private static String context(SnapContext context) {
        return Long.toHexString(context.seq()) + "=["
                + context.snaps().stream().map(Long::toHexString).collect(Collectors.joining(",")) + "]";
    }
}
