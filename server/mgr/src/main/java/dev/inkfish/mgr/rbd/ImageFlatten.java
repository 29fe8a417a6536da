package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// Copies into a clone what it still takes from its parent, then parts the two (`FlattenRequest`).
final class ImageFlatten {
    private final Image image;
    private final ImageReader source;
    private final ImageLock lock;

    private ImageFlatten(Image image, ImageReader source, ImageLock lock) {
        this.image = image;
        this.source = source;
        this.lock = lock;
    }

    /// Who holds the image's lock is asked to do it.
    ///
    /// @throws CephException EINVAL if it has no parent
    static void run(RbdHost host, Image image, Progress progress) {
        Image.Parent parent = image.parent();
        if (parent == null) {
            throw new CephException(Errno.EINVAL, "image has no parent");
        }
        if (image.has(Image.MIGRATING)) {
            throw new CephException(Errno.EBUSY, "image is migrating");
        }
        try (ImageLock lock = ImageLock.take(host, image)) {
            ImageFlatten flatten = new ImageFlatten(image, ImageReader.of(image.io(), parent), lock);
            if (image.has(Image.JOURNALING)) {
                ImageJournal journal = ImageJournal.of(image);
                if (!journal.isLocal()) {
                    throw new CephException(Errno.EROFS, "error flattening b'" + image.name() + "'");
                }
                journal.flatten(lock, () -> flatten.run(host, parent, progress));
            } else {
                flatten.run(host, parent, progress);
            }
        } catch (CephException e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
            OwnerRequest.run(image, OwnerRequest.FLATTEN, progress);
        }
    }

    private void run(RbdHost host, Image.Parent parent, Progress progress) {
        long overlap = Math.min(parent.overlap(), image.size());
        ObjectWork.forEach(image.layout().objects(overlap), progress, object -> copyUp(object, overlap));
        lock.check();
        part(host, image, parent);
        image.notifyChange();
    }

    private void copyUp(long number, long overlap) {
        String object = image.object(number);
        if (image.data().run(object, ObjectOps.of().stat()).code() >= 0) {
            return;
        }
        ImageLayout layout = image.layout();
        byte[] content = new byte[(int) layout.objectSize()];
        int end = 0;
        for (long at = 0; at < layout.objectSize(); at += layout.unit()) {
            long from = layout.imageOffset(number, at);
            int length = (int) Math.min(layout.unit(), overlap - from);
            if (length <= 0) {
                break;
            }
            source.read(from, content, (int) at, length);
            end = (int) at + length;
        }
        Bytes data = Bytes.wrap(content, 0, end);
        if (data.isZero()) {
            return;
        }
        lock.check();
        noteInMaps(number);
        // without snapshots to preserve: what comes from the parent belongs to all of the clone's snapshots
        image.data().tell(object, "rbd", "copyup", data).orThrow("copy up " + object);
    }

    private void noteInMaps(long number) {
        if (!image.has(Image.OBJECT_MAP)) {
            return;
        }
        int size = image.snaps().snaps().size();
        int unchanged = image.has(Image.FAST_DIFF) ? ObjectMaps.EXISTS_CLEAN : ObjectMaps.EXISTS;
        for (int i = 0; i < size; i++) {
            boolean oldest = i == size - 1;
            ObjectMaps.set(image, image.snaps().snaps().get(i), number, oldest ? ObjectMaps.EXISTS : unchanged, null);
        }
        ObjectMaps.set(image, RadosClient.NO_SNAP, number, size == 0 ? ObjectMaps.EXISTS : unchanged, null);
    }

    private static void part(RbdHost host, Image image, Image.Parent parent) {
        boolean parts = image.has(Image.DEEP_FLATTEN) || image.snaps().snaps().isEmpty();
        if (parts) {
            ChildLink.detach(image, parent);
        }
        Reply reply = image.io().tell(image.header(), "rbd", "parent_detach", Bytes.EMPTY);
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("detach the parent");
        }
        if (parts) {
            ChildLink.detached(host, image, parent);
        }
    }
}
