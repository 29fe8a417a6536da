package dev.inkfish.mon.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornTailTest {
    private static final int FIRST = 2642;

    @TempDir
    private Path directory;

    private Path segment;
    private byte[] log;
    /// Where each entry begins.
    private final List<Integer> begins = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        Path current = Files.createDirectories(directory.resolve("group/current"));
        segment = current.resolve("log_inprogress_" + FIRST);
        Random random = new Random(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("RaftLog1".getBytes(StandardCharsets.US_ASCII));
        for (int size : new int[] {71, 4000, 300, 10_081, 5000}) {
            begins.add(out.size());
            byte[] entry = new byte[2 + size];
            random.nextBytes(entry);
            entry[0] = (byte) (size & 0x7f | 0x80);
            entry[1] = (byte) (size >> 7);
            CRC32C crc = new CRC32C();
            crc.update(entry);
            out.writeBytes(entry);
            out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        }
        log = out.toByteArray();
    }

    private void zero(int from, int to) {
        java.util.Arrays.fill(log, from, to, (byte) 0);
    }

    /// @return how long the segment is then
    private int cutOff(long applied) throws IOException {
        Files.write(segment, log);
        TornTail.cutOff(directory, applied);
        byte[] after = Files.readAllBytes(segment);
        assertThat(after).isEqualTo(java.util.Arrays.copyOf(log, after.length));
        return after.length;
    }

    @Test
    void aWholeLogStays() throws IOException {
        assertThat(cutOff(0)).isEqualTo(log.length);
    }

    @Test
    void anEntryWhoseLastBlocksWereNotWrittenGoes() throws IOException {
        log = java.util.Arrays.copyOf(log, begins.get(4));
        zero(8192, log.length);
        assertThat(cutOff(FIRST + 2)).isEqualTo(begins.get(3));
    }

    /// The blocks of an appended file reach the disk in any order.
    @Test
    void whatWasWrittenBehindItGoesToo() throws IOException {
        zero(8192, 8192 + 4096);
        assertThat(cutOff(FIRST + 2)).isEqualTo(begins.get(3));
    }

    @Test
    void damageInWhatWasWrittenStaysForRatisToRefuse() throws IOException {
        log[begins.get(3) + 700] ^= 4;
        assertThat(cutOff(FIRST + 2)).isEqualTo(log.length);
    }

    @Test
    void whatTheStoreHasWasOnDiskBefore() throws IOException {
        zero(8192, 8192 + 4096);
        assertThat(cutOff(FIRST + 3)).isEqualTo(log.length);
    }

    @Test
    void anEntryThatTheFileEndsInStaysForRatisToCutOff() throws IOException {
        log = java.util.Arrays.copyOf(log, log.length - 100);
        assertThat(cutOff(0)).isEqualTo(log.length);
    }

    @Test
    void withoutALogThereIsNothingToDo() {
        TornTail.cutOff(directory.resolve("none"), 0);
    }
}
