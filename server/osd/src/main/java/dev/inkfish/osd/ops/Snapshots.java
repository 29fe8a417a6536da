package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.CloneInfo;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.SnapContext;
import dev.inkfish.wire.osd.SnapSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Snapshots of objects. A write whose snapshot context has snapshots that the object was not yet cloned for
/// first clones the head; the snap set, an attribute of the head, says which clone serves which snapshots and
/// what it still shares with its newer neighbour.
final class Snapshots {
    private final PgHost host;
    private final ObjectContexts contexts;

    Snapshots(PgHost host, ObjectContexts contexts) {
        this.host = host;
        this.contexts = contexts;
    }

    /// The snapshots a change must preserve: the pool's own, or what the client says, without removed ones.
    SnapContext contextOf(Request request) {
        PgPool pool = host.pool();
        if (!request.op.has(OsdFlags.ENFORCE_SNAPC) && pool.isPoolSnapsMode()) {
            return new SnapContext(pool.snapSeq(), new ArrayList<>(pool.snaps().descendingKeySet()));
        }
        SnapContext asked = request.op.snapContext();
        if (asked.snaps().isEmpty()) {
            return asked;
        }
        return new SnapContext(asked.seq(), asked.snaps().stream().filter(snap -> !isRemoved(snap)).toList());
    }

    boolean isRemoved(long snap) {
        Map.Entry<Long, Long> purged = host.purgedSnaps().floorEntry(snap);
        return purged != null && snap - purged.getKey() < purged.getValue() || isInRemovedQueue(snap);
    }

    private boolean isInRemovedQueue(long snap) {
        return host.osdMap().inRemovedSnapsQueue(host.pgid().pgid().pool(), snap);
    }

    /// Says which object holds the state at a snapshot.
    sealed interface Found {
        record At(ObjectContext context) implements Found {}

        record Nothing() implements Found {}

        /// The clone is yet to be recovered.
        record Unreadable(HObject object) implements Found {}
    }

    /// The object at a snapshot, as `find_object_context` has it.
    Found find(ObjectContext head, HObject wanted, Lookup lookup) {
        if (!head.exists()) {
            return new Found.Nothing();
        }
        long snap = wanted.snap();
        if (Long.compareUnsigned(snap, head.snapSet().seq()) > 0) {
            return new Found.At(head);
        }
        Long id = lookup == Lookup.CLONE_ITSELF
                ? (head.snapSet().clones().containsKey(snap) ? Long.valueOf(snap) : null)
                : head.snapSet().clones().ceilingKey(snap);
        if (id == null) {
            return new Found.Nothing();
        }
        HObject clone = wanted.withSnap(id);
        if (host.isUnreadable(clone)) {
            return new Found.Unreadable(clone);
        }
        SnapSet.Clone known = head.snapSet().clones().get(id);
        boolean serves = known != null && known.snaps().contains(snap) && !isInRemovedQueue(snap);
        if (lookup != Lookup.CLONE_ITSELF && !serves) {
            return new Found.Nothing();
        }
        ObjectContext context = contexts.get(clone);
        return context.exists() ? new Found.At(context) : new Found.Nothing();
    }

    enum Lookup {
        BY_SNAPSHOT,
        CLONE_ITSELF
    }

    // ---- operations

    int list(OpContext ctx) {
        ctx.reads++;
        List<CloneInfo> clones = new ArrayList<>();
        SnapSet set = ctx.head.snapSet();
        set.clones().forEach((id, clone) -> {
            List<CloneInfo.Range> overlap = new ArrayList<>();
            clone.overlap().intervals().forEach((from, length) -> overlap.add(new CloneInfo.Range(from, length)));
            clones.add(new CloneInfo(id, clone.snaps().reversed(), overlap, clone.size()));
        });
        if (ctx.head.isThere()) {
            clones.add(new CloneInfo(HObject.HEAD, List.of(), List.of(), ctx.draft.size));
        }
        ctx.output = WireWriter.encode(new CloneInfo.Response(clones, set.seq()), CloneInfo.Response::encode);
        ctx.stats.read(0);
        return 0;
    }

    /// Makes the head what it was at a snapshot.
    int rollback(OpContext ctx, OpArgs.Snap args) {
        ctx.writes++;
        HObject wanted = ctx.draft.object.withSnap(args.snap());
        Found found = args.snap() == HObject.HEAD ? new Found.At(ctx.head) : find(ctx.head, wanted, Lookup.BY_SNAPSHOT);
        return switch (found) {
            case Found.Unreadable unreadable -> throw new Suspension(unreadable.object());
            case Found.Nothing nothing -> rollbackToNothing(ctx);
            case Found.At at when at.context().info().has(ObjectInfo.WHITEOUT) -> rollbackToNothing(ctx);
            case Found.At at when at.context().object().isHead() -> {
                ctx.modify = true;
                yield 0;
            }
            case Found.At at -> rollbackToClone(ctx, at.context());
        };
    }

    private int rollbackToNothing(OpContext ctx) {
        if (!ctx.before.info().watchers().isEmpty()) {
            return Codes.EBUSY;
        }
        DataOps.remove(ctx);
        return 0;
    }

    private int rollbackToClone(OpContext ctx, ObjectContext clone) {
        if (host.isLacked(clone.object())) {
            throw new Suspension(clone.object());
        }
        ObjectDraft draft = ctx.draft;
        draft.becomeCloneOf(clone.object());
        draft.removeAttr(SnapIndex.SNAPS_ATTR);
        IntervalSet same = null;
        for (SnapSet.Clone each : draft.snapSet.clones().tailMap(clone.object().snap(), true).values()) {
            same = same == null ? each.overlap() : same.intersection(each.overlap());
        }
        if (draft.size > 0) {
            IntervalSet changed = IntervalSet.of(0, draft.size);
            ctx.modifiedRanges = ctx.modifiedRanges.union(same == null ? changed : changed.minus(same));
        }
        ctx.markExisting();
        ctx.setSize(clone.info().size());
        draft.flags = draft.flags & ~ObjectInfo.OMAP | clone.info().flags() & ObjectInfo.OMAP;
        return 0;
    }

    // ---- before a change

    /// What a change does besides what the client asked for.
    ///
    /// @param transaction comes before the request's own
    record Preserved(Transaction transaction, @Nullable PgLogEntry entry, @Nullable ObjectContext copy, SnapSet snapSet) {}

    /// Clones the head if the change must preserve it, and keeps account of what clones share (`make_writeable`).
    Preserved preserve(OpContext ctx) {
        Transaction transaction = new Transaction();
        SnapContext snaps = ctx.snapContext;
        SnapSet set = ctx.draft.snapSet;
        PgLogEntry entry = null;
        ObjectContext clone = null;
        boolean isNewer = !snaps.snaps().isEmpty() && Long.compareUnsigned(snaps.snaps().getFirst(), set.seq()) > 0;
        if (ctx.before.isThere() && isNewer) {
            long seq = set.seq();
            List<Long> served =
                    snaps.snaps().stream().takeWhile(snap -> Long.compareUnsigned(snap, seq) > 0).toList();
            clone = makeClone(ctx, served, transaction);
            entry = new PgLogEntry(PgLogEntry.Kind.CLONE, clone.object(), ctx.version, ctx.before.info().version(),
                    ctx.before.info().userVersion(), null, ctx.draft.mtime, 0, List.of(), SnapIndex.encodeSnaps(served));
            long size = ctx.before.info().size();
            set = set.withClone(clone.object().snap(), new SnapSet.Clone(served, IntervalSet.EMPTY.plus(0, size), size));
            ctx.version = new Eversion(ctx.version.epoch(), ctx.version.version() + 1);
        }
        Map.Entry<Long, SnapSet.Clone> newest = set.clones().lastEntry();
        if (newest != null && !ctx.modifiedRanges.isEmpty()) {
            IntervalSet lost = ctx.modifiedRanges.intersection(newest.getValue().overlap());
            ctx.stats.bytes += lost.size();
            set = set.withClone(newest.getKey(), newest.getValue().withOverlap(newest.getValue().overlap().minus(lost)));
        }
        if (Long.compareUnsigned(snaps.seq(), set.seq()) > 0) {
            set = set.withContext(snaps.seq(), List.of());
        }
        return new Preserved(transaction, entry, clone, set);
    }

    private ObjectContext makeClone(OpContext ctx, List<Long> served, Transaction transaction) {
        ObjectInfo old = ctx.before.info();
        HObject object = ctx.draft.object.withSnap(ctx.snapContext.seq());
        ObjectInfo info = new ObjectInfo(object, ctx.version, old.version(), old.lastReqid(), old.size(), old.mtime(),
                old.truncateSeq(), old.truncateSize(), old.userVersion(), new TreeMap<>(), old.flags(),
                old.localMtime(), old.dataDigest(), old.omapDigest(), old.expectedObjectSize(),
                old.expectedWriteSize(), old.allocHintFlags());
        CollectionId collection = host.collection();
        GhObject id = GhObject.of(object);
        transaction.clone(collection, GhObject.of(ctx.draft.object), id);
        transaction.removeAttr(collection, id, ObjectContexts.SNAPSET_ATTR);
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put(ObjectContexts.INFO_ATTR, encode(info));
        transaction.setAttrs(collection, id, attrs);
        SnapIndex.update(transaction, collection, object, List.of(), served);
        ctx.stats.objects++;
        ctx.stats.clones++;
        if (info.has(ObjectInfo.OMAP)) {
            ctx.stats.omapObjects++;
        }
        return new ObjectContext(object, true, info, SnapSet.EMPTY);
    }

    static Bytes encode(ObjectInfo info) {
        WireWriter out = new WireWriter(512);
        info.encode(out, Features.PACIFIC);
        return out.toBytes();
    }
}
