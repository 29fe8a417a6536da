package dev.inkfish.blockstore;

import java.util.List;

/// A transaction on its way to the disk: its effects.
final class Submitted {
    private static final Runnable NOTHING = () -> {};

    /// For the key-value store.
    final KvBatch batch;
    /// Blocks whose contents travel in the journal.
    List<BlockDevice.Content> deferred;
    /// Whether contents were written to the device already, which must be synced first.
    final boolean wroteDirectly;
    /// Blocks nobody refers to any more.
    final int[] freed;
    Runnable onCommit;
    private final int journalBytes;
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
            KvBatch batch,
            List<BlockDevice.Content> deferred,
            boolean wroteDirectly,
            int[] freed,
            Runnable onCommit) {
        this.batch = batch;
        this.deferred = deferred;
        this.wroteDirectly = wroteDirectly;
        this.freed = freed;
        this.onCommit = onCommit;
        this.journalBytes = 16 + batch.bytes() + deferred.size() * (Shard.BLOCK + 8);
    }

    /// Bytes it takes in the journal, at most.
    int journalBytes() {
        return journalBytes;
    }

    /// It is in the journal: only the key-value store waits for it now, which may take a while.
    void forgetContents() {
        deferred = List.of();
        onCommit = NOTHING;
    }
}
