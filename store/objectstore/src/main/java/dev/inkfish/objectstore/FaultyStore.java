package dev.inkfish.objectstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/// A store in which tests have made objects unreadable (`injectdataerr`, `injectmdataerr`): reads of them fail as those of
/// a bad disk do, and so do writes, which must read the rest of their blocks; until the object is removed or replaced.
public final class FaultyStore implements ObjectStore {
    private final ObjectStore store;
    private final Set<GhObject> data = new ConcurrentSkipListSet<>();
    private final Set<GhObject> metadata = new ConcurrentSkipListSet<>();

    public FaultyStore(ObjectStore store) {
        this.store = store;
    }

    public void breakData(GhObject object) {
        data.add(object);
    }

    public void breakMetadata(GhObject object) {
        metadata.add(object);
    }

    private void fail(Set<GhObject> broken, CollectionId collection, GhObject object) {
        if (broken.contains(object) && store.exists(collection, object)) {
            throw new CephException(Errno.EIO, "error injected into " + object);
        }
    }

    @Override
    public void submit(CollectionId collection, Transaction transaction, Runnable onCommit) {
        Set<GhObject> replaced = new TreeSet<>();
        for (Transaction.Op op : transaction.ops()) {
            switch (op) {
                case Transaction.Remove removal -> replaced.add(removal.object());
                case Transaction.Write write -> {
                    if (!replaced.contains(write.object())) {
                        fail(data, write.collection(), write.object());
                    }
                }
                default -> {}
            }
        }
        store.submit(collection, transaction, onCommit);
        data.removeAll(replaced);
        metadata.removeAll(replaced);
    }

    @Override
    public List<CollectionId> listCollections() {
        return store.listCollections();
    }

    @Override
    public boolean collectionExists(CollectionId collection) {
        return store.collectionExists(collection);
    }

    @Override
    public boolean exists(CollectionId collection, GhObject object) {
        return store.exists(collection, object);
    }

    @Override
    public long size(CollectionId collection, GhObject object) {
        fail(metadata, collection, object);
        return store.size(collection, object);
    }

    @Override
    public Bytes read(CollectionId collection, GhObject object, long offset, long length) {
        fail(data, collection, object);
        return store.read(collection, object, offset, length);
    }

    @Override
    public List<Extent> extents(CollectionId collection, GhObject object, long offset, long length) {
        return store.extents(collection, object, offset, length);
    }

    @Override
    public @Nullable Bytes attr(CollectionId collection, GhObject object, String name) {
        fail(metadata, collection, object);
        return store.attr(collection, object, name);
    }

    @Override
    public NavigableMap<String, Bytes> attrs(CollectionId collection, GhObject object) {
        fail(metadata, collection, object);
        return store.attrs(collection, object);
    }

    @Override
    public Bytes omapHeader(CollectionId collection, GhObject object) {
        return store.omapHeader(collection, object);
    }

    @Override
    public NavigableMap<Bytes, Bytes> omapGet(CollectionId collection, GhObject object, Collection<Bytes> keys) {
        return store.omapGet(collection, object, keys);
    }

    @Override
    public void omapScan(CollectionId collection, GhObject object, Bytes from, OmapVisitor visitor) {
        store.omapScan(collection, object, from, visitor);
    }

    @Override
    public List<GhObject> list(CollectionId collection, GhObject start, GhObject end, int max) {
        return store.list(collection, start, end, max);
    }

    @Override
    public NavigableMap<Long, PoolStats> poolStats() {
        return store.poolStats();
    }

    @Override
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public void close() {
        store.close();
    }
}
