package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// A watcher, as a client is told of it (`watch_item_t`).
@CephType("watch_item_t")
public record WatchItem(EntityName name, long cookie, int timeoutSeconds, EntityAddr addr) {
    public static WatchItem decode(WireReader in) {
        return in.versioned(2, (body, version) -> new WatchItem(
                EntityName.decode(body),
                body.u64(),
                body.u32(),
                version >= 2 ? EntityAddr.decode(body) : EntityAddr.NONE));
    }

    public void encode(WireWriter out, long features) {
        out.versioned(2, 1, () -> {
            name.encode(out);
            out.u64(cookie).u32(timeoutSeconds);
            addr.encode(out, features);
        });
    }

    /// All watchers of an object: the answer to `list-watchers` (`obj_list_watch_response_t`).
    @CephType("obj_list_watch_response_t")
    public record Response(List<WatchItem> entries) {
        public static Response decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Response(body.list(WatchItem::decode)));
        }

        public void encode(WireWriter out, long features) {
            out.versioned(1, 1, () -> out.list(entries, (w, each) -> each.encode(w, features)));
        }
    }
}
