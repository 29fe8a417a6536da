package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.UUID;

/// Begins and ends the mirroring of an image by journal (`mirror::EnableRequest`, `mirror::DisableRequest`).
final class Mirroring {
    private static final String OBJECT = "rbd_mirroring";
    private static final int IMAGE_UPDATED = 1;
    private static final int DISABLING = 0;
    private static final int ENABLED = 1;
    private static final int DISABLED = 2;
    private static final int BY_JOURNAL = 0;
    /// Of a pool.
    private static final int POOL_DISABLED = 0;
    private static final int POOL_IMAGES_CHOSEN = 1;

    private Mirroring() {}

    /// Of an image that is removed.
    ///
    /// @throws CephException EINVAL if it is not primary here
    static void end(Image image) {
        MirrorSnap.MirroredImage mirrored = MirrorSnap.mirrored(image.io(), image.id());
        if (mirrored.globalId().isEmpty()) {
            return;
        }
        if (mirrored.mode() != BY_JOURNAL) {
            throw new CephException(Errno.EBUSY, "image is mirrored by snapshots: disable that first");
        }
        if (!ImageJournal.of(image).isLocal()) {
            throw new CephException(Errno.EINVAL, "error removing image");
        }
        set(image.io(), image.id(), mirrored.globalId(), DISABLING);
        notify(image.io(), DISABLING, image.id(), mirrored.globalId());
        Bytes id = new WireWriter().string(image.id()).toBytes();
        Reply removed = image.io().tell(OBJECT, "rbd", "mirror_image_remove", id);
        if (!removed.failedWith(Errno.ENOENT)) {
            removed.orThrow("end of mirroring");
        }
        notify(image.io(), DISABLED, image.id(), mirrored.globalId());
    }

    /// Of an image with journaling, as its pool wants it.
    ///
    /// @param wasOn whether it was mirrored before
    static void begin(Image image, boolean wasOn) {
        Bytes mode = image.io().askIfThere(OBJECT, "rbd", "mirror_mode_get", Bytes.EMPTY);
        int pool = mode == null ? POOL_DISABLED : mode.reader().u32();
        boolean wanted = image.has(Image.JOURNALING) && pool != POOL_DISABLED && (wasOn || pool != POOL_IMAGES_CHOSEN);
        if (wanted && MirrorSnap.mirrored(image.io(), image.id()).globalId().isEmpty()) {
            String globalId = UUID.randomUUID().toString();
            set(image.io(), image.id(), globalId, ENABLED);
            notify(image.io(), ENABLED, image.id(), globalId);
        }
    }

    private static void set(PoolIo io, String imageId, String globalId, int state) {
        WireWriter out = new WireWriter().string(imageId);
        out.versioned(2, 1, () -> out.string(globalId).u8(state).u8(BY_JOURNAL));
        io.tell(OBJECT, "rbd", "mirror_image_set", out.toBytes()).orThrow("mirroring of " + imageId);
    }

    /// Tells the mirror daemons (`MirroringWatcher`).
    private static void notify(PoolIo io, int state, String imageId, String globalId) {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> out.u32(IMAGE_UPDATED).u32(state).string(imageId).string(globalId));
        io.client().notify(io, OBJECT, out.toBytes(), 5);
    }
}
