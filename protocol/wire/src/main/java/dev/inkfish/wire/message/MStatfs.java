package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Asks how much room there is (`CEPH_MSG_STATFS`).
/// 
/// @param pool -1 for the whole cluster
public record MStatfs(UUID fsid, long pool) implements Message {
    public static final int TYPE = 13;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    static MStatfs decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MStatfs(in.uuid(), header.version() >= 2 && in.bool() ? in.u64() : -1);
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
        out.uuid(fsid).bool(pool >= 0);
        if (pool >= 0) {
            out.u64(pool);
        }
    }
}
