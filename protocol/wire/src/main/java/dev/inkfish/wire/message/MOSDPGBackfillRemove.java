package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// Backfill: objects that must not be there.
public record MOSDPGBackfillRemove(
        SpgId pgid,
        int mapEpoch,
        int minEpoch,
        List<HObject> objects) implements PgMessage {
    public static final int TYPE = 96;

    public static MOSDPGBackfillRemove decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        SpgId pgid = SpgId.decode(in);
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        return new MOSDPGBackfillRemove(pgid, mapEpoch, minEpoch, in.list(HObject::decode));
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
        out.u32(mapEpoch).u32(minEpoch).list(objects, (w, o) -> o.encode(w));
    }
}
