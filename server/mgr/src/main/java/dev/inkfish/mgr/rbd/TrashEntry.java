package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An image in a pool's trash (`cls::rbd::TrashImageSpec`).
record TrashEntry(int source, String name, Utime deleted, Utime deferredUntil, int state) {
    private static final int PAGE = 512;

    private static TrashEntry decode(WireReader in) {
        return in.versioned(2, (body, version) -> new TrashEntry(body.u8(), body.string(), Utime.decode(body),
                Utime.decode(body), version >= 2 ? body.u8() : 0));
    }

    static @Nullable TrashEntry get(PoolIo io, String id) {
        Reply reply = io.run("rbd_trash", ObjectOps.of().ask("rbd", "trash_get", new WireWriter().string(id).toBytes()));
        return reply.failedWith(Errno.ENOENT) ? null : decode(reply.orThrow("trash").output().reader());
    }

    /// By image id.
    static NavigableMap<String, TrashEntry> list(PoolIo io) {
        NavigableMap<String, TrashEntry> all = new TreeMap<>();
        while (true) {
            String after = all.isEmpty() ? "" : all.lastKey();
            Reply reply = io.run("rbd_trash", ObjectOps.of()
                    .ask("rbd", "trash_list", new WireWriter().string(after).u64(PAGE).toBytes()));
            if (reply.failedWith(Errno.ENOENT)) {
                return all;
            }
            NavigableMap<String, TrashEntry> page = reply.orThrow("trash").output().reader()
                    .map(WireReader::string, TrashEntry::decode);
            all.putAll(page);
            if (page.size() < PAGE) {
                return all;
            }
        }
    }

    static void setState(PoolIo io, String id, int state, int expected) {
        Reply reply = io.tell("rbd_trash", "rbd", "trash_state_set",
                new WireWriter().string(id).u8(state).u8(expected).toBytes());
        if (reply.code() < 0 && !reply.failedWith(Errno.EOPNOTSUPP)) {
            throw new CephException(reply.code(), "state of the image in the trash");
        }
    }
}
