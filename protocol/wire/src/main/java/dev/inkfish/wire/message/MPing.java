package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Nothing but a sign of life (`CEPH_MSG_PING`).
public record MPing() implements Message {
    public static final int TYPE = 2;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MPing decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MPing();
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
    public void encodeFront(WireWriter out, long features) {}
}
