package dev.inkfish.blockstore;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A [StoreFile] on a real file or block device.
final class DiskFile implements StoreFile {
    /// The JDK keeps a native buffer as large as the largest piece for each thread that does IO from the heap.
    private static final int PIECE = 1 << 20;

    static final int ALIGN = 4096;
    /// Shorter ones gain from what the system reads ahead.
    private static final int LARGE_READ = 1 << 20;
    /// Aligned buffers at rest: as many as threads ever wrote at once. (The JDK would make a new one for each write.)
    private static final Queue<ByteBuffer> PIECES = new ConcurrentLinkedQueue<>();

    private final FileChannel channel;
    private final @Nullable Room room;
    private final @Nullable Residency residency;
    /// For reading and writing past the page cache, where the file system can.
    private final @Nullable FileChannel direct;
    private final int directFrom;
    /// What goes past the page cache is durable as soon as it is written.
    private final boolean directIsDurable;
    /// Something was written that is not known to be durable.
    private volatile boolean unsynced = true;
    private final ReentrantLock syncing = new ReentrantLock();
    private @Nullable IOException broken;

    DiskFile(FileChannel channel) {
        this(channel, null, null, 0, false, null);
    }

    private DiskFile(
            FileChannel channel,
            @Nullable Room room,
            @Nullable FileChannel direct,
            int directFrom,
            boolean directIsDurable,
            @Nullable Residency residency) {
        this.room = room;
        this.channel = channel;
        this.direct = direct;
        this.directFrom = directFrom;
        this.directIsDurable = directIsDurable;
        this.residency = residency;
    }

    /// @param directFrom aligned writes of so many bytes or more go past the page cache: this saves a copy, and the
    ///     search for what is dirty when the file is synced
    static DiskFile open(Path path, int directFrom) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel direct = openDirect(path, StandardOpenOption.READ);
        return new DiskFile(
                channel, Room.of(path), direct, directFrom, false, direct == null ? null : Residency.of(channel));
    }

    /// A file that is synced after each write: aligned writes are one call of the system each, which writes and syncs.
    static DiskFile openLog(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new DiskFile(channel, null, openDirect(path, StandardOpenOption.DSYNC), ALIGN, true, null);
    }

    static DiskFile openToRead(Path path) throws IOException {
        return new DiskFile(FileChannel.open(path, StandardOpenOption.READ));
    }

    private static @Nullable FileChannel openDirect(Path path, OpenOption... more) {
        try {
            if (Files.getFileStore(path).getBlockSize() > ALIGN) {
                return null;
            }
            Set<OpenOption> options = new HashSet<>(Set.of(more));
            options.add(StandardOpenOption.WRITE);
            options.add(ExtendedOpenOption.DIRECT);
            return FileChannel.open(path, options);
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    /// A file of the size, without any blocks allocated.
    static DiskFile createSparse(Path path, long size) throws IOException {
        FileChannel channel = create(path);
        channel.write(ByteBuffer.allocate(1), size - 1);
        return new DiskFile(channel);
    }

    /// A file of the size, written through, so that a sync after an overwrite has no file-system metadata to write.
    static DiskFile createFilled(Path path, long size) throws IOException {
        DiskFile file = new DiskFile(create(path));
        file.fill(0, size);
        return file;
    }

    /// Writes zeros.
    void fill(long from, long end) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
        for (long at = from; at < end; at += zeros.position()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
            channel.write(zeros, at);
        }
    }

    private static FileChannel create(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
        if (direct != null
                && residency != null
                && goesPast(target, position)
                && !residency.wantsCache(position, target.remaining())) {
            read(direct, target, position);
        } else {
            read(channel, target, position);
        }
    }

    private static boolean goesPast(ByteBuffer target, long position) {
        int length = target.remaining();
        return length >= LARGE_READ
                && target.isDirect()
                && position % ALIGN == 0
                && length % ALIGN == 0
                && target.alignmentOffset(target.position(), ALIGN) == 0;
    }

    private static void read(FileChannel from, ByteBuffer target, long position) throws IOException {
        long at = position;
        int limit = target.limit();
        while (target.position() < limit) {
            target.limit(target.isDirect() ? limit : Math.min(limit, target.position() + PIECE));
            int count = from.read(target, at);
            if (count < 0) {
                throw new EOFException("read at " + at + ", behind the end");
            }
            at += count;
        }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        if (direct != null && goesDirectly(source, position)) {
            if (!directIsDurable) {
                unsynced = true;
            }
            writeDirectly(direct, source, position);
        } else {
            writeToRead(source, position);
        }
    }

    @Override
    public void writeToRead(ByteBuffer source, long position) throws IOException {
        unsynced = true;
        write(channel, source, position);
    }

    @Override
    public void writeDurably(ByteBuffer source, long position) throws IOException {
        boolean durable = directIsDurable && goesDirectly(source, position);
        write(source, position);
        if (!durable) {
            force(); // whatever others synced meanwhile
        }
    }

    /// One at a time: of writes that failed behind their callers' backs the system tells only once, whoever syncs first, and
    /// takes what it did not write for written. So nothing is durable any more that was not before.
    private void force() throws IOException {
        syncing.lock();
        try {
            if (broken != null) {
                throw new IOException("a sync failed before: " + broken.getMessage(), broken);
            }
            channel.force(false);
        } catch (IOException e) {
            broken = e;
            unsynced = true;
            throw e;
        } finally {
            syncing.unlock();
        }
    }

    private boolean goesDirectly(ByteBuffer source, long position) {
        int length = source.remaining();
        return direct != null && length >= directFrom && position % ALIGN == 0 && length % ALIGN == 0;
    }

    private void write(FileChannel to, ByteBuffer source, long position) throws IOException {
        long at = position;
        int limit = source.limit();
        while (source.position() < limit) {
            source.limit(source.isDirect() ? limit : Math.min(limit, source.position() + PIECE));
            at += to.write(source, at);
        }
    }

    private void writeDirectly(FileChannel to, ByteBuffer source, long position) throws IOException {
        if (source.isDirect() && source.alignmentOffset(source.position(), ALIGN) == 0) {
            write(to, source, position);
            return;
        }
        ByteBuffer idle = PIECES.poll();
        ByteBuffer piece = idle != null ? idle : ByteBuffer.allocateDirect(PIECE + ALIGN).alignedSlice(ALIGN);
        try {
            long at = position;
            while (source.hasRemaining()) {
                int count = Math.min(source.remaining(), PIECE);
                piece.clear().put(0, source, source.position(), count).limit(count);
                write(to, piece, at);
                source.position(source.position() + count);
                at += count;
            }
        } finally {
            PIECES.add(piece);
        }
    }

    @Override
    public void sync() throws IOException {
        if (unsynced) {
            unsynced = !directIsDurable; // what others write meanwhile may not be in this sync
            force();
        }
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public long capacity() throws IOException {
        return room == null ? size() : Math.min(size(), room.bytes());
    }

    @Override
    public void close() throws IOException {
        if (residency != null) {
            residency.close();
        }
        channel.close();
        if (direct != null) {
            direct.close();
        }
    }
}
