package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The parts of an open store.
final class StoreState {
    private static final int GENERATION_SHIFT = 40;

    final Options options;
    final BlockDevice device;
    final PendingKeys keys;
    final Allocator allocator;
    final RefCounts refCounts;
    final OnodeCache onodes;
    /// Sum of [Onode#stored].
    final AtomicLong stored = new AtomicLong();
    /// Blocks that objects refer to; those that are freed but not to be used yet are not among them.
    final AtomicLong allocated = new AtomicLong();
    /// The same by pool.
    private final ConcurrentSkipListMap<Long, PoolUsage> pools = new ConcurrentSkipListMap<>();
    private final AtomicLong nextOnode;
    private final AtomicInteger lastCollection = new AtomicInteger();

    /// @param generation makes the objects' numbers differ from those of earlier openings
    StoreState(Options options, BlockDevice device, PendingKeys keys, Allocator allocator, long generation) {
        this.options = options;
        this.device = device;
        this.keys = keys;
        this.allocator = allocator;
        refCounts = new RefCounts(keys);
        onodes = new OnodeCache(options.onodeCache());
        nextOnode = new AtomicLong((generation << GENERATION_SHIFT) + 1);
    }

    PoolUsage pool(long pool) {
        return pools.computeIfAbsent(pool, p -> new PoolUsage());
    }

    NavigableMap<Long, PoolUsage> pools() {
        return pools;
    }

    long nextOnode() {
        return nextOnode.getAndIncrement();
    }

    int nextCollection() {
        return lastCollection.incrementAndGet();
    }

    void collectionSeen(int number) {
        lastCollection.accumulateAndGet(number, Math::max);
    }

    /// Hold the collection's lock.
    @Nullable Onode onode(Coll collection, GhObject object) {
        Onode known = onodes.get(collection.number, object);
        if (known == null) {
            Bytes value = keys.get(Keys.object(collection.number, object));
            if (value == null) {
                return null;
            }
            known = Onode.decode(value);
            onodes.put(collection.number, object, known);
        }
        return known;
    }
}
