package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Creates or deletes a pool or a snapshot (`CEPH_MSG_POOLOP`).
/// 
/// @param pool 0 for a pool that does not exist yet
/// @param op one of the numbers here
public record MPoolOp(UUID fsid, int pool, int op, long snap, String name, int crushRule) implements Message {
    public static final int TYPE = 49;
    private static final int VERSION = 4;
    private static final int COMPAT = 2;

    public static final int CREATE = 0x01;
    public static final int DELETE = 0x02;
    public static final int CREATE_SNAP = 0x11;
    public static final int DELETE_SNAP = 0x12;
    public static final int CREATE_UNMANAGED_SNAP = 0x21;
    public static final int DELETE_UNMANAGED_SNAP = 0x22;

    static MPoolOp decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        UUID fsid = in.uuid();
        int pool = in.u32();
        String oldName = header.version() < 2 ? in.string() : "";
        int op = in.u32();
        in.skip(8);
        long snap = in.u64();
        String name = header.version() >= 2 ? in.string() : oldName;
        if (header.version() >= 3) {
            in.skip(1);
        }
        return new MPoolOp(fsid, pool, op, snap, name, header.version() >= 4 ? (short) in.u16() : -1);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        PaxosFields.encode(out, 0);
        out.uuid(fsid).u32(pool).u32(op).u64(0).u64(snap).string(name).u8(0).u16(crushRule);
    }
}
