package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// The monitor map, encoded (`CEPH_MSG_MON_MAP`).
public record MMonMap(Bytes monMap) implements Message {
    public static final int TYPE = 4;
    private static final int VERSION = 1;
    private static final int COMPAT = 0;

    static MMonMap decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MMonMap(in.bytes());
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
        out.bytes(monMap);
    }
}
