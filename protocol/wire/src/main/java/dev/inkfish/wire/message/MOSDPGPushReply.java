package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgShard;
import java.util.List;

/// A pushed part is durable.
public record MOSDPGPushReply(
        SpgId pgid,
        int mapEpoch,
        int minEpoch,
        PgShard from,
        HObject object,
        Eversion version) implements PgMessage {
    public static final int TYPE = 107;

    public static MOSDPGPushReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        SpgId pgid = SpgId.decode(in);
        PgShard from = PgShard.decode(in);
        HObject object = HObject.decode(in);
        return new MOSDPGPushReply(pgid, mapEpoch, minEpoch, from, object, Eversion.decode(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 3;
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
        object.encode(out);
        version.encode(out);
    }
}
