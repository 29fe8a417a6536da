package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PgShard;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Backfill: which objects, in which versions, lie in a range; question and answer.
///
/// @param begin the first object of the range
/// @param end the first one behind it; in a question ignored
/// @param objects empty in a question
public record MOSDPGScan(
        SpgId pgid,
        Op op,
        int mapEpoch,
        int minEpoch,
        PgShard from,
        HObject begin,
        HObject end,
        NavigableMap<HObject, Eversion> objects) implements PgMessage {
    public static final int TYPE = 94;

    public enum Op {
        GET_DIGEST,
        DIGEST
    }

    public static MOSDPGScan decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int number = in.u32();
        if (number < 1 || number > 2) {
            throw new dev.inkfish.wire.DecodeException("scan operation " + number);
        }
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        PgId pg = PgId.decode(in);
        HObject begin = HObject.decode(in);
        HObject end = HObject.decode(in);
        PgShard from = PgShard.decode(in);
        SpgId pgid = new SpgId(pg, (byte) in.u8());
        NavigableMap<HObject, Eversion> objects =
                data.isEmpty() ? new TreeMap<>() : data.reader().map(HObject::decode, Eversion::decode);
        return new MOSDPGScan(pgid, Op.values()[number - 1], mapEpoch, minEpoch, from, begin, end, objects);
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
        return 2;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.u32(op.ordinal() + 1).u32(mapEpoch).u32(minEpoch);
        pgid.pgid().encode(out);
        begin.encode(out);
        end.encode(out);
        from.encode(out);
        out.u8(pgid.shard());
    }

    @Override
    public Bytes data() {
        return op == Op.GET_DIGEST ? Bytes.EMPTY : WireWriter.encode(objects, (all, out) ->
                out.map(all, (w, o) -> o.encode(w), (w, v) -> v.encode(w)));
    }

    /// Without encoding the objects.
    @Override
    public long weight() {
        return 256L + 64L * objects.size();
    }
}
