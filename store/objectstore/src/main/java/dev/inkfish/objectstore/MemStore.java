package dev.inkfish.objectstore;

import dev.inkfish.objectstore.Transaction.Op;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An [ObjectStore] in memory: for tests and simulations, and the model the others are compared with.
///
/// A transaction counts as durable when its commit step, which is handed to `commits`, is run; that also
/// makes all earlier ones durable. [#loseUncommitted] is the power cut: it takes back what is not durable.
public final class MemStore implements ObjectStore {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final NavigableMap<CollectionId, NavigableMap<GhObject, MemObject>> collections = new TreeMap<>();
    private final Deque<Submitted> uncommitted = new ArrayDeque<>();
    private final Consumer<Runnable> commits;
    private final long capacity;

    private enum State { VISIBLE, DURABLE, LOST }

    /// A transaction and what takes it back.
    private static final class Submitted {
        final List<Runnable> undo = new ArrayList<>();
        State state = State.VISIBLE;

        void takeBack() {
            undo.reversed().forEach(Runnable::run);
        }
    }

    /// Commits at once, in the submitting thread.
    public MemStore() {
        this(Runnable::run);
    }

    public MemStore(Consumer<Runnable> commits) {
        this(commits, Long.MAX_VALUE);
    }

    /// @param commits runs, delays or drops the step that makes a transaction durable and calls its listener
    /// @param capacity bytes of data it takes before it is full
    public MemStore(Consumer<Runnable> commits, long capacity) {
        this.commits = commits;
        this.capacity = capacity;
    }

    @Override
    public void submit(CollectionId collection, Transaction transaction, Runnable onCommit) {
        Submitted submitted = new Submitted();
        writing(() -> {
            long before = capacity == Long.MAX_VALUE ? 0 : used();
            try {
                transaction.ops().forEach(op -> apply(op, submitted.undo));
                if (capacity != Long.MAX_VALUE && used() > Math.max(capacity, before)) {
                    throw new StoreFullException("capacity is " + capacity + " bytes");
                }
            } catch (RuntimeException e) {
                submitted.takeBack();
                throw e;
            }
            uncommitted.add(submitted);
        });
        commits.accept(() -> {
            if (becomesDurable(submitted)) {
                onCommit.run();
            }
        });
    }

    /// The power cut: forgets every transaction that is not durable. Their commit steps, run later, do nothing.
    public void loseUncommitted() {
        writing(() -> {
            while (!uncommitted.isEmpty()) {
                Submitted last = uncommitted.removeLast();
                last.takeBack();
                last.state = State.LOST;
            }
        });
    }

    private boolean becomesDurable(Submitted submitted) {
        lock.writeLock().lock();
        try {
            while (submitted.state == State.VISIBLE) {
                uncommitted.removeFirst().state = State.DURABLE;
            }
            return submitted.state == State.DURABLE;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void apply(Op op, List<Runnable> undo) {
        switch (op) {
            case Transaction.CreateCollection o -> {
                require(!collections.containsKey(o.collection()), op, "collection exists");
                MemObject.put(collections, o.collection(), new TreeMap<>(), undo);
            }
            case Transaction.RemoveCollection o -> {
                require(objects(o).isEmpty(), op, "collection is not empty");
                MemObject.remove(collections, o.collection(), undo);
            }
            case Transaction.Touch o -> create(o, o.object(), undo);
            case Transaction.Write o -> create(o, o.object(), undo).write(o.offset(), o.data(), undo);
            case Transaction.Zero o -> create(o, o.object(), undo).zero(o.offset(), o.length(), undo);
            case Transaction.Truncate o -> create(o, o.object(), undo).truncate(o.size(), undo);
            case Transaction.Remove o -> MemObject.remove(objects(o), o.object(), undo);
            case Transaction.Clone o -> MemObject.put(objects(o), o.target(), source(o, o.source()).copy(), undo);
            case Transaction.CloneRange o -> create(o, o.target(), undo)
                    .cloneRange(source(o, o.source()), o.sourceOffset(), o.length(), o.targetOffset(), undo);
            case Transaction.MoveRename o -> {
                MemObject source = source(o, o.source());
                NavigableMap<GhObject, MemObject> target = collections.get(o.targetCollection());
                require(target != null && !target.containsKey(o.target()), op, "no target collection, or target exists");
                MemObject.remove(objects(o), o.source(), undo);
                MemObject.put(target, o.target(), source, undo);
            }
            case Transaction.SetAttrs o -> {
                MemObject object = create(o, o.object(), undo);
                o.attrs().forEach((name, value) -> MemObject.put(object.attrs, name, value.compact(), undo));
            }
            case Transaction.RemoveAttr o -> MemObject.remove(objectOrNew(o, o.object()).attrs, o.name(), undo);
            case Transaction.RemoveAttrs o -> MemObject.clear(objectOrNew(o, o.object()).attrs, undo);
            case Transaction.OmapSet o -> {
                MemObject object = create(o, o.object(), undo);
                o.entries().forEach((k, v) -> MemObject.put(object.omap, k.compact(), v.compact(), undo));
            }
            case Transaction.OmapRemove o -> {
                MemObject object = objectOrNew(o, o.object());
                o.keys().forEach(key -> MemObject.remove(object.omap, key, undo));
            }
            case Transaction.OmapRemoveRange o -> {
                if (o.first().compareTo(o.end()) < 0) {
                    MemObject object = objectOrNew(o, o.object());
                    List.copyOf(object.omap.subMap(o.first(), o.end()).keySet())
                            .forEach(key -> MemObject.remove(object.omap, key, undo));
                }
            }
            case Transaction.OmapClear o -> {
                MemObject object = objectOrNew(o, o.object());
                MemObject.clear(object.omap, undo);
                object.setOmapHeader(Bytes.EMPTY, undo);
            }
            case Transaction.OmapSetHeader o -> create(o, o.object(), undo).setOmapHeader(o.header(), undo);
        }
    }

    private NavigableMap<GhObject, MemObject> objects(Op op) {
        NavigableMap<GhObject, MemObject> objects = collections.get(op.collection());
        require(objects != null, op, "no such collection");
        return objects;
    }

    private MemObject create(Op op, GhObject name, List<Runnable> undo) {
        NavigableMap<GhObject, MemObject> objects = objects(op);
        MemObject object = objects.get(name);
        if (object == null) {
            object = new MemObject();
            MemObject.put(objects, name, object, undo);
        }
        return object;
    }

    private MemObject source(Op op, GhObject name) {
        MemObject object = objects(op).get(name);
        require(object != null, op, "no such object");
        return object;
    }

    /// For removals from an object that may not be there: then from one that nobody keeps.
    private MemObject objectOrNew(Op op, GhObject name) {
        MemObject object = objects(op).get(name);
        return object != null ? object : new MemObject();
    }

    private static void require(boolean condition, Op op, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem + ": " + op);
        }
    }

    @Override
    public List<CollectionId> listCollections() {
        return reading(() -> List.copyOf(collections.keySet()));
    }

    @Override
    public boolean collectionExists(CollectionId collection) {
        return reading(() -> collections.containsKey(collection));
    }

    @Override
    public boolean exists(CollectionId collection, GhObject object) {
        return reading(() -> collections.containsKey(collection) && collections.get(collection).containsKey(object));
    }

    @Override
    public long size(CollectionId collection, GhObject object) {
        return reading(() -> find(collection, object).size);
    }

    @Override
    public Bytes read(CollectionId collection, GhObject object, long offset, long length) {
        return reading(() -> find(collection, object).read(offset, length));
    }

    @Override
    public List<Extent> extents(CollectionId collection, GhObject object, long offset, long length) {
        return reading(() -> find(collection, object).extents(offset, length));
    }

    @Override
    public @Nullable Bytes attr(CollectionId collection, GhObject object, String name) {
        lock.readLock().lock();
        try {
            return find(collection, object).attrs.get(name);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public NavigableMap<String, Bytes> attrs(CollectionId collection, GhObject object) {
        return reading(() -> new TreeMap<>(find(collection, object).attrs));
    }

    @Override
    public Bytes omapHeader(CollectionId collection, GhObject object) {
        return reading(() -> find(collection, object).omapHeader);
    }

    @Override
    public NavigableMap<Bytes, Bytes> omapGet(CollectionId collection, GhObject object, Collection<Bytes> keys) {
        return reading(() -> {
            NavigableMap<Bytes, Bytes> omap = find(collection, object).omap;
            NavigableMap<Bytes, Bytes> result = new TreeMap<>();
            for (Bytes key : keys) {
                Bytes value = omap.get(key);
                if (value != null) {
                    result.put(key, value);
                }
            }
            return result;
        });
    }

    @Override
    public void omapScan(CollectionId collection, GhObject object, Bytes from, OmapVisitor visitor) {
        NavigableMap<Bytes, Bytes> rest = reading(() -> new TreeMap<>(find(collection, object).omap.tailMap(from, true)));
        for (var entry : rest.entrySet()) {
            if (!visitor.visit(entry.getKey(), entry.getValue())) {
                return;
            }
        }
    }

    @Override
    public List<GhObject> list(CollectionId collection, GhObject start, GhObject end, int max) {
        return reading(() -> {
            NavigableMap<GhObject, MemObject> objects = objects(collection);
            return start.compareTo(end) >= 0
                    ? List.<GhObject>of()
                    : objects.subMap(start, true, end, false).keySet().stream().limit(max).toList();
        });
    }

    @Override
    public NavigableMap<Long, PoolStats> poolStats() {
        return reading(() -> {
            TreeMap<Long, PoolStats> pools = new TreeMap<>();
            collections.forEach((collection, objects) -> {
                if (collection.pgid() != null) {
                    long stored = objects.values().stream().mapToLong(MemObject::stored).sum();
                    pools.merge(collection.pgid().pgid().pool(), new PoolStats(stored, stored),
                            (a, b) -> new PoolStats(a.dataStored() + b.dataStored(), a.allocated() + b.allocated()));
                }
            });
            return pools;
        });
    }

    @Override
    public StoreStats stats() {
        return reading(() -> {
            long stored = 0;
            long omap = 0;
            for (NavigableMap<GhObject, MemObject> objects : collections.values()) {
                for (MemObject object : objects.values()) {
                    stored += object.stored();
                    omap += object.omapHeader.length();
                    for (var entry : object.omap.entrySet()) {
                        omap += entry.getKey().length() + entry.getValue().length();
                    }
                }
            }
            long total = capacity == Long.MAX_VALUE ? 1L << 40 : capacity;
            return new StoreStats(total, Math.max(0, total - used()), stored, used(), omap, 0);
        });
    }

    @Override
    public void close() {}

    /// Clones share blocks, but each counts them: a capacity that never surprises.
    private long used() {
        long blocks = 0;
        for (NavigableMap<GhObject, MemObject> objects : collections.values()) {
            for (MemObject object : objects.values()) {
                blocks += object.blocks.size();
            }
        }
        return blocks * MemObject.BLOCK;
    }

    private NavigableMap<GhObject, MemObject> objects(CollectionId collection) {
        NavigableMap<GhObject, MemObject> objects = collections.get(collection);
        if (objects == null) {
            throw new CephException(Errno.ENOENT, "no collection " + collection);
        }
        return objects;
    }

    private MemObject find(CollectionId collection, GhObject object) {
        MemObject found = objects(collection).get(object);
        if (found == null) {
            throw new CephException(Errno.ENOENT, "no object " + object + " in " + collection);
        }
        return found;
    }

    private <T> T reading(Supplier<T> action) {
        lock.readLock().lock();
        try {
            return action.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void writing(Runnable action) {
        lock.writeLock().lock();
        try {
            action.run();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
