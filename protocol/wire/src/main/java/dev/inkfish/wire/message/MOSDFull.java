package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// An OSD says how full it is, where the map says otherwise (`MSG_OSD_FULL`).
///
/// @param mapEpoch the map it has
/// @param state the bits of its state in the map that tell fullness: one of them, or 0
public record MOSDFull(long mapVersion, int mapEpoch, int state) implements Message {
    public static final int TYPE = 75;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MOSDFull decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDFull(PaxosFields.decode(in), in.u32(), in.u32());
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
        out.u32(mapEpoch).u32(state);
    }
}
