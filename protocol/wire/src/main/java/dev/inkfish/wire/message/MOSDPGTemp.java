package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.NavigableMap;

/// A primary wants other OSDs to act for its groups for a while (`MSG_OSD_PGTEMP`).
/// 
/// @param pgTemp the acting set wanted by group; empty for none
public record MOSDPGTemp(int mapEpoch, NavigableMap<PgId, List<Integer>> pgTemp, boolean forced) implements Message {
    public static final int TYPE = 78;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    static MOSDPGTemp decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MOSDPGTemp(
                in.u32(), in.map(PgId::decode, r -> r.list(WireReader::u32)), header.version() >= 2 && in.bool());
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
        PaxosFields.encode(out, mapEpoch);
        out.u32(mapEpoch);
        out.map(pgTemp, (w, pg) -> pg.encode(w), (w, osds) -> w.list(osds, WireWriter::u32)).bool(forced);
    }
}
