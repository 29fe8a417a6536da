package dev.inkfish.blockstore;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The parts of a store on disk, open and checked to belong together.
///
/// @param sharedJournals finds those that the store may have records in
/// @param lock null in tests, where there is no directory
record Media(
        Superblock superblock,
        StoreFile block,
        StoreFile journal,
        KeyValues keyValues,
        SharedJournals sharedJournals,
        @Nullable FileLock lock) {
    private static final String BLOCK = "block";
    private static final String JOURNAL = "journal";
    private static final String DB = "db";
    /// Block numbers are ints.
    private static final long MAX_DEVICE = (long) (Integer.MAX_VALUE - 4096) * Shard.BLOCK;
    private static final long MIN_DEVICE = 1 << 20;
    private static final long MIN_JOURNAL = 1 << 20;

    /// Shared journals that are there, for reading.
    interface SharedJournals {
        /// @throws CephException ENOENT if there is no such one
        StoreFile open(UUID id) throws IOException;
    }

    static void create(Path directory, Superblock superblock, Options options, boolean sparseJournal) {
        if (Files.exists(directory.resolve(Superblock.FILE))) {
            throw new CephException(Errno.EEXIST, "there is an object store in " + directory + " already");
        }
        if (options.deviceSize() < MIN_DEVICE || options.deviceSize() > MAX_DEVICE || options.journalSize() < MIN_JOURNAL) {
            throw new CephException(Errno.EINVAL, "a device of " + options.deviceSize() + " bytes with a journal of "
                    + options.journalSize() + " cannot be");
        }
        try {
            Files.createDirectories(directory);
            Files.deleteIfExists(directory.resolve(JOURNAL));
            Path block = directory.resolve(BLOCK);
            try (StoreFile device = Files.exists(block)
                            ? DiskFile.open(block, BlockDevice.LARGE)
                            : DiskFile.createSparse(block, options.deviceSize());
                    StoreFile journal = sparseJournal
                            ? DiskFile.createSparse(directory.resolve(JOURNAL), options.journalSize())
                            : DiskFile.createFilled(directory.resolve(JOURNAL), options.journalSize());
                    RocksKeyValues store = new RocksKeyValues(directory.resolve(DB), options, true)) {
                format(superblock, device, journal, store);
            }
            superblock.write(directory);
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "cannot make an object store in " + directory + ": " + e);
        }
    }

    /// Writes what an empty store holds.
    static void format(Superblock superblock, StoreFile block, StoreFile journal, KeyValues store) throws IOException {
        superblock.label(block);
        superblock.label(journal);
        StateRecord.write(store, superblock.osdFsid(), new Journal.Position(1, 0, Journal.ALIGN));
        store.flush();
    }

    static Media open(Path directory, Options options) {
        Superblock superblock = Superblock.read(directory);
        for (String part : new String[] {BLOCK, JOURNAL, DB}) {
            if (!Files.exists(directory.resolve(part))) {
                throw new CephException(Errno.ENOENT, "osd." + superblock.whoami() + " lacks " + directory.resolve(part));
            }
        }
        FileLock lock = lock(directory, superblock);
        StoreFile block = null;
        StoreFile journal = null;
        try {
            block = DiskFile.open(directory.resolve(BLOCK), BlockDevice.LARGE);
            journal = DiskFile.openLog(directory.resolve(JOURNAL));
            return check(new Media(
                    superblock,
                    block,
                    journal,
                    new RocksKeyValues(directory.resolve(DB), options, false),
                    id -> SharedFiles.find(directory, superblock, id),
                    lock));
        } catch (IOException e) {
            closeAll(block, journal, lock);
            throw new CephException(Errno.EIO, "cannot open " + directory + ": " + e);
        } catch (RuntimeException e) {
            closeAll(block, journal, lock);
            throw e;
        }
    }

    private static Media check(Media media) throws IOException {
        try {
            media.superblock.verify(media.block, BLOCK);
            media.superblock.verify(media.journal, JOURNAL);
            return media;
        } catch (IOException | RuntimeException e) {
            media.keyValues.close();
            throw e;
        }
    }

    private static FileLock lock(Path directory, Superblock superblock) {
        String problem = "osd." + superblock.whoami() + " in " + directory + " is in use";
        FileChannel channel = null;
        try {
            channel = FileChannel.open(directory.resolve(Superblock.FILE), StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
            channel.close();
            throw new CephException(Errno.EBUSY, problem + " by another process");
        } catch (OverlappingFileLockException e) {
            closeAll(channel);
            throw new CephException(Errno.EBUSY, problem + " by this process");
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "cannot lock " + directory + ": " + e);
        }
    }

    void close() {
        keyValues.close();
        closeAll(block, journal, lock == null ? null : lock.acquiredBy());
    }

    private static void closeAll(@Nullable AutoCloseable... parts) {
        for (AutoCloseable part : parts) {
            try {
                if (part instanceof FileLock lock) {
                    lock.acquiredBy().close();
                } else if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                // everything that matters was synced before
            }
        }
    }
}
