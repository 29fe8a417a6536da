package dev.inkfish.blockstore;

import java.time.Duration;
import java.util.function.Consumer;

/// A store's sizes and limits, in bytes where nothing else is said.
///
/// @param deviceSize of the block file that mkfs makes; ignored if there is a device already
/// @param journalSize of the journal that mkfs makes
/// @param deferredThreshold writes shorter than this go through the journal
/// @param deferredLimit block contents held in memory before they are written to their place; what is held longer than
///     a collection of the young generation takes costs the collector more than it saves writes
/// @param inFlightLimit of transactions that RocksDB has not got yet; more have to wait
/// @param onodeCache object metadata kept in memory
/// @param kvCache RocksDB's block cache
/// @param kvMemtable RocksDB's write buffer; there are at most three
/// @param checkpointInterval how long the journal may hold what is not yet in place while nothing else forces it
/// @param onFailure told once when the disk fails; the store takes nothing from then on
public record Options(
        long deviceSize,
        long journalSize,
        int deferredThreshold,
        long deferredLimit,
        long inFlightLimit,
        long onodeCache,
        long kvCache,
        long kvMemtable,
        Duration checkpointInterval,
        Consumer<Throwable> onFailure) {
    public static final Options DEFAULTS = new Options(
            100L << 30,
            128L << 20,
            128 << 10,
            2L << 20,
            32L << 20,
            24L << 20,
            16L << 20,
            16L << 20,
            Duration.ofSeconds(20),
            failure -> {});

    public Options withDeviceSize(long bytes) {
        return new Options(bytes, journalSize, deferredThreshold, deferredLimit, inFlightLimit, onodeCache, kvCache,
                kvMemtable, checkpointInterval, onFailure);
    }

    public Options withJournalSize(long bytes) {
        return new Options(deviceSize, bytes, deferredThreshold, deferredLimit, inFlightLimit, onodeCache, kvCache,
                kvMemtable, checkpointInterval, onFailure);
    }

    public Options withDeferredThreshold(int bytes) {
        return new Options(deviceSize, journalSize, bytes, deferredLimit, inFlightLimit, onodeCache, kvCache,
                kvMemtable, checkpointInterval, onFailure);
    }

    public Options withDeferredLimit(long bytes) {
        return new Options(deviceSize, journalSize, deferredThreshold, bytes, inFlightLimit, onodeCache, kvCache,
                kvMemtable, checkpointInterval, onFailure);
    }

    public Options withOnodeCache(long bytes) {
        return new Options(deviceSize, journalSize, deferredThreshold, deferredLimit, inFlightLimit, bytes, kvCache,
                kvMemtable, checkpointInterval, onFailure);
    }

    public Options withKvMemory(long cache, long memtable) {
        return new Options(deviceSize, journalSize, deferredThreshold, deferredLimit, inFlightLimit, onodeCache, cache,
                memtable, checkpointInterval, onFailure);
    }

    public Options withCheckpointInterval(Duration interval) {
        return new Options(deviceSize, journalSize, deferredThreshold, deferredLimit, inFlightLimit, onodeCache,
                kvCache, kvMemtable, interval, onFailure);
    }

    public Options withOnFailure(Consumer<Throwable> listener) {
        return new Options(deviceSize, journalSize, deferredThreshold, deferredLimit, inFlightLimit, onodeCache,
                kvCache, kvMemtable, checkpointInterval, listener);
    }
}
