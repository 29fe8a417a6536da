package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries what was written to a migration's target back into its source, before the target goes (`Migration::revert_data`):
/// of the present only, and no further than the source reaches. An object that the target does not have says nothing: its
/// bytes are still the source's. May be begun again.
final class MigrationRevert {
    private final Image source;
    private final Image target;
    private final ImageReader reader;
    private final long end;

    private MigrationRevert(Image source, Image target) {
        this.source = source;
        this.target = target;
        this.reader = new ImageReader(source, RadosClient.NO_SNAP);
        this.end = Math.min(source.size(), target.size());
    }

    static void run(Image source, Image target, Progress progress) {
        MigrationRevert revert = new MigrationRevert(source, target);
        ObjectWork.forEach(source.layout().objects(revert.end), progress, revert::revert);
    }

    private void revert(long number) {
        byte[] before = null;
        byte[] now = null;
        long piece = Math.min(source.layout().unit(), target.layout().unit());
        for (long at = 0; at < source.layout().objectSize(); at += piece) {
            long from = source.layout().imageOffset(number, at);
            int length = (int) Math.min(piece, end - from);
            Bytes written = length <= 0 ? null : readTarget(from, length);
            if (written == null) {
                continue;
            }
            if (now == null) {
                before = readSource(number);
                now = before.clone();
            }
            Arrays.fill(now, (int) at, (int) at + length, (byte) 0);
            written.copyTo(0, now, (int) at, Math.min(length, written.length()));
        }
        if (now != null && !Arrays.equals(before, now)) {
            write(number, before, now);
        }
    }

    /// Null where the target's object is not there; shorter where the object is.
    private @Nullable Bytes readTarget(long offset, int length) {
        String object = target.object(target.layout().objectOf(offset));
        Reply reply = target.data().run(object, ObjectOps.of().read(target.layout().offsetInObject(offset), length));
        return reply.failedWith(Errno.ENOENT) ? null : reply.orThrow("read " + object).output();
    }

    /// A whole object, with what it takes from the source's own parent.
    private byte[] readSource(long number) {
        ImageLayout layout = source.layout();
        byte[] content = new byte[(int) layout.objectSize()];
        for (long at = 0; at < layout.objectSize(); at += layout.unit()) {
            long from = layout.imageOffset(number, at);
            int length = (int) Math.min(layout.unit(), source.size() - from);
            if (length > 0) {
                reader.read(from, content, (int) at, length);
            }
        }
        return content;
    }

    private void write(long number, byte[] before, byte[] now) {
        String object = source.object(number);
        boolean exists = source.data().run(object, ObjectOps.of().stat()).code() >= 0;
        List<ObjectChange> changes = ObjectChange.between(exists ? before : null, now, ObjectChange.Written.NOT_TOLD);
        if (source.has(Image.OBJECT_MAP)) {
            ObjectMaps.set(source, RadosClient.NO_SNAP, number, ObjectMaps.EXISTS, null);
        }
        ObjectOps ops = ObjectOps.of();
        ObjectChange.addTo(ops, changes);
        PoolIo io = source.data().preserving(source.snaps());
        io.run(object, ops).orThrow("write back to " + object);
    }
}
