package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgShard;

/// A place among the few scrubs that an OSD takes part in at a time: asked for, given, refused, given back.
public record MOSDScrubReserve(SpgId pgid, int mapEpoch, Op op, PgShard from) implements PgMessage {
    public static final int TYPE = 92;

    public enum Op {
        REQUEST,
        GRANT,
        RELEASE,
        REJECT
    }

    static MOSDScrubReserve decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        SpgId pgid = SpgId.decode(in);
        int mapEpoch = in.u32();
        int op = in.u32();
        if (op < 0 || op >= Op.values().length) {
            throw new DecodeException("scrub reservation " + op);
        }
        return new MOSDScrubReserve(pgid, mapEpoch, Op.values()[op], PgShard.decode(in));
    }

    @Override
    public int minEpoch() {
        return mapEpoch;
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 1;
    }

    @Override
    public int compatVersion(long features) {
        return 1;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        pgid.encode(out);
        out.u32(mapEpoch).u32(op.ordinal());
        from.encode(out);
    }
}
