package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgShard;
import java.util.List;

/// A change for a replica to write: log entries and transaction. Ours beyond the class and type of Ceph:
/// what the transaction looks like, and several entries.
///
/// @param version the newest entry's
/// @param trimTo the log may be trimmed up to here
/// @param committedTo everything up to here is durable on all members
/// @param sum the group's sums after the change
public record MOSDRepOp(
        SpgId pgid,
        int mapEpoch,
        int minEpoch,
        PgShard from,
        Eversion version,
        List<PgLogEntry> entries,
        Eversion trimTo,
        Eversion committedTo,
        ObjectStatSum sum,
        OpaquePayload transaction) implements PgMessage {
    public static final int TYPE = 112;

    @Override
    public Bytes data() {
        return transaction.toBytes();
    }

    @Override
    public long weight() {
        return 256L + transaction.weight();
    }

    public static MOSDRepOp decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        SpgId pgid = SpgId.decode(in);
        PgShard from = PgShard.decode(in);
        Eversion version = Eversion.decode(in);
        List<PgLogEntry> entries = in.list(PgLogEntry::decode);
        Eversion trimTo = Eversion.decode(in);
        Eversion committedTo = Eversion.decode(in);
        ObjectStatSum sum = ObjectStatSum.decode(in);
        return new MOSDRepOp(
                pgid, mapEpoch, minEpoch, from, version, entries, trimTo, committedTo, sum, new OpaquePayload.Encoded(data));
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
        out.list(entries, (w, e) -> e.encode(w));
        trimTo.encode(out);
        committedTo.encode(out);
        sum.encode(out);
    }
}
