package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks for the monitor map (`CEPH_MSG_MON_GET_MAP`).
public record MMonGetMap() implements Message {
    public static final int TYPE = 5;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MMonGetMap decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMonGetMap();
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
