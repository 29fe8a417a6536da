package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A performance counter a daemon declares before it reports its value (`PerfCounterType`).
///
/// @param path `osd.op_w`
/// @param type bits of `PERFCOUNTER_*`
@CephType("PerfCounterType")
public record PerfCounterType(String path, String description, String nick, int type, int priority, int unit) {
    public static final int TIME = 1;
    public static final int U64 = 2;
    public static final int LONGRUNAVG = 4;
    public static final int COUNTER = 8;
    public static final int HISTOGRAM = 16;

    public static PerfCounterType decode(WireReader in) {
        return in.versioned(3, (b, version) -> new PerfCounterType(
                b.string(), b.string(), b.string(), b.u8(), version >= 2 ? b.u8() : 5, version >= 3 ? b.u8() : 1));
    }

    public void encode(WireWriter out) {
        out.versioned(3, 1, () -> out.string(path)
                .string(description)
                .string(nick)
                .u8(type)
                .u8(priority)
                .u8(unit));
    }
}
