package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads and writes that go by the page cache and past it, of one file.
class DiskFileTest {
    private static final int SIZE = 16 << 20;

    @TempDir
    Path directory;

    @Test
    void readsWhatWasWrittenWhicheverWayItWent() throws IOException {
        Path path = directory.resolve("block");
        DiskFile.createSparse(path, SIZE).close();
        byte[] expected = new byte[SIZE];
        Random random = new Random(5);
        ByteBuffer memory = ByteBuffer.allocateDirect(SIZE + 4096).alignedSlice(4096);
        try (DiskFile file = DiskFile.open(path, 64 << 10)) {
            for (int step = 0; step < 120; step++) {
                int length = (1 + random.nextInt(random.nextBoolean() ? 8 : 1024)) * 4096;
                int at = random.nextInt((SIZE - length) / 4096 + 1) * 4096;
                if (random.nextInt(3) == 0) {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    file.write(ByteBuffer.wrap(data), at);
                    System.arraycopy(data, 0, expected, at, length);
                } else {
                    ByteBuffer target = memory.slice(random.nextInt(4) == 0 ? 24 : 0, length);
                    file.read(target, at);
                    assertThat(target.hasRemaining()).isFalse();
                    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(expected, at, length));
                }
            }
        }
    }

    @Test
    void whatIsReadAgainIsKeptInThePageCache() throws IOException {
        Path path = directory.resolve("block");
        DiskFile.createSparse(path, SIZE).close();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                Residency residency = Residency.of(channel)) {
            assertThat(residency).isNotNull();
            assertThat(residency.wantsCache(0, 1 << 20)).as("the first time").isFalse();
            assertThat(residency.wantsCache(4 << 20, 1 << 20)).as("another place").isFalse();
            assertThat(residency.wantsCache(0, 1 << 20)).as("again").isTrue();
            channel.read(ByteBuffer.allocate(1 << 20), 0);
            assertThat(residency.wantsCache(0, 1 << 20)).as("when it is there").isTrue();
            assertThat(residency.wantsCache(0, 1 << 20)).as("when it is there").isTrue();
        }
    }

    @Test
    void whatIsWrittenToBeReadIsInThePageCache() throws IOException {
        Path path = directory.resolve("block");
        DiskFile.createSparse(path, SIZE).close();
        assumeThat(Files.getFileStore(path).type()).isNotEqualTo("tmpfs"); // which is all cache
        int length = 1 << 20;
        ByteBuffer data = ByteBuffer.allocateDirect(length + 4096).alignedSlice(4096).limit(length);
        try (DiskFile file = DiskFile.open(path, 64 << 10);
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                Residency residency = Residency.of(channel)) {
            assertThat(residency).isNotNull();
            file.write(data.duplicate(), 0);
            file.writeToRead(data.duplicate(), 4 << 20);
            file.sync();
            assertThat(residency.wantsCache(0, length)).as("written past the page cache").isFalse();
            assertThat(residency.wantsCache(4 << 20, length)).as("written to be read").isTrue();
        }
    }
}
