package dev.inkfish.blockstore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.UUID;

/// A machine whose power can be cut: the files of one store, and when they fail next.
final class SimMachine {
    final SimFile block;
    final SimFile journal;
    final SimKeyValues keyValues = new SimKeyValues(this);
    final Superblock superblock;
    /// IO operations until one fails, and all after it; below zero: none.
    private long untilFailure = -1;
    /// What goes on elsewhere while the disk works.
    Runnable meanwhile = () -> {};
    Media.SharedJournals sharedJournals = id -> {
        throw new AssertionError("no shared journal");
    };

    SimMachine(int blockSize, int journalSize) throws IOException {
        this(blockSize, journalSize, new UUID(2, 2));
    }

    SimMachine(int blockSize, int journalSize, UUID osdFsid) throws IOException {
        superblock = new Superblock(Superblock.VERSION, new UUID(1, 1), osdFsid, 3);
        block = new SimFile(this, blockSize);
        journal = new SimFile(this, journalSize);
        Media.format(superblock, block, journal, keyValues);
    }

    Media media() {
        return new Media(superblock, block, journal, keyValues, id -> sharedJournals.open(id), null);
    }

    /// @param operations how many succeed before
    synchronized void failAfter(long operations) {
        untilFailure = operations;
    }

    synchronized void neverFail() {
        untilFailure = -1;
    }

    synchronized boolean hasFailed() {
        return untilFailure == 0;
    }

    synchronized void tick() throws IOException {
        meanwhile.run();
        if (untilFailure == 0) {
            throw new IOException("simulated failure");
        }
        if (untilFailure > 0) {
            untilFailure--;
        }
    }

    void tickUnchecked() {
        try {
            tick();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void crash(Random random) {
        block.crash(random);
        journal.crash(random);
        keyValues.crash(random);
    }
}
