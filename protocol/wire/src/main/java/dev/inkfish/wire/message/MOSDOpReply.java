package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.RequestRedirect;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers [MOSDOp] (`CEPH_MSG_OSD_OPREPLY`).
///
/// @param flags the request's, with [OsdFlags#ONDISK] or [OsdFlags#ACK]
/// @param result 0 or above, or a negative errno
/// @param badReplayVersion what clients older than the user version look at: the replay version with the user version in it
/// @param replayVersion of a change, its version
/// @param userVersion the object's
public record MOSDOpReply(
        String oid,
        PgId pgid,
        long flags,
        int result,
        Eversion badReplayVersion,
        Eversion replayVersion,
        long userVersion,
        int mapEpoch,
        int retryAttempt,
        List<OpResult> ops,
        @Nullable RequestRedirect redirect)
        implements Message {
    public static final int TYPE = 43;
    // version 7: a redirect only where there is one; version 8: a trace, always empty here
    private static final int VERSION = 8;
    private static final int COMPAT = 2;
    private static final int TRACE_SIZE = 24;
    private static final int ACK_FLAGS = OsdFlags.ACK | OsdFlags.ONNVRAM | OsdFlags.ONDISK;

    /// What one operation answers.
    ///
    /// @param op as requested
    /// @param code 0 or above, or a negative errno
    public record OpResult(OsdOp op, int code, Bytes output) {}

    public MOSDOpReply {
        ops = List.copyOf(ops);
    }

    /// An answer to a request, without versions.
    ///
    /// @param ackFlag [OsdFlags#ACK] or [OsdFlags#ONDISK], or both
    public static MOSDOpReply to(MOSDOp request, int result, int mapEpoch, int ackFlag, List<OpResult> ops) {
        return new MOSDOpReply(
                request.object().oid(),
                request.pgid().pgid(),
                request.flags() & ~ACK_FLAGS | ackFlag,
                result,
                Eversion.ZERO,
                Eversion.ZERO,
                0,
                mapEpoch,
                request.retryAttempt(),
                ops,
                null);
    }

    /// An answer that says nothing of the single operations.
    public static MOSDOpReply to(MOSDOp request, int result, int mapEpoch, int ackFlag) {
        return to(
                request,
                result,
                mapEpoch,
                ackFlag,
                request.ops().stream().map(op -> new OpResult(op, 0, Bytes.EMPTY)).toList());
    }

    /// With the versions of a change, or of what was read.
    public MOSDOpReply withVersions(Eversion version, long newUserVersion) {
        Eversion bad = newUserVersion == 0 ? version : new Eversion(version.epoch(), newUserVersion);
        return new MOSDOpReply(
                oid, pgid, flags, result, bad, version, newUserVersion, mapEpoch, retryAttempt, ops, redirect);
    }

    /// With the group's versions, where the object does not exist and nothing was changed.
    public MOSDOpReply withMissingVersions(Eversion version, long newUserVersion) {
        return new MOSDOpReply(oid, pgid, flags, result, version, Eversion.ZERO, newUserVersion, mapEpoch,
                retryAttempt, ops, redirect);
    }

    static MOSDOpReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() < 5) {
            throw new DecodeException("osd_op_reply version " + header.version());
        }
        String oid = in.string();
        PgId pgid = PgId.decode(in);
        long flags = in.u64();
        int result = in.u32();
        Eversion bad = Eversion.decode(in);
        int epoch = in.u32();
        List<OsdOp> ops = OsdOp.decodeAll(in, in.u32(), data);
        int retry = in.u32();
        List<OpResult> results = new ArrayList<>(ops.size());
        for (OsdOp op : ops) {
            results.add(new OpResult(new OsdOp(op.code(), op.flags(), op.args(), Bytes.EMPTY), in.u32(), op.input()));
        }
        Eversion replay = Eversion.decode(in);
        long userVersion = in.u64();
        RequestRedirect redirect = null;
        if (header.version() == 6 || header.version() >= 7 && in.bool()) {
            redirect = RequestRedirect.decode(in);
            if (redirect.locator().equals(ObjectLocator.NONE) && redirect.object().isEmpty()) {
                redirect = null;
            }
        }
        return new MOSDOpReply(oid, pgid, flags, result, bad, replay, userVersion, epoch, retry, results, redirect);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return Features.has(features, Features.NEW_OSDOPREPLY_ENCODING) ? VERSION : 6;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.string(oid);
        pgid.encode(out);
        out.u64(flags).u32(result);
        badReplayVersion.encode(out);
        out.u32(mapEpoch).u32(ops.size());
        for (OpResult op : ops) {
            op.op().encode(out, op.output().length());
        }
        out.u32(retryAttempt);
        for (OpResult op : ops) {
            out.u32(op.code());
        }
        replayVersion.encode(out);
        out.u64(userVersion);
        if (version(features) == 6) {
            (redirect == null ? new RequestRedirect(ObjectLocator.NONE, "") : redirect).encode(out);
        } else {
            out.bool(redirect != null);
            if (redirect != null) {
                redirect.encode(out);
            }
        }
        out.zeros(TRACE_SIZE);
    }

    @Override
    public Bytes data() {
        List<Bytes> outputs = new ArrayList<>(1);
        for (OpResult op : ops) {
            if (!op.output().isEmpty()) {
                outputs.add(op.output());
            }
        }
        return outputs.isEmpty() ? Bytes.EMPTY : Bytes.concat(outputs);
    }

    @Override
    public int priority() {
        return 63;
    }
}
