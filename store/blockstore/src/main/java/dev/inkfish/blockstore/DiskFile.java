package dev.inkfish.blockstore;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A [StoreFile] on a real file or block device.
final class DiskFile implements StoreFile {
    /// The JDK keeps a native buffer as large as the largest piece for each thread that does IO from the heap.
    private static final int PIECE = 1 << 20;

    private final FileChannel channel;

    private DiskFile(FileChannel channel) {
        this.channel = channel;
    }

    static DiskFile open(Path path) throws IOException {
        return new DiskFile(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
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
        long at = position;
        int limit = source.limit();
        while (source.position() < limit) {
            source.limit(Math.min(limit, source.position() + PIECE));
            at += channel.write(source, at);
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
    }
}
