package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PgStat;

/// How far backfill has come; the member remembers it.
public record MOSDPGBackfill(
        SpgId pgid,
        Op op,
        int mapEpoch,
        int minEpoch,
        HObject lastBackfill,
        ObjectStatSum sum) implements PgMessage {
    public static final int TYPE = 95;

    public enum Op {
        PROGRESS,
        FINISH,
        FINISH_ACK
    }

    public static MOSDPGBackfill decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int number = in.u32();
        if (number < 2 || number > 4) {
            throw new dev.inkfish.wire.DecodeException("backfill operation " + number);
        }
        int mapEpoch = in.u32();
        int minEpoch = in.u32();
        PgId pg = PgId.decode(in);
        HObject upTo = HObject.decode(in);
        in.versioned(2, (sums, version) -> sums.rest()); // the sums alone, for version 1
        ObjectStatSum sum = PgStat.decode(in).sum();
        SpgId pgid = new SpgId(pg, (byte) in.u8());
        return new MOSDPGBackfill(pgid, Op.values()[number - 2], mapEpoch, minEpoch, upTo, sum);
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
    public void encodeFront(WireWriter out, long features) {
        out.u32(op.ordinal() + 2).u32(mapEpoch).u32(minEpoch);
        pgid.pgid().encode(out);
        lastBackfill.encode(out);
        out.versioned(2, 2, () -> {
            sum.encode(out);
            out.u32(0);
        });
        PgStat.EMPTY.withSum(sum).encode(out);
        out.u8(pgid.shard());
    }
}
