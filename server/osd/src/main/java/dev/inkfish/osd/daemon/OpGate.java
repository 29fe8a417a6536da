package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is checked of a client's request before its group sees it (`PrimaryLogPG::do_op`, first part).
final class OpGate {
    /// `osd_class_default_list`: classes that `x` covers without naming them.
    private static final Set<String> TRUSTED = Set.of(
            "hello", "rados", "rbd", "refcount", "timeindex", "lock", "log", "replica_log", "rgw", "user", "version",
            "cephfs", "numops", "journal", "cas", "otp", "2pc_queue", "fifo", "queue", "cmpomap");
    private static final int MODE_READ = 0x1000;
    private static final int MODE_WRITE = 0x2000;

    enum Verdict {
        PASS,
        DROP
    }

    private OpGate() {}

    /// The group a request is for, or null if its pool is gone.
    static @Nullable PgId group(MOSDOp op, OsdMap map) {
        PgPool pool = map.pool(op.pgid().pgid().pool());
        return pool == null ? null : op.pgidIsRaw() ? pool.rawPgToPg(op.rawPg()) : op.pgid().pgid();
    }

    /// Whether the request's object is one of the group's; requests on the group itself always are.
    static boolean belongsTo(MOSDOp op, PgId pgid, OsdMap map) {
        PgPool pool = map.pool(pgid.pool());
        return pool != null && (op.object().oid().isEmpty() || pool.rawPgToPg(op.rawPg()).equals(pgid));
    }

    /// We are not the group's primary. A read that any member may serve is to be sent to the primary; any other
    /// client learns from its map whom to ask.
    static void onMisdirected(Caller session, MOSDOp op, long tid, OsdMap map) {
        if (op.has(OsdFlags.BALANCE_READS | OsdFlags.LOCALIZE_READS)) {
            session.send(MOSDOpReply.to(op, Errno.EAGAIN.code(), map.epoch(), 0), tid);
        }
    }

    static Verdict check(Caller session, MOSDOp op, long tid, OsdMap map) {
        PgPool pool = map.pool(op.pgid().pgid().pool());
        if (pool == null) {
            return Verdict.DROP; // the client learns it from the map
        }
        if (map.isBlocklisted(session.addr())) {
            session.send(MOSDOpReply.to(op, Errno.EBLOCKLISTED.code(), map.epoch(), 0), tid);
            return Verdict.DROP;
        }
        if (pool.cacheMode() != PgPool.CACHE_MODE_NONE && !op.has(OsdFlags.IGNORE_CACHE)) {
            session.send(MOSDOpReply.to(op, Errno.EOPNOTSUPP.code(), map.epoch(), 0), tid); // no tier caches yet
            return Verdict.DROP;
        }
        boolean reads = false;
        boolean writes = false;
        List<OsdCap.ClassCall> calls = new ArrayList<>();
        for (OsdOp each : op.ops()) {
            if (each.code() == OpCode.CALL && each.isWellFormedCall()) {
                boolean trusted = TRUSTED.contains(each.className());
                boolean[] kind = ClassKinds.of(each.className(), each.methodName());
                calls.add(new OsdCap.ClassCall(each.className(), each.methodName(), kind[0], kind[1], trusted));
            } else {
                reads |= (each.number() & MODE_READ) != 0;
                writes |= (each.number() & MODE_WRITE) != 0;
            }
        }
        String poolName = map.poolName(op.pgid().pgid().pool());
        boolean allowed = session.caps().isAllowAll()
                || session.caps()
                        .allows(
                                poolName == null ? "" : poolName,
                                op.object().nspace(),
                                pool.applicationMetadata(),
                                op.object().effectiveKey(),
                                reads,
                                writes,
                                calls,
                                session.addr());
        if (!allowed) {
            session.send(MOSDOpReply.to(op, Errno.EPERM.code(), map.epoch(), 0), tid);
            return Verdict.DROP;
        }
        return Verdict.PASS;
    }
}
