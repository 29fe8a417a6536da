package dev.inkfish.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BytesTest {
    private static Bytes random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @Test
    void theChecksumsOfPiecesMakeThatOfTheWhole() {
        for (int pieces = 1; pieces < 20; pieces++) {
            Bytes bytes = random(pieces, 3 + pieces * 4096).slice(3);
            assertThat(bytes.crc32cOfPieces(4096)).isEqualTo(bytes.crc32c(-1));
            assertThat(bytes.checksums(4096)).hasSize(pieces);
            assertThat(bytes.checksums(4096)[pieces - 1]).isEqualTo(bytes.slice((pieces - 1) * 4096, 4096).crc32c(-1));
            assertThat(bytes.checksums(2048)).hasSize(2 * pieces);
        }
    }

    @Test
    void equalBytesHaveEqualHashesWhereverTheyLie() {
        for (int length = 0; length < 40; length++) {
            Bytes bytes = random(length, length);
            Bytes moved = Bytes.concat(random(1, 5), bytes, random(2, 3)).slice(5, length);
            assertThat(moved).isEqualTo(bytes).hasSameHashCodeAs(bytes);
        }
    }

    @Test
    void lentMemoryIsReadLikeAnyOtherUntilItIsGivenBack() {
        Bytes heap = random(1, 10_000);
        ByteBuffer memory = ByteBuffer.allocateDirect(10_000);
        heap.putTo(memory);
        int[] returned = {0};
        Loan loan = new Loan(memory, () -> returned[0]++);
        Bytes lent = Bytes.of(loan);
        assertThat(lent.slice(17, 5000).crc32c(5)).isEqualTo(heap.slice(17, 5000).crc32c(5));
        assertThat(lent.slice(17, 50)).isEqualTo(heap.slice(17, 50)).hasSameHashCodeAs(heap.slice(17, 50));
        assertThat(lent.asByteBuffer().get(9999)).isEqualTo(heap.get(9999));
        loan.giveBack();
        assertThat(returned[0]).isEqualTo(1);
        assertThatThrownBy(lent::asByteBuffer).isInstanceOf(IllegalStateException.class);
    }
}
