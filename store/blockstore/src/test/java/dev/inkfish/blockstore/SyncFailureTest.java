package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A sync that fails takes the dirty pages for written; the next one succeeds, as Linux has it, and says nothing of them.
class SyncFailureTest {
    @TempDir
    Path directory;

    private DiskFile file() throws IOException {
        FileChannel real = FileChannel.open(
                directory.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new DiskFile(new FailingOnce(real));
    }

    @Test
    void nothingIsDurableAfterASyncThatFailed() throws IOException {
        try (DiskFile file = file()) {
            file.write(ByteBuffer.allocate(4096), 0);
            assertThatThrownBy(file::sync).hasMessage("no space for what was written before");
            file.write(ByteBuffer.allocate(4096), 0);
            assertThatThrownBy(file::sync).hasMessageContaining("a sync failed before");
        }
    }

    @Test
    void norIsWhatIsWrittenDurably() throws IOException {
        try (DiskFile file = file()) {
            assertThatThrownBy(() -> file.writeDurably(ByteBuffer.allocate(4096), 0)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> file.writeDurably(ByteBuffer.allocate(4096), 4096))
                    .hasMessageContaining("a sync failed before");
        }
    }

    /// A file of which the first sync fails.
    private static final class FailingOnce extends FileChannel {
        private final FileChannel file;
        private boolean failed;

        FailingOnce(FileChannel file) {
            this.file = file;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (!failed) {
                failed = true;
                throw new IOException("no space for what was written before");
            }
            file.force(metaData);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return file.write(source, position);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        // ---- what a store does not use

        private static UnsupportedOperationException unused() {
            return new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target) {
            throw unused();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw unused();
        }

        @Override
        public int write(ByteBuffer source) {
            throw unused();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw unused();
        }

        @Override
        public long position() {
            throw unused();
        }

        @Override
        public FileChannel position(long position) {
            throw unused();
        }

        @Override
        public FileChannel truncate(long size) {
            throw unused();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw unused();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw unused();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw unused();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw unused();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw unused();
        }
    }
}
