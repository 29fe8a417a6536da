package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PushOp;
import java.util.List;

/// Parts of objects for a member that lacks them.
///
/// @param repair the member has bad copies
public record MOSDPGPush(
        SpgId pgid,
        int mapEpoch,
        int minEpoch,
        PgShard from,
        List<PushOp> pushes,
        boolean repair) implements PgMessage {
    public static final int TYPE = 105;

    public static MOSDPGPush decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        SpgId pgid = SpgId.decode(in);
        PgShard from = PgShard.decode(in);
        return new MOSDPGPush(pgid, mapEpoch, minEpoch, from, in.list(PushOp::decode), in.bool());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 4;
    }

    @Override
    public int compatVersion(long features) {
        return 2;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.u32(mapEpoch).u32(minEpoch);
        pgid.encode(out);
        from.encode(out);
        out.list(pushes, (w, p) -> p.encode(w)).bool(repair);
    }
}
