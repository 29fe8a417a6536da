package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Two groups are clean and take no writes: the source may be put into its target (`MSG_OSD_PG_READY_TO_MERGE`).
///
/// @param ready false if one of them cannot become clean now: the merge is put off
/// @param mapEpoch of the map in which this holds
public record MOSDPGReadyToMerge(
        PgId source,
        Eversion sourceVersion,
        Eversion targetVersion,
        int lastEpochStarted,
        int lastEpochClean,
        boolean ready,
        long mapEpoch)
        implements Message {
    public static final int TYPE = 122;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MOSDPGReadyToMerge decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        long epoch = PaxosFields.decode(in);
        return new MOSDPGReadyToMerge(
                PgId.decode(in), Eversion.decode(in), Eversion.decode(in), in.u32(), in.u32(), in.bool(), epoch);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        PaxosFields.encode(out, mapEpoch);
        source.encode(out);
        sourceVersion.encode(out);
        targetVersion.encode(out);
        out.u32(lastEpochStarted).u32(lastEpochClean).bool(ready);
    }
}
