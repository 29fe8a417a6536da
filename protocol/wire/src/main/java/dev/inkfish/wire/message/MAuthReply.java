package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Answers [MAuth] (`CEPH_MSG_AUTH_REPLY`).
///
/// @param result 0 or a negative errno
public record MAuthReply(int protocol, int result, long globalId, Bytes payload, String text) implements Message {
    public static final int TYPE = 18;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MAuthReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MAuthReply(in.u32(), in.u32(), in.u64(), in.bytes(), in.string());
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
        out.u32(protocol).u32(result).u64(globalId).bytes(payload).string(text);
    }
}
