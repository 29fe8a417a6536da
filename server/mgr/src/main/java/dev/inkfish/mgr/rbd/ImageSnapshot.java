package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.WireWriter;

/// A snapshot on an image's header (`cls::rbd::SnapshotInfo`), without what only its kind knows.
///
/// @param children clones of format 2
record ImageSnapshot(long id, int kind, String name, int children) {
    static final int USER = 0;
    /// Was removed by its user, and stays for its clones.
    static final int TRASH = 2;

    static ImageSnapshot get(PoolIo io, String imageId, long snap) {
        return io.ask(Image.headerObject(imageId), "rbd", "snapshot_get", new WireWriter().u64(snap).toBytes()).reader()
                .versioned(1, (body, version) -> {
                    long id = body.u64();
                    int kind = body.versioned(1, (nspace, any) -> nspace.u32());
                    String name = body.string();
                    body.u64(); // size
                    body.u64(); // time
                    return new ImageSnapshot(id, kind, name, body.u32());
                });
    }
}
