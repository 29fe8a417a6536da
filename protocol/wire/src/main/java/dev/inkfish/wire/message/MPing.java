package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A sign of life (`CEPH_MSG_PING`).
///
/// @param status what a monitor says of itself in its answer; empty otherwise
public record MPing(String status) implements Message {
    public static final int TYPE = 2;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MPing decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MPing(in.remaining() > 0 ? in.string() : "");
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
        if (!status.isEmpty()) {
            out.string(status);
        }
    }
}
