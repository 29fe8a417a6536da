package dev.inkfish.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemStoreTest extends StoreConformance {
    @Override
    protected ObjectStore create() {
        return new MemStore();
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return store;
    }

    @Override
    protected ObjectStore createSmall() {
        return new MemStore(Runnable::run, 4 << 20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPowerCutLeavesWhatWasCommitted(long seed) {
        ArrayDeque<Runnable> steps = new ArrayDeque<>();
        MemStore mem = new MemStore(steps::add);
        NaiveModel model = new NaiveModel();
        RandomTransactions transactions = new RandomTransactions(seed, model, 50_000);
        NaiveModel durable = model.copy();
        for (int i = 0; i < 100; i++) {
            Transaction t = transactions.next();
            model.apply(t);
            mem.submit(PG, t, () -> {});
            if (i == 70) {
                steps.forEach(Runnable::run);
                durable = model.copy();
            }
        }
        model.assertSame(mem);
        List<Boolean> late = new ArrayList<>();
        mem.submit(CollectionId.META, new Transaction(), () -> late.add(true));
        mem.loseUncommitted();
        durable.assertSame(mem);
        steps.forEach(Runnable::run);
        assertThat(late).isEmpty();
        durable.assertSame(mem);
    }

    @Test
    void aLaterCommitMakesEarlierOnesDurable() {
        ArrayDeque<Runnable> steps = new ArrayDeque<>();
        MemStore mem = new MemStore(steps::add);
        mem.submit(PG, new Transaction().createCollection(PG).touch(PG, A), () -> {});
        mem.submit(PG, new Transaction().touch(PG, B), () -> {});
        steps.removeLast().run();
        mem.loseUncommitted();
        assertThat(mem.exists(PG, A)).isTrue();
        assertThat(mem.exists(PG, B)).isTrue();
    }
}
