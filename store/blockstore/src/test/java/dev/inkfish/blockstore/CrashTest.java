package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.NaiveModel;
import dev.inkfish.objectstore.RandomTransactions;
import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.CephException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The store on a machine whose power is cut at any moment, also while it recovers. Afterwards it holds every
/// transaction that committed, and of the others a prefix, each as a whole; and it is sound.
///
/// One thread makes the pipeline's steps in an order from the seed, so a failing seed fails again.
class CrashTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeferredThreshold(16 << 10);

    static LongStream seeds() {
        long first = Long.getLong("crash.seed", 1);
        return LongStream.range(first, first + Integer.getInteger("crash.seeds", 12));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatCommittedIsThere(long firstSeed) throws IOException {
        for (long seed = firstSeed * 10; seed < firstSeed * 10 + 10; seed++) {
            try {
                new Run(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static final class Run {
        private final Random random;
        private final SimMachine machine;
        private final List<Transaction> submitted = new ArrayList<>();
        private NaiveModel model = new NaiveModel();
        private NaiveModel base = new NaiveModel();
        private RandomTransactions transactions;
        private BlockStore store;
        private int committed;

        Run(long seed) throws IOException {
            random = new Random(seed);
            // sometimes so small that blocks are reused soon and the store is full at times
            machine = new SimMachine((random.nextBoolean() ? 3 : 12) << 20, 2 << 20);
            transactions = new RandomTransactions(seed, model, random.nextBoolean() ? 40_000 : 700_000);
            store = new BlockStore(machine.media(), OPTIONS);
        }

        void run() throws IOException {
            for (int round = 0; round < 4; round++) {
                if (random.nextInt(3) > 0) {
                    machine.failAfter(random.nextInt(120));
                }
                boolean failed = work(20 + random.nextInt(40));
                if (!failed && random.nextInt(4) == 0) {
                    machine.neverFail();
                    store.close();
                    assertThat(committed).isEqualTo(submitted.size());
                }
                recover();
                compare();
            }
        }

        /// @return whether the disk failed meanwhile
        private boolean work(int steps) {
            try {
                for (int i = 0; i < steps; i++) {
                    step();
                }
                return false;
            } catch (IOException | UncheckedIOException e) {
                return true;
            } catch (CephException e) {
                if (machine.hasFailed()) {
                    return true;
                }
                throw e;
            }
        }

        private void step() throws IOException {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> submit();
                case 4, 5 -> store.pipeline().commitStep();
                case 6 -> store.pipeline().applyStep();
                case 7 -> {
                    if (random.nextBoolean()) {
                        store.state().device.flush();
                    } else {
                        store.pipeline().checkpoint();
                    }
                }
                default -> throw new AssertionError();
            }
        }

        private void submit() {
            Transaction t = transactions.next();
            int number = submitted.size();
            // the model has it before, as a failing store may have taken it
            submitted.add(t);
            try {
                store.submit(CollectionId.META, t, () -> {
                    assertThat(committed).as("commits in order").isEqualTo(number);
                    committed++;
                });
                model.apply(t);
            } catch (StoreFullException full) {
                submitted.removeLast();
            }
        }

        private void recover() {
            while (true) {
                machine.neverFail();
                machine.crash(random);
                if (random.nextInt(4) == 0) {
                    machine.failAfter(random.nextInt(10));
                }
                try {
                    store = new BlockStore(machine.media(), OPTIONS);
                    machine.neverFail();
                    return;
                } catch (IOException | UncheckedIOException e) {
                    // it fails while it recovers, too
                }
            }
        }

        /// The store must hold the first n transactions for an n from what committed to what was submitted.
        private void compare() {
            NaiveModel candidate = base.copy();
            submitted.subList(0, committed).forEach(candidate::apply);
            int n = committed;
            while (!same(candidate)) {
                if (n == submitted.size()) {
                    candidate = base.copy();
                    submitted.subList(0, committed).forEach(candidate::apply);
                    candidate.assertSame(store);
                    throw new AssertionError("holds none of the states it may hold");
                }
                candidate.apply(submitted.get(n++));
            }
            assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
            base = candidate.copy();
            model = candidate;
            transactions = new RandomTransactions(random.nextLong(), model, 60_000);
            submitted.clear();
            committed = 0;
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
}
