package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which clones serve a snapshot (`SnapMapper`): an omap of one object in the group's own collection, so that
/// trimming a snapshot needs no scan. Keys are the snapshot, big-endian, and the clone's encoded name.
///
/// Each clone repeats its snapshots in the attribute [#SNAPS_ATTR]. With it recovery keeps the index right: it
/// calls [#onPushed] with every transaction that puts a clone in its place, and [#onRemoved] with every one that
/// takes a clone away.
public final class SnapIndex {
    /// Of clones: the snapshots it serves, newest first.
    public static final String SNAPS_ATTR = "snaps";
    /// Sorts before every object of any pool.
    public static final HObject OBJECT = new HObject("snapindex", "", HObject.HEAD, 0, false, "", Long.MIN_VALUE + 1);

    private static final GhObject ID = GhObject.of(OBJECT);

    private SnapIndex() {}

    private static Bytes prefix(long snap) {
        return Bytes.wrap(ByteBuffer.allocate(8).putLong(snap).array());
    }

    private static Bytes key(long snap, HObject clone) {
        return Bytes.concat(prefix(snap), WireWriter.encode(clone, HObject::encode));
    }

    static Bytes encodeSnaps(List<Long> snaps) {
        return WireWriter.encode(snaps, (list, w) -> w.list(list, WireWriter::u64));
    }

    /// The clone serves exactly `snaps` from now on.
    static void update(
            Transaction transaction, CollectionId collection, HObject clone, Collection<Long> before, List<Long> snaps) {
        List<Bytes> gone = before.stream().filter(s -> !snaps.contains(s)).map(s -> key(s, clone)).toList();
        if (!gone.isEmpty()) {
            transaction.omapRemove(collection, ID, gone);
        }
        TreeMap<Bytes, Bytes> added = new TreeMap<>();
        snaps.stream().filter(s -> !before.contains(s)).forEach(s -> added.put(key(s, clone), Bytes.EMPTY));
        if (!added.isEmpty()) {
            transaction.omapSet(collection, ID, added);
        }
        if (!snaps.isEmpty()) {
            TreeMap<String, Bytes> attr = new TreeMap<>();
            attr.put(SNAPS_ATTR, encodeSnaps(snaps));
            transaction.setAttrs(collection, GhObject.of(clone), attr);
        }
    }

    /// Recovery puts an object in its place with these attributes; does nothing unless it is a clone.
    public static void onPushed(
            Transaction transaction, ObjectStore store, CollectionId collection, HObject object, SortedMap<String, Bytes> attrs) {
        if (object.isHead()) {
            return;
        }
        Bytes snaps = attrs.get(SNAPS_ATTR);
        List<Long> now = snaps == null ? List.of() : snaps.reader().list(WireReader::u64);
        update(transaction, collection, object, indexed(store, collection, object), now);
    }

    /// Recovery removes an object; does nothing unless it is a clone that is there.
    public static void onRemoved(Transaction transaction, ObjectStore store, CollectionId collection, HObject object) {
        if (!object.isHead()) {
            update(transaction, collection, object, indexed(store, collection, object), List.of());
        }
    }

    /// The clones' objects move to other collections.
    ///
    /// @param target where to; null for those that stay
    public static void split(
            Transaction transaction, ObjectStore store, CollectionId from, Function<HObject, @Nullable CollectionId> target) {
        if (!store.exists(from, ID)) {
            return;
        }
        List<Bytes> gone = new ArrayList<>();
        TreeMap<CollectionId, TreeMap<Bytes, Bytes>> moved = new TreeMap<>();
        store.omapScan(from, ID, Bytes.EMPTY, (key, value) -> {
            CollectionId to = target.apply(HObject.decode(key.slice(8).reader()));
            if (to != null) {
                gone.add(key);
                moved.computeIfAbsent(to, c -> new TreeMap<>()).put(key, value);
            }
            return true;
        });
        if (!gone.isEmpty()) {
            transaction.omapRemove(from, ID, gone);
        }
        moved.forEach((to, keys) -> transaction.omapSet(to, ID, keys));
    }

    private static List<Long> indexed(ObjectStore store, CollectionId collection, HObject clone) {
        GhObject id = GhObject.of(clone);
        if (!store.exists(collection, id)) {
            return List.of();
        }
        Bytes snaps = store.attr(collection, id, SNAPS_ATTR);
        return snaps == null ? List.of() : snaps.reader().list(WireReader::u64);
    }

    /// Up to `max` clones that serve the snapshot.
    static List<HObject> clonesOf(ObjectStore store, CollectionId collection, long snap, int max) {
        List<HObject> clones = new ArrayList<>();
        if (!store.exists(collection, ID)) {
            return clones;
        }
        Bytes prefix = prefix(snap);
        store.omapScan(collection, ID, prefix, (key, value) -> {
            if (!OmapOps.startsWith(key, prefix)) {
                return false;
            }
            clones.add(HObject.decode(key.slice(prefix.length()).reader()));
            return clones.size() < max;
        });
        return clones;
    }

    static @Nullable HObject firstCloneOf(ObjectStore store, CollectionId collection, long snap) {
        List<HObject> clones = clonesOf(store, collection, snap, 1);
        return clones.isEmpty() ? null : clones.getFirst();
    }
}
