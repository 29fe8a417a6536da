package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.NaiveModel;
import dev.inkfish.objectstore.RandomTransactions;
import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A store with what it should hold.
final class ModelledStore {
    final SimMachine machine;
    final List<Transaction> submitted = new ArrayList<>();
    NaiveModel model = new NaiveModel();
    NaiveModel base = new NaiveModel();
    RandomTransactions transactions;
    @Nullable BlockStore store;
    boolean failed;
    int committed;
    /// Noted, and checked by [#compare]: a journal may take what its listeners throw for the store's failure.
    private boolean inOrder = true;

    ModelledStore(int number, long seed, Random random) throws IOException {
        machine = new SimMachine((random.nextBoolean() ? 3 : 12) << 20, 2 << 20, new UUID(2, number));
        transactions = new RandomTransactions(seed, model, random.nextBoolean() ? 40_000 : 80_000);
    }

    void submit() {
        Transaction t = transactions.next();
        int number = submitted.size();
        submitted.add(t);
        try {
            store.submit(CollectionId.META, t, () -> {
                inOrder &= committed == number;
                committed++;
            });
            model.apply(t);
        } catch (StoreFullException full) {
            submitted.removeLast();
        }
    }

    /// The store must hold the first n transactions for an n from what committed to what was submitted.
    void compare(Random random) {
        assertThat(inOrder).as("transactions committed in order").isTrue();
        NaiveModel candidate = base.copy();
        submitted.subList(0, committed).forEach(candidate::apply);
        int n = committed;
        while (!same(candidate)) {
            assertThat(n).as("it holds none of the states that it may hold").isLessThan(submitted.size());
            candidate.apply(submitted.get(n++));
        }
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
        base = candidate.copy();
        model = candidate;
        transactions = new RandomTransactions(random.nextLong(), model, 60_000);
        submitted.clear();
        committed = 0;
        failed = false;
    }

    private boolean same(NaiveModel candidate) {
        try {
            candidate.assertSame(store);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }
}
