package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;

/// Answers [MMonGetPurgedSnaps] (`MSG_MON_GET_PURGED_SNAPS_REPLY`).
/// 
/// @param purged by epoch, then pool
public record MMonGetPurgedSnapsReply(
        int first, int last, NavigableMap<Integer, NavigableMap<Long, IntervalSet>> purged)
        implements Message {
    public static final int TYPE = 77;
    private static final int VERSION = 1;
    private static final int COMPAT = 1;

    static MMonGetPurgedSnapsReply decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        PaxosFields.decode(in);
        return new MMonGetPurgedSnapsReply(
                in.u32(), in.u32(), in.map(WireReader::u32, r -> r.map(WireReader::u64, IntervalSet::decode)));
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
        PaxosFields.encode(out, 0);
        out.u32(first).u32(last);
        out.map(purged, WireWriter::u32, (w, pools) ->
                w.map(pools, WireWriter::u64, (x, snaps) -> snaps.encode(x)));
    }
}
