package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Something long that goes on (`ProgressEvent`).
///
/// @param progress from 0 to 1
/// @param inStatus whether `ceph -s` shows it
@CephType("ProgressEvent")
public record ProgressEvent(String message, float progress, boolean inStatus) {
    public static ProgressEvent decode(WireReader in) {
        return in.versioned(2, (b, version) -> {
            String message = b.string();
            float progress = Float.intBitsToFloat(b.u32());
            return new ProgressEvent(message, progress, version < 2 || b.bool());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(2, 1, () -> out.string(message)
                .u32(Float.floatToRawIntBits(progress))
                .bool(inStatus));
    }
}
