package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.Reply;
import dev.inkfish.rados.Watch;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.WatchItem;

/// Keeps others from an image while it is worked on: a watch on its header, and the exclusive lock where the image has
/// that feature (`ManagedLock`). Who has the image open is not asked to give it up: the work is tried again later.
final class ImageLock implements AutoCloseable {
    private static final String NAME = "rbd_lock";
    private static final String TAG = "internal";
    private static final int EXCLUSIVE = 1;

    private final Image image;
    private final Watch watch;
    private boolean locked;

    private ImageLock(Image image, Watch watch) {
        this.image = image;
        this.watch = watch;
    }

    /// @throws CephException EBUSY if the image is in use
    static ImageLock take(Image image) {
        ImageLock lock = new ImageLock(
                image, image.io().client().watch(image.io(), image.header(), (id, payload) -> Bytes.EMPTY));
        try {
            for (WatchItem watcher : image.io().watchers(image.header())) {
                if (watcher.cookie() != lock.watch.cookie()) {
                    throw new CephException(Errno.EBUSY, "image has watchers");
                }
            }
            if (image.has(Image.EXCLUSIVE_LOCK)) {
                lock.lock();
            }
            return lock;
        } catch (CephException e) {
            lock.watch.close();
            throw e;
        }
    }

    /// As [#take], where others may have the image open as long as nobody holds the lock.
    ///
    /// @throws CephException EBUSY if somebody does
    static ImageLock takeAmongOthers(Image image) {
        ImageLock lock = new ImageLock(
                image, image.io().client().watch(image.io(), image.header(), (id, payload) -> Bytes.EMPTY));
        try {
            if (image.has(Image.EXCLUSIVE_LOCK)) {
                lock.lock();
            }
            return lock;
        } catch (CephException e) {
            lock.watch.close();
            throw e;
        }
    }

    private String cookie() {
        return "auto " + Long.toUnsignedString(watch.cookie());
    }

    private void lock() {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> {
            out.string(NAME).u8(EXCLUSIVE).string(cookie()).string(TAG).string("");
            Utime.ZERO.encode(out);
            out.u8(0);
        });
        Reply reply = image.io().tell(image.header(), "lock", "lock", out.toBytes());
        if (reply.failedWith(Errno.EBUSY)) {
            throw new CephException(Errno.EBUSY, "image is locked");
        }
        reply.orThrow("lock " + image.header());
        locked = true;
    }

    /// @throws CephException if the watch broke: from then on others may take the image
    void check() {
        if (!watch.isUp()) {
            throw new CephException(Errno.EBUSY, "the watch on the image was lost");
        }
    }

    /// The header has gone with the watch and the lock.
    void headerRemoved() {
        locked = false;
    }

    @Override
    public void close() {
        if (locked) {
            WireWriter out = new WireWriter();
            out.versioned(1, 1, () -> out.string(NAME).string(cookie()));
            image.io().tell(image.header(), "lock", "unlock", out.toBytes());
        }
        watch.close();
    }
}
