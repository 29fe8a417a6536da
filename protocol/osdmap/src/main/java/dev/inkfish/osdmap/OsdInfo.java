package dev.inkfish.osdmap;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// When an OSD lived, in epochs (`osd_info_t`).
///
/// @param lastCleanBegin start of the last interval that ended in a clean shutdown
/// @param upThru a lower bound of its death, if above `upFrom`
/// @param downAt an upper bound of its death, if above `upFrom`
/// @param lostAt when its data was last declared lost
@CephType("osd_info_t")
public record OsdInfo(int lastCleanBegin, int lastCleanEnd, int upFrom, int upThru, int downAt, int lostAt) {
    public static final OsdInfo NONE = new OsdInfo(0, 0, 0, 0, 0, 0);

    public OsdInfo withLastClean(int begin, int end) {
        return new OsdInfo(begin, end, upFrom, upThru, downAt, lostAt);
    }

    public OsdInfo withUpFrom(int epoch) {
        return new OsdInfo(lastCleanBegin, lastCleanEnd, epoch, upThru, downAt, lostAt);
    }

    public OsdInfo withUpThru(int epoch) {
        return new OsdInfo(lastCleanBegin, lastCleanEnd, upFrom, epoch, downAt, lostAt);
    }

    public OsdInfo withDownAt(int epoch) {
        return new OsdInfo(lastCleanBegin, lastCleanEnd, upFrom, upThru, epoch, lostAt);
    }

    public OsdInfo withLostAt(int epoch) {
        return new OsdInfo(lastCleanBegin, lastCleanEnd, upFrom, upThru, downAt, epoch);
    }

    public static OsdInfo decode(WireReader in) {
        int version = in.u8();
        if (version != 1) {
            throw new DecodeException("osd_info_t version " + version);
        }
        return new OsdInfo(in.u32(), in.u32(), in.u32(), in.u32(), in.u32(), in.u32());
    }

    public void encode(WireWriter out) {
        out.u8(1).u32(lastCleanBegin).u32(lastCleanEnd).u32(upFrom).u32(upThru).u32(downAt).u32(lostAt);
    }
}
