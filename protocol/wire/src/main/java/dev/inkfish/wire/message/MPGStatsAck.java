package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgStat.Reported;
import java.util.NavigableMap;

/// Answers [MPGStats] (`MSG_PGSTATSACK`).
public record MPGStatsAck(NavigableMap<PgId, Reported> pgs) implements Message {
    public static final int TYPE = 88;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MPGStatsAck decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MPGStatsAck(in.map(PgId::decode, r -> new Reported(r.u64(), r.u32())));
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
        out.map(pgs, (w, id) -> id.encode(w), (w, r) -> w.u64(r.sequence()).u32(r.epoch()));
    }
}
