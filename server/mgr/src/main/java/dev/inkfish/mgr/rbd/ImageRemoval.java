package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;

/// Removes an image: its data, its ties to others, its header, its name (`RemoveRequest`). Each step may be repeated, so a
/// removal that was cut off goes on when it is tried again.
final class ImageRemoval {
    private static final int TRASH_REMOVING = 1;
    private static final int TRASH_NORMAL = 0;

    private ImageRemoval() {}

    /// @throws CephException ENOENT if there is none
    static void byName(RbdHost host, PoolIo io, String name, Progress progress) {
        String id = Image.findId(io, name);
        if (id == null) {
            throw new CephException(Errno.ENOENT, "no such image");
        }
        Image image = Image.openById(io, name, id);
        if (image != null) {
            removeContents(host, image, progress);
        }
        Bytes entry = new WireWriter().string(name).string(id).toBytes();
        io.remove(Image.idObject(name));
        ignoreMissing(io.tell("rbd_directory", "rbd", "dir_remove_image", entry), "directory");
    }

    /// Of an image in the trash.
    ///
    /// @throws CephException ENOENT if it is not there, EPERM if its time has not come
    static void fromTrash(RbdHost host, PoolIo io, String id, long nowSeconds, Progress progress) {
        TrashEntry entry = TrashEntry.get(io, id);
        if (entry == null) {
            throw new CephException(Errno.ENOENT, "not in the trash");
        }
        if (entry.deferredUntil().toNanos() / 1_000_000_000L > nowSeconds) {
            throw new CephException(Errno.EPERM, "deferment time has not expired");
        }
        if (entry.state() != TRASH_NORMAL && entry.state() != TRASH_REMOVING) {
            throw new CephException(Errno.EBUSY, "image is being moved or restored");
        }
        TrashEntry.setState(io, id, TRASH_REMOVING, TRASH_NORMAL);
        Image image = Image.openById(io, "", id);
        if (image != null) {
            try {
                removeContents(host, image, progress);
            } catch (CephException e) {
                TrashEntry.setState(io, id, TRASH_NORMAL, TRASH_REMOVING);
                throw e;
            }
        }
        ignoreMissing(io.tell("rbd_trash", "rbd", "trash_remove", new WireWriter().string(id).toBytes()), "trash");
    }

    /// Of a migration that was executed: what it came from, in the trash or of format 1 and unlisted.
    ///
    /// @param ending parts the target from it, once nobody else has it open
    static void migrationSource(RbdHost host, Migration migration, Progress progress, Runnable ending) {
        Image image = migration.source();
        if (image == null) {
            ending.run();
        } else {
            removeAll(host, image, progress, ending);
        }
        if (!migration.sourceId().isEmpty()) {
            Bytes id = new WireWriter().string(migration.sourceId()).toBytes();
            ignoreMissing(migration.sourceIo().tell("rbd_trash", "rbd", "trash_remove", id), "trash");
        }
    }

    /// Of a migration that is aborted: what it made.
    ///
    /// @param ending done once nobody else has it open
    static void migrationTarget(RbdHost host, Image image, String name, Progress progress, Runnable ending) {
        removeAll(host, image, progress, ending);
        Bytes entry = new WireWriter().string(name).string(image.id()).toBytes();
        image.io().remove(Image.idObject(name));
        ignoreMissing(image.io().tell("rbd_directory", "rbd", "dir_remove_image", entry), "directory");
    }

    private static void removeContents(RbdHost host, Image image, Progress progress) {
        if (image.has(Image.MIGRATING)) {
            throw new CephException(Errno.EBUSY, "image is migrating");
        }
        try (ImageLock lock = ImageLock.take(host, image)) {
            Image bare = SnapshotRemoval.inTrash(host, image);
            if (!bare.snaps().snaps().isEmpty()) {
                throw new CephException(Errno.ENOTEMPTY, "image has snapshots");
            }
            if (GroupLink.of(bare) != null) {
                throw new CephException(Errno.EMLINK, "image is in a group");
            }
            Mirroring.end(bare);
            remove(host, bare, lock, progress);
        }
    }

    /// With its snapshots.
    private static void removeAll(RbdHost host, Image image, Progress progress, Runnable beforehand) {
        try (ImageLock lock = ImageLock.take(host, image)) {
            beforehand.run();
            Image bare = image;
            for (long snap : image.snaps().snaps()) {
                if (image.isOldFormat()) {
                    OldHeader.removeSnap(host, image, snap);
                    continue;
                }
                SnapshotRemoval.unprotect(bare, snap);
                SnapshotRemoval.run(host, bare, snap);
                bare = bare.again();
            }
            remove(host, bare, lock, progress);
        }
    }

    private static void remove(RbdHost host, Image image, ImageLock lock, Progress progress) {
        long count = image.objects();
        PoolIo data = image.data();
        ObjectWork.forEach(count, progress, i -> {
            lock.check();
            data.remove(image.object(count - 1 - i));
        });
        Image.Parent parent = image.parent();
        if (parent != null) {
            ChildLink.detach(image, parent);
        }
        if (image.has(Image.JOURNALING)) {
            JournalRemoval.run(image);
        }
        if (image.has(Image.OBJECT_MAP)) {
            image.io().remove(image.objectMap(RadosClient.NO_SNAP));
        }
        image.io().remove(image.header());
        lock.headerRemoved();
        if (parent != null) {
            ChildLink.detached(host, image, parent);
        }
    }

    private static void ignoreMissing(Reply reply, String what) {
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow(what);
        }
    }
}
