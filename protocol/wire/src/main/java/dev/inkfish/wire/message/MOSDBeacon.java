package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// An OSD lives (`MSG_OSD_BEACON`).
/// 
/// @param minLastEpochClean no map before it is needed by the groups
/// @param lastPurgedSnapsScrub when it last looked for left-over snapshots
public record MOSDBeacon(
        long mapVersion, List<PgId> pgs, int minLastEpochClean, Utime lastPurgedSnapsScrub)
        implements Message {
    public static final int TYPE = 79;
    private static final int VERSION = 2;
    private static final int COMPAT = 1;

    static MOSDBeacon decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        return new MOSDBeacon(
                PaxosFields.decode(in), in.list(PgId::decode), in.u32(), header.version() >= 2 ? Utime.decode(in) : Utime.ZERO);
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
        PaxosFields.encode(out, mapVersion);
        out.list(pgs, (w, pg) -> pg.encode(w)).u32(minLastEpochClean);
        lastPurgedSnapsScrub.encode(out);
    }
}
