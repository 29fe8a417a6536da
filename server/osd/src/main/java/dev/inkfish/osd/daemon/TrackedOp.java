package dev.inkfish.osd.daemon;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OpText;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A client's request while it is under way, and for a while after (`OpRequest`, `TrackedOp`). Objects are used again; of a
/// request that is over only what describes it is kept, not its data.
final class TrackedOp {
    private static final int MAX_OPS = 16;

    @Nullable Caller session;
    long tid;
    private @Nullable MOSDOp op;
    long arrived;
    long reachedGroup;
    long ended;
    long bytesOut;
    boolean reads;
    boolean writes;
    long bytesIn;

    private @Nullable EntityName client;
    private @Nullable EntityAddr addr;
    private @Nullable HObject object;
    private @Nullable PgId pgid;
    private @Nullable SnapContext snaps;
    private int flags;
    private int epoch;
    private int retry;
    private int ops;
    private final OpCode[] codes = new OpCode[MAX_OPS];
    private final OpArgs[] args = new OpArgs[MAX_OPS];

    void begin(Caller caller, MOSDOp request, long requestTid, long nanos) {
        session = caller;
        op = request;
        tid = requestTid;
        arrived = nanos;
        reachedGroup = 0;
        ended = 0;
        bytesOut = 0;
        bytesIn = 0;
        reads = false;
        writes = false;
        for (OsdOp each : request.ops()) {
            boolean call = each.code() == OpCode.CALL;
            writes |= (each.number() & 0x2000) != 0 || call && request.has(OsdFlags.WRITE);
            reads |= !call && (each.number() & 0x1000) != 0 || call && request.has(OsdFlags.READ);
            bytesIn += dataOf(each);
        }
    }

    /// What is written to the object's data.
    private static long dataOf(OsdOp op) {
        return switch (op.code()) {
            case WRITE, WRITEFULL, APPEND -> op.input().length();
            case WRITESAME -> op.args() instanceof OpArgs.WriteSame same ? same.length() : 0;
            default -> 0;
        };
    }

    @Nullable MOSDOp request() {
        return op;
    }

    /// Lets the request go, and keeps what describes it.
    void end(long nanos) {
        ended = nanos;
        MOSDOp request = op;
        Caller caller = session;
        if (request == null || caller == null) {
            return;
        }
        client = caller.name();
        addr = caller.addr();
        describe(request);
        op = null;
        session = null;
    }

    private void describe(MOSDOp request) {
        object = request.object();
        pgid = request.pgid().pgid();
        snaps = request.snapContext();
        flags = request.flags();
        epoch = request.mapEpoch();
        retry = request.retryAttempt();
        ops = Math.min(MAX_OPS, request.ops().size());
        for (int i = 0; i < ops; i++) {
            codes[i] = request.ops().get(i).code();
            args[i] = request.ops().get(i).args();
        }
    }

    EntityName client() {
        Caller caller = session;
        return caller != null ? caller.name() : java.util.Objects.requireNonNull(client);
    }

    EntityAddr address() {
        Caller caller = session;
        return caller != null ? caller.addr() : java.util.Objects.requireNonNull(addr);
    }

    long pool() {
        MOSDOp request = op;
        return request != null ? request.pgid().pgid().pool() : pgid == null ? -1 : pgid.pool();
    }

    /// A copy that another thread may look at.
    TrackedOp copy() {
        TrackedOp copy = new TrackedOp();
        MOSDOp request = op;
        if (request != null) {
            copy.describe(request);
        } else {
            copy.object = object;
            copy.pgid = pgid;
            copy.snaps = snaps;
            copy.flags = flags;
            copy.epoch = epoch;
            copy.retry = retry;
            copy.ops = ops;
            System.arraycopy(codes, 0, copy.codes, 0, ops);
            System.arraycopy(args, 0, copy.args, 0, ops);
        }
        copy.client = client();
        copy.addr = address();
        copy.tid = tid;
        copy.arrived = arrived;
        copy.reachedGroup = reachedGroup;
        copy.ended = ended;
        return copy;
    }

    /// `osd_op(client.4198.0:1 2.0 2:18137794:::a:head [writefull 0~3] snapc 0=[] ondisk+write e18)`
    String description() {
        StringBuilder out = new StringBuilder("osd_op(").append(client).append(".0:").append(tid).append(' ')
                .append(pgid).append(' ').append(object).append(" [");
        for (int i = 0; i < ops; i++) {
            out.append(i == 0 ? "" : ",").append(OpText.of(codes[i], args[i]));
        }
        out.append(']');
        if (snaps != null && writes()) {
            out.append(" snapc ").append(Long.toHexString(snaps.seq())).append("=[")
                    .append(snaps.snaps().stream().map(Long::toHexString).collect(Collectors.joining(","))).append(']');
        }
        if (retry > 0) {
            out.append(" RETRY=").append(retry);
        }
        return out.append(' ').append(flagsText(flags)).append(" e").append(epoch).append(')').toString();
    }

    private boolean writes() {
        return (flags & OsdFlags.WRITE) != 0;
    }

    private static String flagsText(int flags) {
        StringBuilder out = new StringBuilder();
        append(out, flags, OsdFlags.ACK, "ack");
        append(out, flags, OsdFlags.ONDISK, "ondisk");
        append(out, flags, OsdFlags.RETRY, "retry");
        append(out, flags, OsdFlags.READ, "read");
        append(out, flags, OsdFlags.WRITE, "write");
        append(out, flags, OsdFlags.ORDERSNAP, "ordersnap");
        append(out, flags, OsdFlags.BALANCE_READS, "balance_reads");
        append(out, flags, OsdFlags.LOCALIZE_READS, "localize_reads");
        append(out, flags, OsdFlags.PGOP, "pgop");
        append(out, flags, OsdFlags.RWORDERED, "rwordered");
        append(out, flags, OsdFlags.IGNORE_OVERLAY, "ignore_overlay");
        append(out, flags, OsdFlags.KNOWN_REDIR, "known_if_redirected");
        append(out, flags, OsdFlags.FULL_TRY, "full_try");
        append(out, flags, OsdFlags.FULL_FORCE, "full_force");
        append(out, flags, OsdFlags.RETURNVEC, "returnvec");
        append(out, flags, OsdFlags.SUPPORTS_POOL_EIO, "supports_pool_eio");
        return out.isEmpty() ? "-" : out.toString();
    }

    private static void append(StringBuilder out, int flags, int flag, String name) {
        if ((flags & flag) != 0) {
            out.append(out.isEmpty() ? "" : "+").append(name);
        }
    }

    /// The name of a pool, for a log line.
    static String poolName(OsdMap map, long pool) {
        String name = map.poolName(pool);
        return name == null ? Long.toString(pool) : name;
    }
}
