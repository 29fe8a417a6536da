package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks for maps by epoch (`CEPH_MSG_MON_GET_OSDMAP`); 0 for none of the kind.
public record MMonGetOSDMap(
        int fullFirst, int fullLast, int incrementalFirst, int incrementalLast)
        implements Message {
    public static final int TYPE = 6;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMonGetOSDMap decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MMonGetOSDMap(in.u32(), in.u32(), in.u32(), in.u32());
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
        out.u32(fullFirst).u32(fullLast).u32(incrementalFirst).u32(incrementalLast);
    }
}
