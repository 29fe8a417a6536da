package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Answers [MMonGetVersion] (`CEPH_MSG_MON_GET_VERSION_REPLY`).
public record MMonGetVersionReply(long handle, long version, long oldest) implements Message {
    public static final int TYPE = 20;
    private static final int VERSION = 2;
    private static final int COMPAT = 0;

    static MMonGetVersionReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMonGetVersionReply(in.u64(), in.u64(), header.version() >= 2 ? in.u64() : 0);
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
        out.u64(handle).u64(version).u64(oldest);
    }
}
