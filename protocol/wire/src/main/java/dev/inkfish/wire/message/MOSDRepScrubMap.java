package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgShard;

/// What a member has of the range it was asked for.
///
/// @param mapEpoch of the question
/// @param from whose objects these are
/// @param preempted a change came in between: the map is not whole
/// @param data an encoded `ScrubMap`
public record MOSDRepScrubMap(SpgId pgid, int mapEpoch, PgShard from, boolean preempted, Bytes data)
        implements PgMessage {
    public static final int TYPE = 117;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    static MOSDRepScrubMap decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        SpgId pgid = SpgId.decode(in);
        int mapEpoch = in.u32();
        PgShard from = PgShard.decode(in);
        return new MOSDRepScrubMap(pgid, mapEpoch, from, header.version() >= 2 && in.bool(), data);
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
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        pgid.encode(out);
        out.u32(mapEpoch);
        from.encode(out);
        out.bool(preempted);
    }
}
