package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks for the newest version of a map (`CEPH_MSG_MON_GET_VERSION`).
///
/// @param handle comes back in the reply
public record MMonGetVersion(long handle, String what) implements Message {
    public static final int TYPE = 19;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MMonGetVersion decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMonGetVersion(in.u64(), in.string());
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
        out.u64(handle).string(what);
    }
}
