package dev.inkfish.blockstore;

import java.util.concurrent.atomic.AtomicLong;

/// What one pool's groups hold, in bytes, and the blocks they refer to.
final class PoolUsage {
    /// Stands for collections that belong to no pool.
    static final long NONE = Long.MIN_VALUE;

    final AtomicLong stored = new AtomicLong();
    final AtomicLong allocated = new AtomicLong();

    void add(long bytes, long blocks) {
        stored.addAndGet(bytes);
        allocated.addAndGet(blocks);
    }
}
