package dev.inkfish.crush;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class CrushLogTest {
    /// Of the 514 published words, little-endian.
    private static final long CHECKSUM = 0xc7f11a8eL;

    @Test
    void theTablesAreThePublishedOnes() {
        ByteBuffer words = ByteBuffer.allocate(514 * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : CrushLog.tables()) {
            words.putLong(word);
        }
        CRC32 crc = new CRC32();
        crc.update(words.array());
        assertThat(crc.getValue()).isEqualTo(CHECKSUM);
    }
}
