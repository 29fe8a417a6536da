package dev.inkfish.osdmap;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A snapshot of a whole pool (`pool_snap_info_t`).
@CephType("pool_snap_info_t")
public record PoolSnap(long id, Utime stamp, String name) {
    public static PoolSnap decode(WireReader in) {
        return in.versioned(2, (r, v) -> new PoolSnap(r.u64(), Utime.decode(r), r.string()));
    }

    public void encode(WireWriter out, long features) {
        if (Features.has(features, Features.PGPOOL3)) {
            out.versioned(2, 2, () -> encodeBody(out));
        } else {
            encodeBody(out.u8(1));
        }
    }

    private void encodeBody(WireWriter out) {
        out.u64(id);
        stamp.encode(out);
        out.string(name);
    }
}
