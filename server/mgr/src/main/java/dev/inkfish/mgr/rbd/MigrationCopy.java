package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.SnapContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Copies a migration's source into its target, object by object of the target, at each snapshot that was there when the
/// migration began (`deep_copy::ObjectCopyRequest`). Each write says by its snapshot context before which snapshot it
/// happened, and is refused where the object is past that: so a copy that was cut off goes on, and objects that a client has
/// copied up are left alone.
final class MigrationCopy {
    private static final int ASSERT_SEQ_ABOVE_OBJECTS = 0;

    /// @param source a snapshot of the source, or [RadosClient#NO_SNAP]
    /// @param target that of the target with the same content
    private record Step(long source, long target, ImageView view, long end) {}

    private final MigrationSource source;
    private final Image target;
    private final boolean flatten;
    /// An object that is there hides the parent's bytes.
    private final boolean hidesParent;
    private final List<Step> steps = new ArrayList<>();
    /// Of the target, oldest first: those made since the migration began, then the present.
    private final List<Long> later = new ArrayList<>();
    private final ImageLock lock;

    private MigrationCopy(Migration migration, MigrationSource source, Image target, ImageLock lock) {
        this.source = source;
        this.target = target;
        this.flatten = migration.flatten();
        this.hidesParent = source.isClone() && !flatten;
        this.lock = lock;
        long newest = 0;
        for (Map.Entry<Long, Long> snap : migration.snapSeqs().entrySet()) {
            if (snap.getKey() != RadosClient.NO_SNAP) {
                ImageView view = source.at(snap.getKey());
                steps.add(new Step(snap.getKey(), snap.getValue(), view, view.size()));
                newest = snap.getValue();
            }
        }
        steps.add(new Step(RadosClient.NO_SNAP, RadosClient.NO_SNAP, source.at(RadosClient.NO_SNAP),
                Math.min(migration.overlap(), target.size())));
        for (long snap : target.snaps().snaps().reversed()) {
            if (snap > newest) {
                later.add(snap);
            }
        }
        later.add(RadosClient.NO_SNAP);
    }

    static void run(Migration migration, MigrationSource source, Image target, ImageLock lock, Progress progress) {
        MigrationCopy copy = new MigrationCopy(migration, source, target, lock);
        long end = copy.steps.stream().mapToLong(Step::end).max().orElse(0);
        ObjectWork.forEach(target.layout().objects(end), progress, copy::copy);
    }

    /// What an object of the target is made of at a snapshot; where two snapshots have the same, the content is the same.
    private record Origin(List<Long> states, long size, long overlap) {}

    private void copy(long number) {
        if (isComplete(number)) {
            return;
        }
        MigrationSource.History history = source.history(target.layout(), number);
        List<List<ObjectChange>> changes = new ArrayList<>();
        List<Boolean> exists = new ArrayList<>();
        Origin before = null;
        Step last = steps.getFirst();
        byte[] content = null;
        for (Step step : steps) {
            Origin origin = new Origin(
                    history.at(step.source), Math.min(step.end, step.view.size()), step.view.overlap());
            byte[] now = origin.equals(before) ? content : read(step, number, origin);
            long since = last.source;
            changes.add(ObjectChange.between(content, now,
                    (offset, length) -> history.written(since, step.source, offset, length)));
            exists.add(now != null);
            before = origin;
            last = step;
            content = now;
        }
        lock.check();
        noteInMaps(number, changes, exists);
        for (int i = 0; i < steps.size(); i++) {
            if (!changes.get(i).isEmpty()) {
                write(number, i, changes.get(i));
            }
        }
    }

    /// Whether everything that a copy would write is there: something was written since the last of the snapshots.
    private boolean isComplete(long number) {
        ObjectStates there = ObjectStates.of(target.data(), target.object(number));
        return !there.isEmpty() && Long.compareUnsigned(there.seq(), seqBefore(steps.size() - 1)) >= 0;
    }

    /// Null where the target's object shall not be there.
    private byte @Nullable [] read(Step step, long number, Origin origin) {
        boolean owned = origin.states.stream().anyMatch(state -> state != ObjectStates.ABSENT);
        if (!owned && !(flatten && step.view.overlap() > 0)) {
            return null;
        }
        ImageLayout layout = target.layout();
        byte[] content = new byte[(int) layout.objectSize()];
        boolean inside = false;
        boolean any = false;
        for (long at = 0; at < layout.objectSize(); at += layout.unit()) {
            long from = layout.imageOffset(number, at);
            int length = (int) Math.min(layout.unit(), step.end - from);
            if (length > 0) {
                inside = true;
                step.view.read(from, content, (int) at, length);
            }
        }
        for (int i = 0; i < content.length && !any; i++) {
            any = content[i] != 0;
        }
        return any || inside && hidesParent ? content : null;
    }

    private long seqBefore(int step) {
        return step == 0 ? 0 : steps.get(step - 1).target;
    }

    private void write(long number, int step, List<ObjectChange> changes) {
        long seq = seqBefore(step);
        List<Long> preserved = new ArrayList<>();
        for (int i = step - 1; i >= 0; i--) {
            preserved.add(steps.get(i).target);
        }
        ObjectOps ops = ObjectOps.of().tell("rbd", "assert_snapc_seq",
                new WireWriter().u64(seq).u8(ASSERT_SEQ_ABOVE_OBJECTS).toBytes());
        ObjectChange.addTo(ops, changes);
        PoolIo io = target.data().preserving(new SnapContext(seq, preserved));
        Reply reply = io.run(target.object(number), ops);
        if (!reply.failedWith(Errno.ERANGE) && !reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("copy to " + target.object(number));
        }
    }

    /// Before anything is written: an object that a map does not know would be lost.
    private void noteInMaps(long number, List<List<ObjectChange>> changes, List<Boolean> exists) {
        if (!target.has(Image.OBJECT_MAP)) {
            return;
        }
        int clean = target.has(Image.FAST_DIFF) ? ObjectMaps.EXISTS_CLEAN : ObjectMaps.EXISTS;
        int last = steps.size() - 1;
        for (int i = 0; i < last; i++) {
            long snap = steps.get(i).target;
            if (exists.get(i) && target.snaps().snaps().contains(snap)) {
                ObjectMaps.set(target, snap, number, changes.get(i).isEmpty() ? clean : ObjectMaps.EXISTS, null);
            }
        }
        for (int i = 0; exists.get(last) && i < later.size(); i++) {
            long snap = later.get(i);
            boolean changed = i == 0 && !changes.get(last).isEmpty();
            if (snap != RadosClient.NO_SNAP || number < target.objects()) {
                ObjectMaps.set(target, snap, number, changed ? ObjectMaps.EXISTS : clean,
                        changed ? null : ObjectMaps.NONEXISTENT);
            }
        }
    }
}
