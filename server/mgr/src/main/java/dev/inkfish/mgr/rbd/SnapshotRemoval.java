package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;

/// Removes a snapshot of an image, by who has the image's lock or knows that nobody else can use it
/// (`SnapshotRemoveRequest`).
final class SnapshotRemoval {
    private static final int UNPROTECTED = 0;
    private static final int UNPROTECTING = 1;

    private SnapshotRemoval() {}

    /// Takes the protection from a snapshot, if it has one.
    ///
    /// @throws CephException EBUSY if it has clones
    static void unprotect(Image image, long snap) {
        PoolIo io = image.io();
        Bytes id = new WireWriter().u64(snap).toBytes();
        if (io.ask(image.header(), "rbd", "get_protection_status", id).reader().u8() == UNPROTECTED) {
            return;
        }
        setProtection(image, snap, UNPROTECTING);
        Bytes parent = new WireWriter().u64(io.pool()).string(image.id()).u64(snap).toBytes();
        for (PoolIo pool : RbdPools.all(io.client())) {
            if (pool.askIfThere("rbd_children", "rbd", "get_children", parent) != null) {
                throw new CephException(Errno.EBUSY, "snapshot has clones in pool " + pool.pool());
            }
        }
        setProtection(image, snap, UNPROTECTED);
    }

    private static void setProtection(Image image, long snap, int status) {
        Bytes input = new WireWriter().u64(snap).u8(status).toBytes();
        image.io().tell(image.header(), "rbd", "set_protection_status", input).orThrow("protection of a snapshot");
    }

    static void run(RbdHost host, Image image, long snap) {
        PoolIo io = image.io();
        Image.Parent parent = Image.parentAt(io, image.id(), snap);
        boolean parts = parent != null && !isNeeded(image, snap, parent);
        if (parts) {
            ChildLink.detach(image, parent);
        }
        if (image.has(Image.OBJECT_MAP)) {
            removeMap(image, snap);
        }
        io.remove("rbd_mirror_snapshot." + image.id() + "." + Long.toUnsignedString(snap) + ".0");
        host.removeSnapId(image.data().pool(), snap);
        Reply removed = io.tell(image.header(), "rbd", "snapshot_remove", new WireWriter().u64(snap).toBytes());
        if (!removed.failedWith(Errno.ENOENT)) {
            removed.orThrow("remove snapshot");
        }
        if (parts) {
            ChildLink.detached(host, image, parent);
        }
    }

    /// Whether the image, or another of its snapshots, is made of the same parent.
    private static boolean isNeeded(Image image, long snap, Image.Parent parent) {
        if (image.parent() != null && image.parent().isSameAs(parent) && image.parent().overlap() > 0) {
            return true;
        }
        for (long other : image.snaps().snaps()) {
            Image.Parent its = other == snap ? null : Image.parentAt(image.io(), image.id(), other);
            if (its != null && its.isSameAs(parent) && its.overlap() > 0) {
                return true;
            }
        }
        return false;
    }

    private static void removeMap(Image image, long snap) {
        long next = RadosClient.NO_SNAP;
        for (long id : image.snaps().snaps()) {
            if (id > snap) {
                next = id;
            }
        }
        PoolIo io = image.io();
        Bytes map = io.askIfThere(image.objectMap(snap), "rbd", "object_map_load", Bytes.EMPTY);
        if (map != null) {
            Reply merged = io.tell(image.objectMap(next), "rbd", "object_map_snap_remove", map);
            if (!merged.failedWith(Errno.ENOENT)) {
                merged.orThrow("object map");
            }
            io.remove(image.objectMap(snap));
        }
    }

    /// Of an image that is being removed: its snapshots that stayed for clones which have gone.
    ///
    /// @return the image without them
    static Image inTrash(RbdHost host, Image image) {
        boolean any = false;
        for (long snap : image.snaps().snaps()) {
            ImageSnapshot found = ImageSnapshot.get(image.io(), image.id(), snap);
            if (found.kind() == ImageSnapshot.TRASH && found.children() == 0) {
                run(host, image, snap);
                any = true;
            }
        }
        return any ? image.again() : image;
    }
}
