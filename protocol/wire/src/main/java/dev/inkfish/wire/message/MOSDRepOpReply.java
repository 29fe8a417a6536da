package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgShard;

/// A replica has made a change durable.
///
/// @param version of the [MOSDRepOp] it answers
/// @param lacks the log entries are durable, but our copy of an object could not be changed: it counts as missing
/// @param lastComplete up to here the replica lacks nothing, durably
public record MOSDRepOpReply(
        SpgId pgid,
        int mapEpoch,
        int minEpoch,
        PgShard from,
        Eversion version,
        Eversion lastComplete,
        boolean lacks) implements PgMessage {
    public static final int TYPE = 113;

    public static MOSDRepOpReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        SpgId pgid = SpgId.decode(in);
        PgShard from = PgShard.decode(in);
        Eversion version = Eversion.decode(in);
        return new MOSDRepOpReply(pgid, mapEpoch, minEpoch, from, version, Eversion.decode(in), in.bool());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return 2;
    }

    @Override
    public int compatVersion(long features) {
        return 1;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.u32(mapEpoch).u32(minEpoch);
        pgid.encode(out);
        from.encode(out);
        version.encode(out);
        lastComplete.encode(out);
        out.bool(lacks);
    }
}
