package dev.inkfish.blockstore;

import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import java.util.Arrays;
import java.util.TreeMap;

/// Adds up what the metadata says is in use, in all and by pool. All objects pass here when a store opens: nothing is made
/// of them that is not needed.
final class Usage {
    private final StoreState state;
    private final Onode.Summary summary = new Onode.Summary();
    /// Objects whose shards come later, by pool.
    private final TreeMap<Long, Numbered> waiting = new TreeMap<>();
    private long stored;
    private long allocated;
    /// Of the run that is looked at.
    private long count;
    private long lastOnode = -1;
    private long lastPool = PoolUsage.NONE;

    /// Objects' numbers, sorted before the first is looked for.
    private static final class Numbered {
        private long[] ids = new long[16];
        private int size;
        private boolean sorted = true;

        void add(long id) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, size * 2);
            }
            ids[size++] = id;
            sorted = false;
        }

        boolean has(long id) {
            if (!sorted) {
                Arrays.sort(ids, 0, size);
                sorted = true;
            }
            return Arrays.binarySearch(ids, 0, size, id) >= 0;
        }
    }

    Usage(StoreState state) {
        this.state = state;
    }

    void onode(WireReader in, long pool) {
        long bytes = Onode.visit(in, summary);
        if (summary.inline) {
            blocks(in, pool);
        } else if (summary.hasShards) {
            waiting.computeIfAbsent(pool, p -> new Numbered()).add(summary.id);
        }
        in.end();
        stored += bytes;
        state.pool(pool).add(bytes, 0);
    }

    /// Shards come in the order of their objects' numbers.
    void shard(WireReader in, long onode) {
        if (onode != lastOnode) {
            lastOnode = onode;
            lastPool = PoolUsage.NONE;
            waiting.forEach((pool, objects) -> lastPool = objects.has(onode) ? pool : lastPool);
        }
        blocks(in, lastPool);
    }

    /// Shared blocks count once.
    private void blocks(WireReader in, long pool) {
        count = 0;
        Shard.visit(in, (skip, first, run) -> {
            if (first + run > state.allocator.blocks()) {
                throw new DecodeException("block " + (first + run - 1) + " is behind the device's end");
            }
            for (int block = first; block < first + run; block++) {
                count += state.allocator.mark(block) ? 1 : 0;
            }
        });
        allocated += count;
        state.pool(pool).add(0, count);
    }

    long stored() {
        return stored;
    }

    long allocated() {
        return allocated;
    }
}
