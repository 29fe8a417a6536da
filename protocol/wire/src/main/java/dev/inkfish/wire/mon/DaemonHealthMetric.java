package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A number a daemon reports from which the manager makes a check (`DaemonHealthMetric`).
///
/// @param kind 0 slow operations (count, oldest in seconds), 1 groups that wait to be created (count, limit)
/// @param first the low half of the value
/// @param second the high half
@CephType("DaemonHealthMetric")
public record DaemonHealthMetric(int kind, int first, int second) {
    public static final int SLOW_OPS = 0;
    public static final int PENDING_CREATING_PGS = 1;

    public static DaemonHealthMetric decode(WireReader in) {
        return in.versioned(1, (b, version) -> new DaemonHealthMetric(b.u8(), b.u32(), b.u32()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u8(kind).u32(first).u32(second));
    }
}
