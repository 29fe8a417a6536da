package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import org.jspecify.annotations.Nullable;

/// Reads an image at a snapshot; what it does not have itself comes from its own parent as of then.
final class ImageReader implements ImageView {
    private final Image image;
    private final long snap;
    private final long size;
    private final long overlap;
    private final @Nullable ImageReader parent;

    ImageReader(Image image, long snap) {
        this.image = image;
        this.snap = snap;
        this.size = image.sizeAt(snap);
        Image.Parent up = Image.parentAt(image.io(), image.id(), snap);
        this.overlap = up == null ? 0 : up.overlap();
        this.parent = up == null || up.overlap() == 0 ? null : of(image.io(), up);
    }

    /// Of a clone's parent.
    static ImageReader of(PoolIo child, Image.Parent parent) {
        PoolIo io = child.client().pool(parent.pool()).namespace(parent.nspace());
        Image image = Image.openById(io, "", parent.id());
        if (image == null) {
            throw new CephException(Errno.ENOENT, "the parent image is not there");
        }
        if (image.has(Image.MIGRATING)) {
            throw new CephException(Errno.EBUSY, "the parent image is migrating");
        }
        return new ImageReader(image, parent.snap());
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long overlap() {
        return overlap;
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        long end = Math.min(offset + length, size);
        for (long from = offset; from < end; ) {
            long chunk = Math.min(image.layout().unit() - from % image.layout().unit(), end - from);
            readChunk(from, target, at + (int) (from - offset), (int) chunk);
            from += chunk;
        }
    }

    private void readChunk(long offset, byte[] target, int at, int length) {
        String object = image.object(image.layout().objectOf(offset));
        Reply reply = image.data().at(snap).run(object,
                ObjectOps.of().read(image.layout().offsetInObject(offset), length));
        if (reply.failedWith(Errno.ENOENT)) {
            long fromParent = Math.min(length, overlap - offset);
            if (parent != null && fromParent > 0) {
                parent.read(offset, target, at, (int) fromParent);
            }
            return;
        }
        Bytes data = reply.orThrow("read " + object).output();
        data.copyTo(0, target, at, Math.min(length, data.length()));
    }
}
