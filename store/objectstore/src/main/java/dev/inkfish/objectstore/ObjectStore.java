package dev.inkfish.objectstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// An OSD's disk. Reads may come from any thread; transactions of one collection from one thread at a
/// time (its shard), which is also the order in which they take effect.
///
/// Reads of an object or collection that is not there throw a `CephException` with ENOENT; data whose
/// checksum fails throws one with EIO and is never returned.
public interface ObjectStore extends AutoCloseable {
    /// Applies the transaction: readers see it when this returns. `onCommit` runs later, on a thread of
    /// the store, when it is durable; it must only hand the news on.
    ///
    /// @throws StoreFullException before anything was changed, if there is no room for it
    /// @throws IllegalArgumentException if an operation does not fit the store's state (a bug of the caller);
    ///     nothing was changed
    /// @throws dev.inkfish.wire.CephException EIO, if a block to be overwritten in part fails its checksum
    ///     (nothing was changed), or if the disk failed earlier (the store takes nothing any more)
    void submit(CollectionId collection, Transaction transaction, Runnable onCommit);

    List<CollectionId> listCollections();

    boolean collectionExists(CollectionId collection);

    boolean exists(CollectionId collection, GhObject object);

    /// The object's size in bytes.
    long size(CollectionId collection, GhObject object);

    /// Up to `length` bytes from `offset`; fewer at the end of the object. Holes read as zeros.
    Bytes read(CollectionId collection, GhObject object, long offset, long length);

    /// What `head` is, and behind it the contents of ranges that lie within the object's size, in one piece.
    default Bytes read(CollectionId collection, GhObject object, Bytes head, List<Extent> extents) {
        List<Bytes> parts = new ArrayList<>();
        parts.add(head);
        extents.forEach(each -> parts.add(read(collection, object, each.offset(), each.length())));
        return Bytes.concat(parts);
    }

    /// The allocated extents within the range, ascending, merged where they touch.
    List<Extent> extents(CollectionId collection, GhObject object, long offset, long length);

    /// One attribute, or null.
    @Nullable Bytes attr(CollectionId collection, GhObject object, String name);

    NavigableMap<String, Bytes> attrs(CollectionId collection, GhObject object);

    /// The omap's header; empty if it was never set.
    Bytes omapHeader(CollectionId collection, GhObject object);

    /// Those of the keys that exist, with their values. Keys are byte strings in unsigned order.
    NavigableMap<Bytes, Bytes> omapGet(CollectionId collection, GhObject object, Collection<Bytes> keys);

    /// Walks the omap in key order from `from` (inclusive; empty for the start) until the visitor says stop.
    void omapScan(CollectionId collection, GhObject object, Bytes from, OmapVisitor visitor);

    /// Objects in [GhObject] order with `start <= object < end`, at most `max`.
    List<GhObject> list(CollectionId collection, GhObject start, GhObject end, int max);

    /// Gives back the room of metadata that is no more; returns when that is done. From any thread.
    default void compact() {}

    /// Brings what is only in a journal to its place; returns when that is done. From any thread that commit listeners do
    /// not wait for.
    default void flushJournal() {}

    /// How many objects' metadata are kept in memory, so that they need not be read again.
    default int cachedObjects() {
        return 0;
    }

    default void dropCache() {}

    StoreStats stats();

    /// Bytes that can still be written: less than is available by [#stats] where the store is a file with holes and
    /// others have taken the disk beneath it.
    default long room() {
        return stats().available();
    }

    /// What each pool's groups take, by pool.
    NavigableMap<Long, PoolStats> poolStats();

    /// @param dataStored what the objects hold, holes not counted
    /// @param allocated what they take on disk; what several share counts once
    record PoolStats(long dataStored, long allocated) {}

    @Override
    void close();

    /// Sees one omap entry at a time.
    @FunctionalInterface
    interface OmapVisitor {
        /// @return whether to go on
        boolean visit(Bytes key, Bytes value);
    }

    /// A run of bytes within an object.
    record Extent(long offset, long length) {
        public long end() {
            return offset + length;
        }
    }

    /// Space, in bytes (`store_statfs_t`).
    ///
    /// @param total the device's size
    /// @param available what can still be allocated
    /// @param dataStored what the objects hold, holes not counted
    /// @param allocated what they take on disk
    /// @param omap estimate of omap keys and values
    /// @param metadata what the store's own structures take
    record StoreStats(long total, long available, long dataStored, long allocated, long omap, long metadata) {}
}
