package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A check the administrator does not want to hear of (`health_mute_t`).
///
/// @param until when it ends; zero for never
/// @param sticky survives the check's disappearance
/// @param summary the check's when it was muted
/// @param count the check's when it was muted: the mute ends when it grows
@CephType("health_mute_t")
public record HealthMute(String code, Utime until, boolean sticky, String summary, long count) {
    public static HealthMute decode(WireReader in) {
        return in.versioned(1, (b, version) ->
                new HealthMute(b.string(), Utime.decode(b), b.bool(), b.string(), b.u64()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            out.string(code);
            until.encode(out);
            out.bool(sticky).string(summary).u64(count);
        });
    }
}
