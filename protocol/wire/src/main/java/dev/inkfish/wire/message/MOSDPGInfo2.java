package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgInfo;

/// From the primary: be active, or news of the history. From a replica: what it was told is committed.
public record MOSDPGInfo2(SpgId pgid, int mapEpoch, int minEpoch, PgInfo info) implements PgMessage {
    public static final int TYPE = 132;

    public static MOSDPGInfo2 decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        SpgId pgid = SpgId.decode(in);
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        PgInfo info = PgInfo.decode(in);
        in.skip(2); // whether a lease and an acknowledgement of one follow
        return new MOSDPGInfo2(pgid, mapEpoch, minEpoch, info);
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
    public int priority() {
        return 196;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        pgid.encode(out);
        out.u32(mapEpoch).u32(minEpoch);
        info.encode(out);
        out.bool(false).bool(false); // no lease, no acknowledgement of one
    }
}
