package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// An OSD wants its `up_thru` raised (`MSG_OSD_ALIVE`).
/// 
/// @param mapVersion the map it has
/// @param want the `up_thru` it needs
public record MOSDAlive(long mapVersion, int want) implements Message {
    public static final int TYPE = 73;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MOSDAlive decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDAlive(PaxosFields.decode(in), in.u32());
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
        PaxosFields.encode(out, mapVersion);
        out.u32(want);
    }
}
