package dev.inkfish.mgr.rbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A journal's entries, beside those of a real 16.2.15 whose manager flattened an image.
class JournalEntryTest {
    private static final Bytes FLUSHED = Bytes.hex("93975853265941310100000000000000000100000000000000180000000501"
            + "04000000020000000101080000007c990b6b3925f0369f28bd8d");
    private static final Bytes FLATTEN = Bytes.hex("93975853265941310100000000000000000200000000000000200000000501"
            + "0c0000000c00000001000000000000000101080000007e990b6b16c6951b3d99d127");
    private static final Bytes FINISHED = Bytes.hex("939758532659413101010000000000000002000000000000002c0000000501"
            + "180000000300000001000000000000000100000000000000000000000101080000007e990b6b946b251fc83c1e68");

    @Test
    void theyAreWrittenAsLibrbdWritesThem() {
        assertThat(JournalEntry.encode(2, 0, JournalEntry.flatten(1, new Utime(0x6b0b997e, 0x1b95c616)))).isEqualTo(FLATTEN);
        assertThat(JournalEntry.encode(2, 1, JournalEntry.finished(1, 0, new Utime(0x6b0b997e, 0x1f256b94)))).isEqualTo(FINISHED);
    }

    @Test
    void theirHeadsAreReadAlsoBehindPaddingAndWhereTheLastIsCutOff() {
        Bytes object = Bytes.concat(FLUSHED, Bytes.zeros(100), FLATTEN, FINISHED.slice(0, 45));
        List<JournalEntry> found = new ArrayList<>();
        long end = JournalEntry.read(object, found::add);
        assertThat(found).containsExactly(new JournalEntry(1, 0, JournalEntry.FLUSHED),
                new JournalEntry(2, 0, JournalEntry.FLATTEN), new JournalEntry(2, 1, JournalEntry.OP_FINISHED));
        assertThat(end).isEqualTo(FLUSHED.length() + 100 + FLATTEN.length() + FINISHED.length());
        assertThatThrownBy(() -> JournalEntry.read(Bytes.concat(FLUSHED, Bytes.utf8("x".repeat(60))), found::add))
                .isInstanceOf(CephException.class).hasMessageContaining("no entry");
    }

    @Test
    void oneIsBehindAnotherByItsTagThenByItsNumber() {
        JournalEntry entry = new JournalEntry(2, 5, JournalEntry.FLATTEN);
        assertThat(entry.isBehind(1, 9)).isTrue();
        assertThat(entry.isBehind(2, 4)).isTrue();
        assertThat(entry.isBehind(2, 5)).isFalse();
        assertThat(entry.isBehind(3, 0)).isFalse();
    }
}
