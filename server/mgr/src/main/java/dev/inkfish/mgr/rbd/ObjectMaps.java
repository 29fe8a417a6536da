package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/// What an image's object maps say of an object (`rbd_object_map.*`).
final class ObjectMaps {
    static final int NONEXISTENT = 0;
    static final int EXISTS = 1;
    static final int EXISTS_CLEAN = 3;

    private ObjectMaps() {}

    /// @param snap [RadosClient#NO_SNAP] for the map of the present
    /// @param current only if this is what it says now; null for whatever it says
    static void set(Image image, long snap, long number, int state, @Nullable Integer current) {
        WireWriter input = new WireWriter().u64(number).u64(number + 1).u8(state).bool(current != null);
        if (current != null) {
            input.u8(current);
        }
        Reply reply = image.io().tell(image.objectMap(snap), "rbd", "object_map_update", input.toBytes());
        // a snapshot of a smaller image has a shorter map
        if (snap == RadosClient.NO_SNAP || !reply.failedWith(Errno.ERANGE)) {
            reply.orThrow("object map");
        }
    }
}
