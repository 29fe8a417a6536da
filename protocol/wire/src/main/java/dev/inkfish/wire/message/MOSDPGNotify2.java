package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgNotify;

/// A member tells its primary what it has.
public record MOSDPGNotify2(SpgId pgid, PgNotify told) implements PgMessage {
    public static final int TYPE = 130;

    @Override
    public int mapEpoch() {
        return told.epochSent();
    }

    @Override
    public int minEpoch() {
        return told.queryEpoch();
    }

    public static MOSDPGNotify2 decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDPGNotify2(SpgId.decode(in), PgNotify.decode(in));
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
        told.encode(out);
    }
}
