package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Asks a member what it has of a range of objects; the answer is [MOSDRepScrubMap].
///
/// @param upTo the newest change within the range, which the member must have taken in
/// @param start the first object
/// @param end the first one behind
/// @param preemptible the member may give up when a change comes in between
/// @param highPriority clients wait for it
public record MOSDRepScrub(
        SpgId pgid,
        Eversion upTo,
        int mapEpoch,
        int minEpoch,
        HObject start,
        HObject end,
        boolean deep,
        boolean preemptible,
        int scrubPriority,
        boolean highPriority) implements PgMessage {
    public static final int TYPE = 93;
    private static final int VERSION = 9;
    private static final int COMPAT = 6;
    private static final int NO_SEED = -1;

    static MOSDRepScrub decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PgId pgid = PgId.decode(in);
        Eversion.decode(in); // where an incremental scrub begins: there is none
        Eversion upTo = Eversion.decode(in);
        int mapEpoch = in.u32();
        in.bool();
        HObject start = HObject.decode(in);
        HObject end = HObject.decode(in);
        boolean deep = in.bool();
        int shard = (byte) in.u8();
        in.u32();
        // version 7: the epoch of the interval; 8: preemption; 9: priorities
        int minEpoch = header.version() >= 7 ? in.u32() : mapEpoch;
        boolean preemptible = header.version() >= 8 && in.bool();
        int priority = header.version() >= 9 ? in.u32() : 0;
        boolean high = header.version() >= 9 && in.bool();
        return new MOSDRepScrub(
                new SpgId(pgid, shard), upTo, mapEpoch, minEpoch, start, end, deep, preemptible, priority, high);
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
        pgid.pgid().encode(out);
        Eversion.ZERO.encode(out);
        upTo.encode(out);
        out.u32(mapEpoch).bool(true);
        start.encode(out);
        end.encode(out);
        out.bool(deep).u8(pgid.shard()).u32(NO_SEED).u32(minEpoch).bool(preemptible).u32(scrubPriority).bool(highPriority);
    }
}
