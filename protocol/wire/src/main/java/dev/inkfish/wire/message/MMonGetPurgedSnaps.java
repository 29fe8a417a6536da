package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks which snapshots were purged in a range of epochs (`MSG_MON_GET_PURGED_SNAPS`).
public record MMonGetPurgedSnaps(int first, int last) implements Message {
    public static final int TYPE = 76;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMonGetPurgedSnaps decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MMonGetPurgedSnaps(in.u32(), in.u32());
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
        out.u32(first).u32(last);
    }
}
