package dev.inkfish.mgr.rbd.foreign;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file of the manager's host (`FileStream`).
record FileSource(String path, FileChannel channel, long size) implements ByteSource {
    static FileSource open(String path) {
        try {
            FileChannel channel = FileChannel.open(Path.of(path), StandardOpenOption.READ);
            return new FileSource(path, channel, channel.size());
        } catch (NoSuchFileException e) {
            throw new CephException(Errno.ENOENT, path + " is not there");
        } catch (AccessDeniedException e) {
            throw new CephException(Errno.EACCES, path + " may not be read");
        } catch (IOException e) {
            throw ByteSource.failed(path, e);
        }
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        if (offset < 0 || offset > size - length) {
            throw new CephException(Errno.ERANGE, path + " ends before " + offset + "+" + length);
        }
        ByteBuffer into = ByteBuffer.wrap(target, at, length);
        try {
            for (long from = offset; into.hasRemaining(); ) {
                int count = channel.read(into, from);
                if (count < 0) {
                    throw new CephException(Errno.ERANGE, path + " became shorter");
                }
                from += count;
            }
        } catch (IOException e) {
            throw ByteSource.failed(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw ByteSource.failed(path, e);
        }
    }
}
