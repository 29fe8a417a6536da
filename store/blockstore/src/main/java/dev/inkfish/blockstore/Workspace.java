package dev.inkfish.blockstore;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.objectstore.Transaction.Op;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A transaction being worked out. It only looks at the store, except that it takes blocks from the allocator,
/// which [#abandon] gives back; [BlockStore] publishes the outcome.
final class Workspace {
    /// Up to so many omap keys are deleted one by one: a range deletion slows all later reads of the range.
    private static final int RANGE_THRESHOLD = 64;
    /// What goes to the key-value store soon may keep so much besides; a copy would cost more.
    private static final int SLACK = 512;

    private final StoreState state;
    private final Map<CollectionId, Coll> collections;
    private final Map<Coll, Boolean> existence = new LinkedHashMap<>();
    private final Map<Slot.Name, Slot> slots = new LinkedHashMap<>();
    private final KvBatch batch = new KvBatch();
    private final Map<Integer, Bytes> contents = new LinkedHashMap<>();
    private final List<DirectWrite> directWrites = new ArrayList<>();
    private final List<Allocator.Run> allocated = new ArrayList<>();
    private final List<Integer> freed = new ArrayList<>();
    private final NavigableMap<Integer, Integer> references = new TreeMap<>();
    private final Map<Integer, int[]> pages = new HashMap<>();

    record DirectWrite(int start, Bytes data) {}

    /// A name within a collection, and the object that has it.
    static final class Slot {
        record Name(Coll collection, GhObject object) {}

        final Name name;
        final @Nullable Onode before;
        @Nullable ObjectEdit edit;
        @Nullable Onode after;

        Slot(Name name, @Nullable Onode before) {
            this.name = name;
            this.before = before;
        }
    }

    /// There is no room at the moment.
    static final class NoSpace extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoSpace(String message) {
            super(message, null, false, false);
        }
    }

    /// @param collections those that the transaction names, locked
    Workspace(StoreState state, Map<CollectionId, Coll> collections) {
        this.state = state;
        this.collections = collections;
    }

    void execute(Transaction transaction) throws IOException {
        for (Op op : transaction.ops()) {
            execute(op);
        }
        for (Slot slot : slots.values()) {
            Bytes key = Keys.object(slot.name.collection().number, slot.name.object());
            ObjectEdit edit = slot.edit;
            if (edit == null) {
                if (slot.before != null) {
                    batch.delete(key);
                }
            } else if (edit.isDirty()) {
                slot.after = edit.finish();
                batch.put(key, slot.after.encode());
            } else {
                slot.after = slot.before;
            }
        }
    }

    private void execute(Op op) throws IOException {
        switch (op) {
            case Transaction.CreateCollection o -> createCollection(o);
            case Transaction.RemoveCollection o -> removeCollection(o);
            case Transaction.Touch o -> create(o, o.object());
            case Transaction.Write o -> create(o, o.object()).write(o.offset(), o.data());
            case Transaction.Zero o -> create(o, o.object()).zero(o.offset(), o.length());
            case Transaction.Truncate o -> create(o, o.object()).truncate(o.size());
            case Transaction.Remove o -> remove(slot(o, o.object()));
            case Transaction.Clone o -> clone(o);
            case Transaction.CloneRange o -> create(o, o.target())
                    .cloneRange(source(o, o.source()), o.sourceOffset(), o.length(), o.targetOffset());
            case Transaction.MoveRename o -> move(o);
            case Transaction.SetAttrs o -> {
                NavigableMap<String, Bytes> attrs = create(o, o.object()).changeAttrs();
                o.attrs().forEach((name, value) -> attrs.put(name, value.compact()));
            }
            case Transaction.RemoveAttr o -> {
                ObjectEdit edit = slot(o, o.object()).edit;
                if (edit != null) {
                    edit.changeAttrs().remove(o.name());
                }
            }
            case Transaction.RemoveAttrs o -> {
                ObjectEdit edit = slot(o, o.object()).edit;
                if (edit != null) {
                    edit.changeAttrs().clear();
                }
            }
            case Transaction.OmapSet o -> {
                ObjectEdit edit = omap(create(o, o.object()));
                o.entries().forEach((key, value) -> batch.put(Keys.omap(edit.id, key), value.compact(SLACK)));
            }
            case Transaction.OmapRemove o -> {
                ObjectEdit edit = slot(o, o.object()).edit;
                if (edit != null && edit.hasOmap) {
                    o.keys().forEach(key -> batch.delete(Keys.omap(edit.id, key)));
                }
            }
            case Transaction.OmapRemoveRange o -> {
                ObjectEdit edit = slot(o, o.object()).edit;
                if (edit != null && edit.hasOmap && o.first().compareTo(o.end()) < 0) {
                    deleteRange(Keys.omap(edit.id, o.first()), Keys.omap(edit.id, o.end()));
                }
            }
            case Transaction.OmapClear o -> {
                ObjectEdit edit = slot(o, o.object()).edit;
                if (edit != null) {
                    clearOmap(edit);
                }
            }
            case Transaction.OmapSetHeader o -> {
                ObjectEdit edit = omap(create(o, o.object()));
                batch.put(Keys.omapHeader(edit.id), o.header().compact(SLACK));
            }
        }
    }

    private void createCollection(Transaction.CreateCollection o) {
        Coll collection = collection(o.collection());
        require(!exists(collection), o, "collection exists");
        require(!existence.containsKey(collection), o, "collection removed by the same transaction");
        collection.number = state.nextCollection();
        existence.put(collection, true);
        batch.put(Keys.collection(collection.number), Keys.encode(o.collection()));
    }

    private void removeCollection(Transaction.RemoveCollection o) {
        Coll collection = collection(o.collection());
        require(exists(collection), o, "no such collection");
        boolean[] empty = {true};
        Bytes from = Keys.object(collection.number, GhObject.MIN);
        Bytes end = Keys.object(collection.number, GhObject.MAX);
        state.keys.scan(from, end, (key, value) -> {
            Slot slot = slots.get(new Slot.Name(collection, Keys.objectOf(key)));
            empty[0] = slot != null && slot.edit == null;
            return empty[0];
        });
        for (Slot slot : slots.values()) {
            empty[0] &= slot.name.collection() != collection || slot.edit == null;
        }
        require(empty[0], o, "collection is not empty");
        existence.put(collection, false);
        batch.delete(Keys.collection(collection.number));
    }

    private void clone(Transaction.Clone o) {
        ObjectEdit source = source(o, o.source());
        Slot target = slot(o, o.target());
        if (target.edit == source) {
            return;
        }
        remove(target);
        ObjectEdit copy = source.share(state.nextOnode());
        target.edit = copy;
        if (source.hasOmap) {
            omapOf(source.id).forEach((key, value) -> {
                if (Keys.isOmapHeader(key)) {
                    batch.put(Keys.omapHeader(copy.id), value);
                } else {
                    batch.put(Keys.omap(copy.id, Keys.omapKeyOf(key)), value);
                }
            });
        }
    }

    private void move(Transaction.MoveRename o) {
        ObjectEdit edit = source(o, o.source());
        Coll collection = collection(o.targetCollection());
        require(exists(collection), o, "no such collection");
        Slot target = slot(collection, o.target());
        require(target.edit == null, o, "target exists");
        slot(o, o.source()).edit = null;
        target.edit = edit;
        edit.setDirty();
    }

    private void remove(Slot slot) {
        ObjectEdit edit = slot.edit;
        if (edit != null) {
            clearOmap(edit);
            edit.drop();
            slot.edit = null;
        }
    }

    private ObjectEdit omap(ObjectEdit edit) {
        if (!edit.hasOmap) {
            edit.hasOmap = true;
            edit.setDirty();
        }
        return edit;
    }

    private void clearOmap(ObjectEdit edit) {
        if (edit.hasOmap) {
            deleteRange(Keys.omapHeader(edit.id), Keys.omapEnd(edit.id));
            edit.hasOmap = false;
            edit.setDirty();
        }
    }

    private void deleteRange(Bytes from, Bytes end) {
        List<Bytes> found = new ArrayList<>();
        for (KvBatch.Change change : batch.changes()) {
            if (change instanceof KvBatch.Change.Put put && from.compareTo(put.key) <= 0 && put.key.compareTo(end) < 0) {
                found.add(put.key);
            }
        }
        state.keys.scan(from, end, (key, value) -> found.add(key) && found.size() <= RANGE_THRESHOLD);
        if (found.size() > RANGE_THRESHOLD) {
            batch.deleteRange(from, end);
        } else {
            found.forEach(batch::delete);
        }
    }

    /// Header and entries, with what this transaction did to them.
    private NavigableMap<Bytes, Bytes> omapOf(long id) {
        Bytes from = Keys.omapHeader(id);
        Bytes end = Keys.omapEnd(id);
        NavigableMap<Bytes, Bytes> omap = new TreeMap<>();
        state.keys.scan(from, end, (key, value) -> {
            omap.put(key, value);
            return true;
        });
        for (KvBatch.Change change : batch.changes()) {
            switch (change) {
                case KvBatch.Change.Put put -> {
                    if (from.compareTo(put.key) <= 0 && put.key.compareTo(end) < 0) {
                        omap.put(put.key, put.value);
                    }
                }
                case KvBatch.Change.Delete delete -> omap.remove(delete.key);
                case KvBatch.Change.DeleteRange range -> omap.subMap(range.key, range.end).clear();
            }
        }
        return omap;
    }

    private Coll collection(CollectionId id) {
        Coll collection = collections.get(id);
        if (collection == null) {
            throw new IllegalStateException("collection " + id + " is not locked");
        }
        return collection;
    }

    private boolean exists(Coll collection) {
        Boolean changed = existence.get(collection);
        return changed != null ? changed : collection.exists;
    }

    private Slot slot(Op op, GhObject object) {
        Coll collection = collection(op.collection());
        require(exists(collection), op, "no such collection");
        return slot(collection, object);
    }

    private Slot slot(Coll collection, GhObject object) {
        Slot.Name name = new Slot.Name(collection, object);
        Slot slot = slots.get(name);
        if (slot == null) {
            Onode onode = collection.exists ? state.onode(collection, object) : null;
            slot = new Slot(name, onode);
            slot.edit = onode == null ? null : new ObjectEdit(this, onode, false);
            slots.put(name, slot);
        }
        return slot;
    }

    private ObjectEdit create(Op op, GhObject object) {
        Slot slot = slot(op, object);
        ObjectEdit edit = slot.edit;
        if (edit == null) {
            edit = new ObjectEdit(this, Onode.empty(state.nextOnode()), true);
            slot.edit = edit;
        }
        return edit;
    }

    private ObjectEdit source(Op op, GhObject object) {
        ObjectEdit edit = slot(op, object).edit;
        if (edit == null) {
            throw new IllegalArgumentException("no such object: " + op);
        }
        return edit;
    }

    private static void require(boolean condition, Op op, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem + ": " + op);
        }
    }

    PendingKeys keys() {
        return state.keys;
    }

    KvBatch batch() {
        return batch;
    }

    int deferredThreshold() {
        return state.options.deferredThreshold();
    }

    void putShard(long id, int index, Shard shard) {
        WireWriter out = new WireWriter(320);
        shard.encode(out);
        batch.put(Keys.shard(id, index), out.toBytes());
    }

    List<Allocator.Run> allocate(int count) {
        List<Allocator.Run> runs = state.allocator.allocate(count);
        if (runs == null) {
            throw new NoSpace(count + " blocks wanted, " + state.allocator.free() + " free");
        }
        allocated.addAll(runs);
        return runs;
    }

    void defer(int block, Bytes content) {
        contents.put(block, content);
    }

    void writeDirectly(int start, Bytes data) {
        directWrites.add(new DirectWrite(start, data));
    }

    /// A block as this transaction sees it.
    void read(int block, byte[] target) throws IOException {
        Bytes own = contents.get(block);
        if (own != null) {
            own.copyTo(0, target, 0, Shard.BLOCK);
            return;
        }
        for (DirectWrite write : directWrites) {
            int at = block - write.start();
            if (at >= 0 && at < write.data().length() / Shard.BLOCK) {
                write.data().copyTo(at * Shard.BLOCK, target, 0, Shard.BLOCK);
                return;
            }
        }
        state.device.read(block, 1, ByteBuffer.wrap(target));
    }

    void refer(int block) {
        references.merge(block, 1, Integer::sum);
    }

    /// An object does not refer to the block any more.
    ///
    /// @param shared whether others may
    void drop(int block, boolean shared) {
        if (shared) {
            references.merge(block, -1, Integer::sum);
        } else {
            freed.add(block);
        }
    }

    boolean isShared(int block) {
        int[] counts = pages.computeIfAbsent(block / RefCounts.PAGE, state.refCounts::page);
        return Math.max(1, counts[block % RefCounts.PAGE]) + references.getOrDefault(block, 0) > 1;
    }

    /// Gives back what was taken.
    void abandon() {
        for (Allocator.Run run : allocated) {
            for (int i = 0; i < run.count(); i++) {
                state.allocator.release(run.start() + i);
            }
        }
    }

    List<DirectWrite> directWrites() {
        return directWrites;
    }

    Map<Integer, Bytes> contents() {
        return contents;
    }

    List<Integer> freed() {
        return freed;
    }

    NavigableMap<Integer, Integer> references() {
        return references;
    }

    Iterable<Slot> slots() {
        return slots.values();
    }

    Map<Coll, Boolean> existence() {
        return existence;
    }

    long allocatedBlocks() {
        long blocks = 0;
        for (Allocator.Run run : allocated) {
            blocks += run.count();
        }
        return blocks;
    }
}
