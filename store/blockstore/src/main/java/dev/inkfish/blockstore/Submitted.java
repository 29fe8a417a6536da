package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import java.util.List;

/// A transaction on its way to the disk: its effects.
final class Submitted {
    /// Records for the key-value store.
    final Bytes records;
    final int recordCount;
    final PendingKeys.Token token;
    /// Blocks whose contents travel in the journal.
    final List<BlockDevice.Content> deferred;
    /// Whether contents were written to the device already, which must be synced first.
    final boolean wroteDirectly;
    /// Blocks nobody refers to any more.
    final int[] freed;
    final Runnable onCommit;
    /// Set when it enters the pipeline.
    long sequence;
    final Fate fate = new Fate();

    /// Whether a transaction is durable. Apart, since it is asked about long after the rest, with all that
    /// `onCommit` holds, can be forgotten.
    static final class Fate {
        /// Set by the commit thread.
        volatile boolean durable;
    }

    Submitted(
            Bytes records,
            int recordCount,
            PendingKeys.Token token,
            List<BlockDevice.Content> deferred,
            boolean wroteDirectly,
            int[] freed,
            Runnable onCommit) {
        this.records = records;
        this.recordCount = recordCount;
        this.token = token;
        this.deferred = deferred;
        this.wroteDirectly = wroteDirectly;
        this.freed = freed;
        this.onCommit = onCommit;
    }

    /// Bytes it takes in the journal, at most.
    int journalBytes() {
        return 16 + records.length() + deferred.size() * (Shard.BLOCK + 8);
    }
}
