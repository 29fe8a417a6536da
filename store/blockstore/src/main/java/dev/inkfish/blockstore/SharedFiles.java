package dev.inkfish.blockstore;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The shared journals' files: `journal.ID` beside the directories of the stores.
///
/// A process uses a file again if no store has anything in it. One with records is left alone until all stores
/// that have some were opened; a store that is missing finds its file there whenever it comes back.
final class SharedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SharedFiles.class);

    private static final String PREFIX = "journal.";
    private static final String LOCK = "journal.lock";
    private static final Pattern NAME = Pattern.compile("journal\\.([0-9a-f-]{36})");
    private static final String UNFINISHED = ".new";

    /// A new file is used as soon as so much of it is filled; the rest follows in such pieces.
    private static final long FILLED_FIRST = 64L << 20;

    private final Path directory;
    private volatile boolean closed;
    private @Nullable Thread filler;
    /// Files with the stores that have records in them, as far as they were not opened here.
    private final TreeMap<Path, Set<UUID>> left = new TreeMap<>();

    SharedFiles(Path directory) {
        this.directory = directory;
    }

    /// Where a store finds one that it has records in: beside its directory, or in it.
    static StoreFile find(Path store, Superblock superblock, UUID id) throws IOException {
        Path beside = store.toAbsolutePath().resolveSibling(PREFIX + id);
        Path within = store.resolve(PREFIX + id);
        for (Path each : List.of(beside, within)) {
            if (Files.exists(each)) {
                return DiskFile.openToRead(each);
            }
        }
        throw new CephException(Errno.ENOENT, "osd." + superblock.whoami() + " has records in the shared journal " + id
                + ", which is neither " + beside + " nor " + within);
    }

    /// Whether both are on one file system.
    static boolean together(Path one, Path other) {
        try {
            return Files.getAttribute(one, "unix:dev").equals(Files.getAttribute(other, "unix:dev"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }

    SharedJournal begin(long size) throws IOException {
        FileChannel lock = lock();
        StoreFile file = null;
        try {
            UUID id = UUID.randomUUID();
            Path place = directory.resolve(PREFIX + id);
            Path unused = look();
            long filled;
            if (unused != null) {
                Files.move(unused, place, StandardCopyOption.ATOMIC_MOVE);
                filled = Files.size(place);
            } else {
                filled = Math.min(size, FILLED_FIRST);
                make(place, filled, size);
            }
            syncDirectory();
            file = DiskFile.openLog(place);
            SharedJournal journal = new SharedJournal(directory, file, id, filled);
            if (filled < size && unused == null) {
                long from = filled;
                filler = Thread.ofPlatform()
                        .name("store-journal-fill")
                        .daemon()
                        .start(() -> fill(place, journal, from, size));
            }
            journal.start(this::joined, () -> close(lock));
            return journal;
        } catch (IOException | RuntimeException e) {
            if (file != null) {
                file.close();
            }
            lock.close();
            throw e;
        }
    }

    /// Not on the journals' files: closing any channel of a file gives up the locks that the process has on it.
    private FileChannel lock() throws IOException {
        FileChannel channel = FileChannel.open(
                directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // by this process
        }
        channel.close();
        throw new IOException("the shared journal in " + directory + " is in use");
    }

    /// Looks at what earlier processes left; deletes what is of no use.
    ///
    /// @return a file that nobody needs
    private @Nullable Path look() throws IOException {
        Path unused = null;
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(each -> each.getFileName().toString().startsWith(PREFIX)).sorted().toList();
        }
        for (Path each : files) {
            String name = each.getFileName().toString();
            if (name.endsWith(UNFINISHED)) {
                Files.delete(each);
            } else if (NAME.matcher(name).matches()) {
                List<UUID> members = members(each);
                if (members == null) {
                    LOG.warn("{} is not readable as a shared journal: left alone", each);
                } else if (!members.isEmpty()) {
                    left.put(each, new HashSet<>(members));
                } else if (unused == null) {
                    unused = each;
                } else {
                    Files.delete(each);
                }
            }
        }
        return unused;
    }

    private static @Nullable List<UUID> members(Path path) throws IOException {
        try (StoreFile file = DiskFile.openToRead(path)) {
            SharedLabel label = SharedLabel.read(file);
            return label == null ? null : label.members();
        }
    }

    /// The rest of a new file, while the first part is in use. If the process ends before, a later one uses the file
    /// as it is, only slower.
    private void fill(Path place, SharedJournal journal, long from, long size) {
        try (DiskFile file = DiskFile.open(place, Integer.MAX_VALUE)) {
            for (long at = from; at < size && !closed; at += FILLED_FIRST) {
                long end = Math.min(size, at + FILLED_FIRST);
                file.fill(at, end);
                file.sync();
                journal.grow(end);
            }
        } catch (IOException e) {
            LOG.warn("{} stays smaller than it should be: {}", place, e.toString());
        }
    }

    private void make(Path place, long filled, long size) throws IOException {
        Path unfinished = place.resolveSibling(place.getFileName() + UNFINISHED);
        try (DiskFile file = DiskFile.createSparse(unfinished, size)) {
            file.fill(0, filled);
            new SharedLabel(new UUID(0, 0), 0, List.of()).write(file);
        }
        Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
    }

    private void syncDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// A store was opened, and has its records elsewhere now.
    private synchronized void joined(UUID fsid) {
        List<Path> done = new ArrayList<>();
        left.forEach((path, members) -> {
            members.remove(fsid);
            if (members.isEmpty()) {
                done.add(path);
            }
        });
        for (Path each : done) {
            left.remove(each);
            try {
                Files.delete(each);
            } catch (IOException e) {
                LOG.warn("{} is not needed any more and cannot be deleted: {}", each, e.toString());
            }
        }
    }

    private synchronized void close(FileChannel lock) {
        closed = true;
        try {
            if (filler != null) {
                filler.join(); // nobody else may use the file while it writes
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        left.forEach((path, members) ->
                LOG.warn("{} still has records of osd {}: delete it if they are gone for ever", path, members));
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("{}: {}", directory, e.toString());
        }
    }
}
