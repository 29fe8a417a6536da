package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.SnapSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Removes clones that only served removed snapshots, one at a time: the next when the last is durable.
final class SnapTrimmer {
    private final PgHost host;
    private final ObjectContexts contexts;
    private final ObjectLocks locks;
    private final Snapshots snapshots;
    private final Watches watches;
    private IntervalSet queue = IntervalSet.EMPTY;
    private boolean running;
    private long generation;

    SnapTrimmer(PgHost host, ObjectContexts contexts, ObjectLocks locks, Snapshots snapshots, Watches watches) {
        this.host = host;
        this.contexts = contexts;
        this.locks = locks;
        this.snapshots = snapshots;
        this.watches = watches;
    }

    IntervalSet queue() {
        return queue;
    }

    void onMap(OsdMap map) {
        IntervalSet removed =
                map.removedSnapsQueue().getOrDefault(host.pgid().pgid().pool(), IntervalSet.EMPTY);
        for (Map.Entry<Long, Long> purged : host.purgedSnaps().entrySet()) {
            removed = removed.minus(purged.getKey(), purged.getValue());
        }
        queue = removed;
        if (!queue.isEmpty() && !running && !map.hasFlag(OsdMap.NOSNAPTRIM)) {
            running = true;
            scheduleNext();
        }
    }

    void stop() {
        generation++;
        running = false;
        queue = IntervalSet.EMPTY;
    }

    private void scheduleNext() {
        long current = generation;
        host.schedule(0, () -> {
            if (generation == current) {
                step();
            }
        });
    }

    private void step() {
        if (queue.isEmpty() || host.osdMap().hasFlag(OsdMap.NOSNAPTRIM)) {
            running = false;
            return;
        }
        long snap = queue.intervals().firstKey();
        HObject clone = SnapIndex.firstCloneOf(host.store(), host.collection(), snap);
        if (clone == null) {
            queue = queue.minus(snap, 1);
            host.markPurged(snap);
            scheduleNext();
            return;
        }
        long current = generation;
        Runnable again = () -> {
            if (generation == current) {
                step();
            }
        };
        for (HObject object : List.of(clone, clone.toHead())) {
            if (host.isUnreadable(object) || host.isDegraded(object)) {
                host.whenRecovered(object, again);
                return;
            }
            if (host.isScrubbing(object)) {
                host.whenScrubbed(object, again);
                return;
            }
            if (!locks.mayEnter(object, ObjectLocks.Kind.READ, again)) {
                return;
            }
        }
        trim(clone, snap);
    }

    private void trim(HObject object, long snap) {
        ObjectContext clone = contexts.get(object);
        ObjectContext head = contexts.get(object.toHead());
        SnapSet.Clone known = head.snapSet().clones().get(object.snap());
        if (!clone.exists() || known == null) {
            dropFromIndex(object, snap);
            return;
        }
        List<Long> left = known.snaps().stream()
                .filter(each -> each != snap && !snapshots.isRemoved(each))
                .toList();
        Trim trim = new Trim(object, clone, head, known);
        if (left.isEmpty()) {
            trim.removeClone();
        } else {
            trim.keepFor(left);
        }
        trim.finishHead();
        submit(trim);
    }

    private void submit(Trim trim) {
        List<HObject> objects = List.of(trim.object, trim.object.toHead());
        locks.begin(objects);
        contexts.put(trim.cloneAfter);
        contexts.put(trim.headAfter);
        long current = generation;
        host.submit(new PgMutation(trim.entries, trim.transaction, trim.stats.toDelta(), () -> {
            if (generation == current) {
                locks.end(objects);
                scheduleNext();
            }
        }));
    }

    /// The index names a clone that is not there: forget it.
    private void dropFromIndex(HObject object, long snap) {
        Transaction transaction = new Transaction();
        SnapIndex.update(transaction, host.collection(), object, List.of(snap), List.of());
        PgLogEntry entry = new PgLogEntry(PgLogEntry.Kind.ERROR, object, host.nextVersion(), Eversion.ZERO, 0, null,
                host.now(), 0, List.of(), Bytes.EMPTY);
        long current = generation;
        host.submit(new PgMutation(List.of(entry), transaction, PgMutation.ObjectStatsDelta.NONE, () -> {
            if (generation == current) {
                scheduleNext();
            }
        }));
    }

    /// One clone's trimming, as one change of clone and head.
    private final class Trim {
        final HObject object;
        private final ObjectContext clone;
        private final ObjectContext head;
        private final SnapSet.Clone known;
        final Transaction transaction = new Transaction();
        final List<PgLogEntry> entries = new ArrayList<>();
        final StatsDraft stats = new StatsDraft();
        private final CollectionId collection = host.collection();
        private Eversion version = host.nextVersion();
        private SnapSet set;
        ObjectContext cloneAfter;
        ObjectContext headAfter;

        Trim(HObject object, ObjectContext clone, ObjectContext head, SnapSet.Clone known) {
            this.object = object;
            this.clone = clone;
            this.head = head;
            this.known = known;
            this.set = head.snapSet();
            this.cloneAfter = clone;
            this.headAfter = head;
        }

        void removeClone() {
            long id = object.snap();
            stats.bytes -= set.cloneBytes(id);
            Map.Entry<Long, SnapSet.Clone> older = set.clones().lowerEntry(id);
            if (older != null) {
                // it now borders on what the removed clone bordered on
                stats.bytes -= set.cloneBytes(older.getKey());
                IntervalSet overlap = older.getValue().overlap().intersection(known.overlap());
                set = set.withClone(older.getKey(), older.getValue().withOverlap(overlap));
                stats.bytes += set.cloneBytes(older.getKey());
            }
            set = set.withoutClone(id);
            stats.objects--;
            stats.clones--;
            if (clone.info().has(ObjectInfo.OMAP)) {
                stats.omapObjects--;
            }
            SnapIndex.update(transaction, collection, object, new TreeSet<>(known.snaps()), List.of());
            transaction.remove(collection, GhObject.of(object));
            log(PgLogEntry.Kind.DELETE, object, clone.info().version(), Bytes.EMPTY);
            cloneAfter = ObjectContext.missing(object);
        }

        void keepFor(List<Long> left) {
            set = set.withClone(object.snap(), known.withSnaps(left));
            SnapIndex.update(transaction, collection, object, new TreeSet<>(known.snaps()), left);
            cloneAfter = clone.withInfo(versioned(clone.info()));
            setAttr(object, ObjectContexts.INFO_ATTR, Snapshots.encode(cloneAfter.info()));
            log(PgLogEntry.Kind.MODIFY, object, clone.info().version(), SnapIndex.encodeSnaps(left));
        }

        /// A whiteout without clones has no reason to be.
        void finishHead() {
            HObject name = object.toHead();
            if (set.clones().isEmpty() && head.info().has(ObjectInfo.WHITEOUT)) {
                stats.objects--;
                stats.whiteouts--;
                transaction.remove(collection, GhObject.of(name));
                log(PgLogEntry.Kind.DELETE, name, head.info().version(), Bytes.EMPTY);
                headAfter = ObjectContext.missing(name);
                watches.removeAll(name, Watch.Farewell.TOLD);
                return;
            }
            set = set.withContext(set.seq(), List.of());
            headAfter = new ObjectContext(name, true, versioned(head.info()), set);
            setAttr(name, ObjectContexts.INFO_ATTR, Snapshots.encode(headAfter.info()));
            setAttr(name, ObjectContexts.SNAPSET_ATTR, WireWriter.encode(set, SnapSet::encode));
            log(PgLogEntry.Kind.MODIFY, name, head.info().version(), Bytes.EMPTY);
        }

        private ObjectInfo versioned(ObjectInfo info) {
            return Watches.withVersion(info, version);
        }

        private void setAttr(HObject name, String attr, Bytes value) {
            NavigableMap<String, Bytes> attrs = new TreeMap<>();
            attrs.put(attr, value);
            transaction.setAttrs(collection, GhObject.of(name), attrs);
        }

        private void log(PgLogEntry.Kind kind, HObject name, Eversion prior, Bytes snaps) {
            entries.add(new PgLogEntry(kind, name, version, prior, 0, null, Utime.ZERO, 0, List.of(), snaps));
            version = new Eversion(version.epoch(), version.version() + 1);
        }
    }
}
