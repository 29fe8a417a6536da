package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Tells a primary to make new groups (`MSG_OSD_PG_CREATE2`).
///
/// @param pgs where each was created: epoch and time
/// @param histories of those that did not come to be with their pool
public record MOSDPGCreate2(int epoch, NavigableMap<SpgId, Created> pgs, NavigableMap<SpgId, PgHistory> histories) implements Message {
    public static final int TYPE = 120;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    public record Created(int epoch, Utime stamp) {}

    static MOSDPGCreate2 decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        int epoch = in.u32();
        NavigableMap<SpgId, Created> pgs = in.map(SpgId::decode, r -> new Created(r.u32(), Utime.decode(r)));
        return new MOSDPGCreate2(epoch, pgs, in.remaining() == 0 ? new TreeMap<>() : in.map(SpgId::decode, r -> {
            PgHistory history = PgHistory.decode(r);
            PastIntervals.decode(r); // they begin with the group
            return history;
        }));
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
        out.u32(epoch);
        out.map(pgs, (w, pg) -> pg.encode(w), (w, created) -> created.stamp().encode(w.u32(created.epoch())));
        out.map(histories, (w, pg) -> pg.encode(w), (w, history) -> {
            history.encode(w);
            PastIntervals.EMPTY.encode(w);
        });
    }
}
