package dev.inkfish.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.GhObject;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransactionCodecTest {
    @Test
    void everyOperationSurvivesTheRoundTrip() {
        NaiveModel model = new NaiveModel();
        RandomTransactions transactions = new RandomTransactions(1, model, 100_000);
        Set<Class<?>> seen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            Transaction t = transactions.next();
            model.apply(t);
            t.touch(transactions.collections().getFirst(), GhObject.MIN);
            assertThat(Transaction.decode(t.encode().reader())).isEqualTo(t);
            t.ops().forEach(op -> seen.add(op.getClass()));
        }
        assertThat(seen).containsExactlyInAnyOrder(Transaction.Op.class.getPermittedSubclasses());
    }

    @Test
    void damagedInputIsRefusedOrDecodesToSomethingElse() {
        NaiveModel model = new NaiveModel();
        RandomTransactions transactions = new RandomTransactions(2, model, 1000);
        Random random = new Random(2);
        for (int i = 0; i < 100; i++) {
            Transaction t = transactions.next();
            model.apply(t);
            Bytes good = t.encode();
            Bytes shorter = good.slice(0, random.nextInt(good.length()));
            assertThatThrownBy(() -> Transaction.decode(shorter.reader())).isInstanceOf(DecodeException.class);
            byte[] bad = good.toArray();
            for (int at = 0; at < Math.min(bad.length, 200); at++) {
                byte was = bad[at];
                bad[at] ^= (byte) (1 << random.nextInt(8));
                try {
                    Transaction.decode(Bytes.copyOf(bad).reader());
                } catch (DecodeException e) {
                    // as it should
                }
                bad[at] = was;
            }
        }
    }
}
