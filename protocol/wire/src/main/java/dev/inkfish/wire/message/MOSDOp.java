package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.SnapContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client's request: a vector of operations on one object, or on a group (`CEPH_MSG_OSD_OP`).
///
/// @param pgid the group; of versions before 8 ([#pgidIsRaw]) its seed is the object's hash, not yet folded
/// @param object what it is about; its snap is the one to read
/// @param flags of [dev.inkfish.wire.osd.OsdFlags]
/// @param explicitReqid set where a request is passed on for someone else; see [#reqid]
/// @param retryAttempt 0 at first; -1 if the client does not say
/// @param senderFeatures of the client, where another passes its request on; 0 if not said
public record MOSDOp(
        SpgId pgid,
        boolean pgidIsRaw,
        HObject object,
        int mapEpoch,
        int flags,
        @Nullable OsdReqId explicitReqid,
        int clientIncarnation,
        Utime mtime,
        List<OsdOp> ops,
        SnapContext snapContext,
        int retryAttempt,
        long senderFeatures)
        implements Message {
    public static final int TYPE = 42;
    // version 8: the group as it is and the hash beside it; version 7: what is needed first stands first
    private static final int VERSION = 8;
    private static final int COMPAT = 3;
    private static final int TRACE_SIZE = 24;
    private static final long NEW_OSDOP_ENCODING = 1L << 56;

    public MOSDOp {
        ops = List.copyOf(ops);
    }

    /// The pool and the object's hash.
    public PgId rawPg() {
        return new PgId(pgid.pgid().pool(), object.hash());
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public OsdReqId reqid(EntityName sender, long tid) {
        return explicitReqid != null ? explicitReqid : new OsdReqId(sender, tid, clientIncarnation);
    }

    static MOSDOp decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        if (header.version() >= 8) {
            return decodeNew(in, data, true);
        }
        if (header.version() == 7) {
            return decodeNew(in, data, false);
        }
        if (header.version() < 3) {
            throw new DecodeException("osd_op version " + header.version());
        }
        return decodeOld(header.version(), in, data);
    }

    private static MOSDOp decodeNew(WireReader in, Bytes data, boolean hashApart) {
        SpgId pgid = hashApart ? SpgId.decode(in) : SpgId.of(PgId.decode(in));
        int hash = hashApart ? in.u32() : pgid.pgid().seed();
        int epoch = in.u32();
        int flags = in.u32();
        if (!hashApart) {
            Eversion.decode(in); // of replays, unused
        }
        OsdReqId reqid = OsdReqId.decodeOptional(in);
        if (hashApart) {
            in.skip(TRACE_SIZE);
        }
        int incarnation = in.u32();
        Utime mtime = Utime.decode(in);
        ObjectLocator locator = ObjectLocator.decode(in);
        String oid = in.string();
        List<OsdOp> ops = OsdOp.decodeAll(in, in.u16(), data);
        long snap = in.u64();
        SnapContext snaps = SnapContext.decode(in);
        int retry = in.u32();
        long features = in.u64();
        HObject object = object(oid, locator, snap, hash, pgid);
        return new MOSDOp(
                pgid, !hashApart, object, epoch, flags, reqid, incarnation, mtime, ops, snaps, retry, features);
    }

    // the kernel's clients without RESEND_ON_SPLIT send version 4
    private static MOSDOp decodeOld(int version, WireReader in, Bytes data) {
        int incarnation = in.u32();
        int epoch = in.u32();
        int flags = in.u32();
        Utime mtime = Utime.decode(in);
        Eversion.decode(in);
        ObjectLocator locator = ObjectLocator.decode(in);
        SpgId pgid = SpgId.of(PgId.decode(in));
        String oid = in.string();
        List<OsdOp> ops = OsdOp.decodeAll(in, in.u16(), data);
        long snap = in.u64();
        SnapContext snaps = SnapContext.decode(in);
        int retry = version >= 4 ? in.u32() : -1;
        long features = version >= 5 ? in.u64() : 0;
        OsdReqId reqid = version >= 6 ? OsdReqId.decodeOptional(in) : null;
        HObject object = object(oid, locator, snap, pgid.pgid().seed(), pgid);
        return new MOSDOp(pgid, true, object, epoch, flags, reqid, incarnation, mtime, ops, snaps, retry, features);
    }

    private static HObject object(String oid, ObjectLocator locator, long snap, int hash, SpgId pgid) {
        String key = locator.key().equals(oid) ? "" : locator.key();
        return new HObject(oid, key, snap, hash, false, locator.nspace(), pgid.pgid().pool());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return Features.has(features, Features.RESEND_ON_SPLIT) ? VERSION
                : Features.has(features, NEW_OSDOP_ENCODING) ? 7 : 6;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        int version = version(features);
        if (version == 6) {
            out.u32(clientIncarnation).u32(mapEpoch).u32(flags);
            mtime.encode(out);
            Eversion.ZERO.encode(out);
            locator().encode(out);
            rawPg().encode(out);
            encodeOps(out);
            out.u32(retryAttempt).u64(senderFeatures);
            OsdReqId.encodeOptional(explicitReqid, out);
            return;
        }
        if (version == 7) {
            rawPg().encode(out);
            out.u32(mapEpoch).u32(flags);
            Eversion.ZERO.encode(out);
            encodeReqid(out);
        } else {
            pgid.encode(out);
            out.u32(object.hash()).u32(mapEpoch).u32(flags);
            encodeReqid(out);
            out.zeros(TRACE_SIZE);
        }
        out.u32(clientIncarnation);
        mtime.encode(out);
        locator().encode(out);
        encodeOps(out);
        out.u32(retryAttempt).u64(senderFeatures);
    }

    private void encodeReqid(WireWriter out) {
        if (explicitReqid != null) {
            explicitReqid.encode(out);
        } else {
            out.versioned(2, 2, () -> out.u8(0).u64(0).u64(0).u32(clientIncarnation));
        }
    }

    private void encodeOps(WireWriter out) {
        out.string(object.oid()).u16(ops.size());
        for (OsdOp op : ops) {
            op.encode(out, op.input().length());
        }
        out.u64(object.snap());
        snapContext.encode(out);
    }

    private ObjectLocator locator() {
        return object.oid().isEmpty()
                ? new ObjectLocator(object.pool(), "", object.nspace(), Integer.toUnsignedLong(object.hash()))
                : new ObjectLocator(object.pool(), object.key(), object.nspace(), -1);
    }

    @Override
    public Bytes data() {
        return Bytes.concat(ops.stream().map(OsdOp::input).toList());
    }

    @Override
    public int priority() {
        return 63;
    }
}
