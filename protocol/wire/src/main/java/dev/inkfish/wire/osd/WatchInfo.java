package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A watch, as it stands in an object's info (`watch_info_t`).
@CephType("watch_info_t")
public record WatchInfo(long cookie, int timeoutSeconds, EntityAddr addr) {
    public static WatchInfo decode(WireReader in) {
        return in.versioned(4, (body, version) -> {
            long cookie = body.u64();
            int timeout = body.u32();
            return new WatchInfo(cookie, timeout, version >= 4 ? EntityAddr.decode(body) : EntityAddr.NONE);
        });
    }

    public void encode(WireWriter out, long features) {
        out.versioned(4, 3, () -> {
            out.u64(cookie).u32(timeoutSeconds);
            addr.encode(out, features);
        });
    }
}
