package dev.inkfish.blockstore;

import dev.inkfish.wire.DecodeException;
import java.util.HashMap;
import java.util.Map;

/// Adds up what the metadata says is in use, in all and by pool.
final class Usage {
    private final StoreState state;
    /// The pools of objects whose shards come later, by the objects' numbers.
    private final Map<Long, Long> pools = new HashMap<>();
    private long stored;
    private long allocated;

    Usage(StoreState state) {
        this.state = state;
    }

    void onode(Onode onode, long pool) {
        stored += onode.stored();
        state.pool(pool).add(onode.stored(), 0);
        Shard inline = onode.inlineShard();
        if (inline == null) {
            pools.put(onode.id, pool);
        } else {
            blocks(inline, pool);
        }
    }

    void shard(Shard shard, long onode) {
        blocks(shard, pools.getOrDefault(onode, PoolUsage.NONE));
    }

    /// Shared blocks count once.
    private void blocks(Shard shard, long pool) {
        long count = 0;
        for (int block : shard.blocks) {
            if (block >= state.allocator.blocks()) {
                throw new DecodeException("block " + block + " is behind the device's end");
            }
            if (block != 0 && state.allocator.mark(block)) {
                count++;
            }
        }
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
