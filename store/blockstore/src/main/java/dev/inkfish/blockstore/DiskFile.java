package dev.inkfish.blockstore;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A [StoreFile] on a real file or block device.
final class DiskFile implements StoreFile {
    /// The JDK keeps a native buffer as large as the largest piece for each thread that does IO from the heap.
    private static final int PIECE = 1 << 20;

    private static final int ALIGN = 4096;
    /// Aligned buffers at rest: as many as threads ever wrote at once. (The JDK would make a new one for each write.)
    private static final Queue<ByteBuffer> PIECES = new ConcurrentLinkedQueue<>();

    private final FileChannel channel;
    /// For writing past the page cache, where the file system can.
    private final @Nullable FileChannel direct;
    private final int directFrom;

    private DiskFile(FileChannel channel) {
        this(channel, null, 0);
    }

    private DiskFile(FileChannel channel, @Nullable FileChannel direct, int directFrom) {
        this.channel = channel;
        this.direct = direct;
        this.directFrom = directFrom;
    }

    /// @param directFrom aligned writes of so many bytes or more go past the page cache: this saves a copy, and the
    ///     search for what is dirty when the file is synced
    static DiskFile open(Path path, int directFrom) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new DiskFile(channel, openDirect(path), directFrom);
    }

    private static @Nullable FileChannel openDirect(Path path) {
        try {
            if (Files.getFileStore(path).getBlockSize() > ALIGN) {
                return null;
            }
            return FileChannel.open(path, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
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
        FileChannel channel = create(path);
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < size; at += zeros.position()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
            channel.write(zeros, at);
        }
        return new DiskFile(channel);
    }

    private static FileChannel create(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
        long at = position;
        int limit = target.limit();
        while (target.position() < limit) {
            target.limit(Math.min(limit, target.position() + PIECE));
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException("read at " + at + ", behind the end");
            }
            at += count;
        }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int length = source.remaining();
        if (direct != null && length >= directFrom && position % ALIGN == 0 && length % ALIGN == 0) {
            writeDirectly(direct, source, position);
        } else {
            write(channel, source, position);
        }
    }

    private void write(FileChannel to, ByteBuffer source, long position) throws IOException {
        long at = position;
        int limit = source.limit();
        while (source.position() < limit) {
            source.limit(Math.min(limit, source.position() + PIECE));
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
        channel.force(false);
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (direct != null) {
            direct.close();
        }
    }
}
