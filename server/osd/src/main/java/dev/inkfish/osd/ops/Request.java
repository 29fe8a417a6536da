package dev.inkfish.osd.ops;

import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.osd.ObjectCopyData;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.OsdReqId;
import java.util.Map;
import java.util.TreeMap;

/// A client's request on its way through the group.
final class Request {
    final ClientSession session;
    final MOSDOp op;
    final long tid;
    final OsdReqId reqid;
    final RequestKind kind;
    /// What `copy-from` operations of the request fetched, by their place in it.
    final Map<Integer, FetchedCopy> copies = new TreeMap<>();
    /// Corrupt reads that were mended, so that mending ends.
    int repairs;

    /// @param code 0 or a negative errno
    record FetchedCopy(int code, long userVersion, ObjectCopyData data) {}

    Request(ClientSession session, MOSDOp op, long tid, RequestKind kind) {
        this.session = session;
        this.op = op;
        this.tid = tid;
        this.reqid = op.reqid(session.name(), tid);
        this.kind = kind;
    }

    boolean wantsReturns() {
        return op.has(OsdFlags.RETURNVEC);
    }

    /// Whether the client says nothing to the contrary of that what it writes will be read.
    boolean expectsReads() {
        return op.ops().stream().noneMatch(OsdOp::isNotToBeCached);
    }

    long features() {
        return op.senderFeatures() != 0 ? op.senderFeatures() : session.features();
    }
}
