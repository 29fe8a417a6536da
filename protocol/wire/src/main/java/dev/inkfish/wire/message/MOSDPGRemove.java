package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// The primary no longer needs a stray copy.
public record MOSDPGRemove(int mapEpoch, SpgId pgid) implements PgMessage {
    public static final int TYPE = 84;

    @Override
    public int minEpoch() {
        return mapEpoch;
    }

    public static MOSDPGRemove decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int epoch = in.u32();
        List<SpgId> all = in.list(SpgId::decode);
        if (all.size() != 1) {
            throw new dev.inkfish.wire.DecodeException("removal of " + all.size() + " groups in one message");
        }
        return new MOSDPGRemove(epoch, all.getFirst());
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
        return 3;
    }

    @Override
    public int priority() {
        return 196;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.u32(mapEpoch).list(List.of(pgid), (w, p) -> p.encode(w));
    }
}
