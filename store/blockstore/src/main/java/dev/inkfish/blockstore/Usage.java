package dev.inkfish.blockstore;

/// Adds up what the metadata says is in use.
final class Usage {
    private final Allocator allocator;
    private long stored;
    private long allocated;

    Usage(Allocator allocator) {
        this.allocator = allocator;
    }

    /// @return true, to go on
    boolean onode(Onode onode) {
        stored += onode.stored();
        Shard inline = onode.inlineShard();
        return inline == null || shard(inline);
    }

    /// Shared blocks count once.
    ///
    /// @return true, to go on
    boolean shard(Shard shard) {
        for (int block : shard.blocks) {
            if (block != 0 && allocator.mark(block)) {
                allocated++;
            }
        }
        return true;
    }

    long stored() {
        return stored;
    }

    long allocated() {
        return allocated;
    }
}
