package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.wire.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final int SIZE = 16 * Journal.ALIGN;

    /// Frames of one block end exactly where the file ends; larger ones leave a rest.
    @Test
    void itGoesInCirclesWithinItsFileWhateverTheFramesLengths() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            SimFile file = new SimFile(new SimMachine(SIZE, SIZE), SIZE);
            Journal journal = new Journal(file);
            Journal.Position start = journal.begin(1, 0);
            for (int sequence = 1; sequence <= 100; sequence++) {
                assertThat(journal.append(List.of(transaction(sequence, random, seed)), 0)).isEqualTo(1);
                List<Long> found = new ArrayList<>();
                assertThat(new Journal(file).replay(start, each -> found.add(each.sequence()))).isEqualTo(sequence);
                assertThat(found).hasSize(sequence - (int) start.sequence());
                if (random.nextInt(3) == 0) {
                    start = journal.positionAfter(sequence);
                    journal.trim(start);
                }
                if (journal.used() > SIZE / 2) {
                    start = journal.positionAfter(sequence - 1);
                    journal.trim(start);
                }
            }
        }
    }

    private static Submitted transaction(long sequence, Random random, int seed) {
        int length = seed == 0 ? 10 : random.nextInt(4 * Journal.ALIGN - 100);
        KvBatch batch = new KvBatch();
        batch.put(Bytes.utf8("key"), Bytes.zeros(length));
        Submitted transaction = new Submitted(batch, List.of(), false, new int[0], () -> {});
        transaction.sequence = sequence;
        return transaction;
    }
}
