package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgQuery;

/// A primary asks a member for its info, log or missing objects.
public record MOSDPGQuery2(SpgId pgid, PgQuery query) implements PgMessage {
    public static final int TYPE = 131;

    @Override
    public int mapEpoch() {
        return query.epochSent();
    }

    @Override
    public int minEpoch() {
        return query.epochSent();
    }

    public static MOSDPGQuery2 decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDPGQuery2(SpgId.decode(in), PgQuery.decode(in));
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
        query.encode(out);
    }
}
