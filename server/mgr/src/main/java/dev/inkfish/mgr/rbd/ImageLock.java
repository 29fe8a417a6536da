package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.Reply;
import dev.inkfish.rados.Watch;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.WatchItem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps others from an image while it is worked on: a watch on its header, and the exclusive lock where the image has
/// that feature (`ManagedLock`). Who has the image open is not asked to give it up: the work is tried again later. Who
/// went away with the lock is fenced, and loses it.
final class ImageLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageLock.class);
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
    static ImageLock take(RbdHost host, Image image) {
        ImageLock lock = new ImageLock(
                image, image.io().client().watch(image.io(), image.header(), (id, payload) -> Bytes.EMPTY));
        try {
            for (WatchItem watcher : image.io().watchers(image.header())) {
                if (watcher.cookie() != lock.watch.cookie()) {
                    throw new CephException(Errno.EBUSY, "image has watchers");
                }
            }
            if (image.has(Image.EXCLUSIVE_LOCK)) {
                lock.lock(host);
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
    static ImageLock takeAmongOthers(RbdHost host, Image image) {
        ImageLock lock = new ImageLock(
                image, image.io().client().watch(image.io(), image.header(), (id, payload) -> Bytes.EMPTY));
        try {
            if (image.has(Image.EXCLUSIVE_LOCK)) {
                lock.lock(host);
            }
            return lock;
        } catch (CephException e) {
            lock.watch.close();
            throw e;
        }
    }

    private String cookie() {
        return LockOwner.cookie(watch.cookie());
    }

    private void lock(RbdHost host) {
        if (!tryLock()) {
            LockOwner owner = LockOwner.of(image, NAME);
            if (owner != null) {
                if (!owner.isGone(image.io().watchers(image.header()), TAG)) {
                    throw new CephException(Errno.EBUSY, "image is locked");
                }
                LOG.info("breaking the lock of {} at {} on image {}", owner.name(), owner.addr(), image.id());
                host.blocklist(owner.addr());
                Reply broken = image.io().tell(image.header(), "lock", "break_lock", owner.breaking(NAME));
                if (!broken.failedWith(Errno.ENOENT)) {
                    broken.orThrow("break the lock on " + image.header());
                }
            }
            if (!tryLock()) {
                throw new CephException(Errno.EBUSY, "image is locked");
            }
        }
        locked = true;
    }

    private boolean tryLock() {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> {
            out.string(NAME).u8(EXCLUSIVE).string(cookie()).string(TAG).string("");
            Utime.ZERO.encode(out);
            out.u8(0);
        });
        Reply reply = image.io().tell(image.header(), "lock", "lock", out.toBytes());
        if (reply.failedWith(Errno.EBUSY)) {
            return false;
        }
        reply.orThrow("lock " + image.header());
        return true;
    }

    /// Not any more once the watch broke: from then on others may take the image.
    boolean isHeld() {
        return watch.isUp();
    }

    /// @throws CephException if it is not held any more
    void check() {
        if (!isHeld()) {
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
