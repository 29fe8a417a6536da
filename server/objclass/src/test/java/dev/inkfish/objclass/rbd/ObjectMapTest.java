package dev.inkfish.objclass.rbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ObjectMapTest {
    @Test
    void whatIsFilledIsWhatWasSetOneByOne() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            int size = random.nextInt(40);
            int first = random.nextInt(44);
            int state = random.nextInt(4);
            ObjectMap map = new ObjectMap(size);
            int[] wanted = new int[size];
            boolean filled = true;
            for (int i = 0; i < size; i++) {
                wanted[i] = random.nextInt(8) == 0 ? random.nextInt(4) : state;
                map.set(i, wanted[i]);
                filled &= i < first || wanted[i] == state;
            }
            assertThat(map.isFilled(first, state)).isEqualTo(filled);
            int other = random.nextInt(4);
            map.fill(first, other);
            for (int i = 0; i < size; i++) {
                assertThat(map.get(i)).isEqualTo(i < first ? wanted[i] : other);
            }
        }
    }
}
