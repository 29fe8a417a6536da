package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.Bytes;

/// Removes the journal of an image: the sets of objects in use, then its header (`journal::RemoveRequest`).
final class JournalRemoval {
    private JournalRemoval() {}

    static void run(Image image) {
        PoolIo io = image.io();
        String header = "journal." + image.id();
        Bytes splay = io.askIfThere(header, "journal", "get_splay_width", Bytes.EMPTY);
        if (splay == null) {
            return;
        }
        int width = splay.reader().u8();
        long pool = io.ask(header, "journal", "get_pool_id", Bytes.EMPTY).reader().u64();
        long first = io.ask(header, "journal", "get_minimum_set", Bytes.EMPTY).reader().u64();
        long last = io.ask(header, "journal", "get_active_set", Bytes.EMPTY).reader().u64();
        PoolIo data = pool < 0 ? io : io.client().pool(pool).namespace(io.nspace());
        for (long object = first * width; object < (last + 1) * width; object++) {
            data.remove("journal_data." + io.pool() + "." + image.id() + "." + object);
        }
        io.remove(header);
    }
}
