package dev.inkfish.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [ObjectStore] must do.
public abstract class StoreConformance {
    protected static final CollectionId PG = CollectionId.of(SpgId.of(new PgId(1, 0x2f)));
    protected static final GhObject A = object("a", 1);
    protected static final GhObject B = object("b", 2);

    protected ObjectStore store;

    /// A new, empty store.
    protected abstract ObjectStore create() throws Exception;

    /// The same store after its process ended and started again.
    protected abstract ObjectStore reopen(ObjectStore store) throws Exception;

    /// A new store with room for 8 MiB of data at most, and for 2 MiB at least.
    protected abstract ObjectStore createSmall() throws Exception;

    /// What a store can say about its own soundness; called where tests end.
    protected void check(ObjectStore store) {}

    @BeforeEach
    void open() throws Exception {
        store = create();
        commit(new Transaction().createCollection(PG));
    }

    @AfterEach
    void close() {
        check(store);
        store.close();
    }

    protected static GhObject object(String name, int hash) {
        return GhObject.of(HObject.head(name, "", hash, "", 1));
    }

    /// Submits, and waits for the commit.
    protected void commit(Transaction t) {
        CountDownLatch done = new CountDownLatch(1);
        store.submit(PG, t, done::countDown);
        try {
            assertThat(done.await(20, TimeUnit.SECONDS)).as("commits").isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    protected static Bytes random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void behavesLikeTheModelThroughReopenings(long seed) throws Exception {
        store.close();
        store = create();
        NaiveModel model = new NaiveModel();
        RandomTransactions transactions = new RandomTransactions(seed, model, seed % 2 == 0 ? 60_000 : 1_500_000);
        Random random = new Random(seed);
        for (int i = 0; i < 250; i++) {
            Transaction t = transactions.next();
            model.apply(t);
            store.submit(PG, t, () -> {});
            if (random.nextInt(25) == 0) {
                model.assertSame(store);
            }
            if (random.nextInt(80) == 0) {
                store = reopen(store);
                model.assertSame(store);
            }
        }
        model.assertSame(store);
        store = reopen(store);
        model.assertSame(store);
    }

    /// A store that has looked at the checksums of what it reads may say what they come to.
    @Test
    void whatIsReadHasTheChecksumOfItsBytes() {
        commit(new Transaction().write(PG, A, 0, random(1, 100_000)).write(PG, A, 300_000, random(2, 800_000)));
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            int offset = random.nextInt(4) * (random.nextBoolean() ? 4096 : 70_001);
            int length = random.nextInt(1_100_000 - offset);
            Bytes plain = store.read(PG, A, offset, length);
            assertThat(plain.crc32c(-1)).isEqualTo(Bytes.wrap(plain.toArray()).crc32c(-1));
            Bytes headed = store.read(PG, A, random(i, random.nextInt(50)), store.extents(PG, A, offset, length));
            assertThat(headed.crc32c(-1)).isEqualTo(Bytes.wrap(headed.toArray()).crc32c(-1));
            assertThat(headed.crc32c(7)).isEqualTo(Bytes.wrap(headed.toArray()).crc32c(7));
        }
    }

    @Test
    void aTransactionIsVisibleAtOnceAndCommitsAreInOrder() throws Exception {
        List<Integer> committed = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            int n = i;
            TreeMap<Bytes, Bytes> entry = new TreeMap<>();
            entry.put(Bytes.utf8("k" + n), Bytes.utf8("v" + n));
            store.submit(PG, new Transaction().write(PG, A, n * 10L, random(n, 10)).omapSet(PG, A, entry), () -> {
                synchronized (committed) {
                    committed.add(n);
                }
                all.countDown();
            });
            assertThat(store.read(PG, A, n * 10L, 10)).isEqualTo(random(n, 10));
            assertThat(store.omapGet(PG, A, List.of(Bytes.utf8("k" + n)))).isEqualTo(entry);
            assertThat(store.size(PG, A)).isEqualTo((n + 1) * 10L);
        }
        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(committed).isSorted().hasSize(50);
    }

    @Test
    void readsEndWithTheObjectAndHolesAreZero() {
        commit(new Transaction().write(PG, A, 10_000, random(1, 5000)).truncate(PG, B, 100));
        assertThat(store.read(PG, A, 0, 10_000).isZero()).isTrue();
        assertThat(store.read(PG, A, 14_990, 100)).isEqualTo(random(1, 5000).slice(4990));
        assertThat(store.read(PG, A, 15_000, 1)).isEqualTo(Bytes.EMPTY);
        assertThat(store.read(PG, A, Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(Bytes.EMPTY);
        assertThat(store.read(PG, B, 0, 4096)).isEqualTo(Bytes.zeros(100));
        assertThat(store.extents(PG, B, 0, 100)).isEmpty();
        assertThat(store.extents(PG, A, 0, 20_000)).containsExactly(new ObjectStore.Extent(8192, 15_000 - 8192));
        assertThat(store.extents(PG, A, 12_000, 1000)).containsExactly(new ObjectStore.Extent(12_000, 1000));
    }

    @Test
    void rangesAreReadBehindAHead() {
        Bytes data = random(1, 300_000);
        commit(new Transaction().write(PG, A, 5000, data).zero(PG, A, 100_000, 50_000));
        Bytes head = random(2, 21);
        Bytes all = store.read(
                PG, A, head, List.of(new ObjectStore.Extent(4096, 130_000), new ObjectStore.Extent(200_001, 100_003)));
        assertThat(all.slice(0, 21)).isEqualTo(head);
        assertThat(all.slice(21, 904).isZero()).isTrue();
        assertThat(all.slice(21 + 904, 95_000)).isEqualTo(data.slice(0, 95_000));
        assertThat(all.slice(21 + 904 + 95_000, 34_096).isZero()).isTrue();
        assertThat(all.slice(21 + 130_000)).isEqualTo(data.slice(195_001, 100_003));
        assertThat(all.crc32c(-1)).isEqualTo(Bytes.wrap(all.toArray()).crc32c(-1));
    }

    @Test
    void shrinkingAndGrowingAgainShowsZeros() {
        commit(new Transaction().write(PG, A, 0, random(1, 10_000)).truncate(PG, A, 5000));
        commit(new Transaction().truncate(PG, A, 10_000));
        assertThat(store.read(PG, A, 0, 5000)).isEqualTo(random(1, 10_000).slice(0, 5000));
        assertThat(store.read(PG, A, 5000, 5000).isZero()).isTrue();
    }

    @Test
    void removedTruncatedAndZeroedSpaceIsFree() {
        long before = store.stats().allocated();
        commit(new Transaction().write(PG, A, 0, random(1, 1 << 20)));
        assertThat(store.stats().allocated() - before).isEqualTo(1 << 20);
        assertThat(store.stats().dataStored()).isEqualTo(1 << 20);
        commit(new Transaction().zero(PG, A, 4096, (1 << 19) - 4096));
        assertThat(store.stats().allocated() - before).isEqualTo((1 << 19) + 4096);
        assertThat(store.extents(PG, A, 0, 1 << 20))
                .containsExactly(new ObjectStore.Extent(0, 4096), new ObjectStore.Extent(1 << 19, 1 << 19));
        commit(new Transaction().truncate(PG, A, 4096));
        assertThat(store.stats().allocated() - before).isEqualTo(4096);
        commit(new Transaction().remove(PG, A));
        assertThat(store.stats().allocated()).isEqualTo(before);
        assertThat(store.stats().dataStored()).isZero();
    }

    @Test
    void clonesAreSnapshots() throws Exception {
        TreeMap<Bytes, Bytes> omap = new TreeMap<>();
        omap.put(Bytes.utf8("k"), Bytes.utf8("v"));
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put("_", Bytes.utf8("oi"));
        commit(new Transaction().write(PG, A, 0, random(1, 300_000)).omapSet(PG, A, omap).setAttrs(PG, A, attrs));
        commit(new Transaction().clone(PG, A, B));
        commit(new Transaction()
                .write(PG, A, 1000, random(2, 8192))
                .omapClear(PG, A)
                .removeAttrs(PG, A)
                .truncate(PG, A, 200_000));
        store = reopen(store);
        assertThat(store.read(PG, B, 0, 1 << 20)).isEqualTo(random(1, 300_000));
        assertThat(store.attrs(PG, B)).isEqualTo(attrs);
        assertThat(store.omapGet(PG, B, omap.keySet())).isEqualTo(omap);
        assertThat(store.read(PG, A, 1000, 8192)).isEqualTo(random(2, 8192));
        assertThat(store.omapGet(PG, A, omap.keySet())).isEmpty();
        commit(new Transaction().clone(PG, B, A).remove(PG, B));
        assertThat(store.read(PG, A, 0, 1 << 20)).isEqualTo(random(1, 300_000));
        assertThat(store.exists(PG, B)).isFalse();
    }

    @Test
    void listsInObjectOrderFromAnywhere() {
        Random random = new Random(7);
        TreeSet<GhObject> names = new TreeSet<>();
        Transaction t = new Transaction();
        for (int i = 0; i < 300; i++) {
            GhObject name = RandomTransactions.name(random);
            names.add(name);
            t.touch(PG, name);
        }
        commit(t);
        List<GhObject> sorted = List.copyOf(names);
        assertThat(store.list(PG, GhObject.MIN, GhObject.MAX, 1000)).isEqualTo(sorted);
        List<GhObject> pages = new ArrayList<>();
        GhObject from = GhObject.MIN;
        for (List<GhObject> page = store.list(PG, from, GhObject.MAX, 7); !page.isEmpty(); page = store.list(PG, from, GhObject.MAX, 7)) {
            int skip = page.getFirst().equals(from) ? 1 : 0;
            if (page.size() == skip) {
                break;
            }
            pages.addAll(page.subList(skip, page.size()));
            from = page.getLast();
        }
        assertThat(pages).isEqualTo(sorted);
        assertThat(store.list(PG, sorted.get(10), sorted.get(20), 1000)).isEqualTo(sorted.subList(10, 20));
        assertThat(store.list(PG, sorted.get(20), sorted.get(10), 1000)).isEmpty();
    }

    @Test
    void omapScansInByteOrderUntilToldToStop() {
        TreeMap<Bytes, Bytes> omap = new TreeMap<>();
        for (int i = 0; i < 256; i++) {
            omap.put(Bytes.wrap(new byte[] {(byte) i}), Bytes.utf8("v" + i));
        }
        commit(new Transaction().omapSet(PG, A, omap).omapRemoveRange(PG, A, Bytes.hex("10"), Bytes.hex("f0")));
        omap.subMap(Bytes.hex("10"), Bytes.hex("f0")).clear();
        List<Bytes> seen = new ArrayList<>();
        store.omapScan(PG, A, Bytes.hex("0e"), (key, value) -> {
            seen.add(key);
            return seen.size() < 4;
        });
        assertThat(seen).containsExactly(Bytes.hex("0e"), Bytes.hex("0f"), Bytes.hex("f0"), Bytes.hex("f1"));
    }

    @Test
    void whatIsNotThereIsEnoent() {
        CollectionId none = CollectionId.of(SpgId.of(new PgId(5, 5)));
        List<Runnable> reads = List.of(
                () -> store.size(PG, A),
                () -> store.read(PG, A, 0, 1),
                () -> store.attr(PG, A, "_"),
                () -> store.omapHeader(none, A),
                () -> store.list(none, GhObject.MIN, GhObject.MAX, 1));
        for (Runnable read : reads) {
            assertThatThrownBy(read::run).isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(Errno.ENOENT))
                    .isTrue());
        }
        assertThat(store.exists(PG, A)).isFalse();
        assertThat(store.exists(none, A)).isFalse();
    }

    @Test
    void aBadTransactionChangesNothing() {
        commit(new Transaction().write(PG, A, 0, random(1, 100)));
        CollectionId none = CollectionId.of(SpgId.of(new PgId(5, 5)));
        List<Transaction> bad = List.of(
                new Transaction().write(PG, A, 0, random(2, 100)).touch(none, A),
                new Transaction().remove(PG, A).clone(PG, B, A),
                new Transaction().touch(PG, B).removeCollection(PG),
                new Transaction().truncate(PG, A, 5).createCollection(PG),
                new Transaction().touch(PG, B).moveRename(PG, A, PG, B));
        for (Transaction t : bad) {
            assertThatThrownBy(() -> store.submit(PG, t, () -> {})).isInstanceOf(IllegalArgumentException.class);
            assertThat(store.list(PG, GhObject.MIN, GhObject.MAX, 10)).containsExactly(A);
            assertThat(store.read(PG, A, 0, 1000)).isEqualTo(random(1, 100));
        }
    }

    @Test
    void aFullStoreSaysSoAndTakesRemovalsAndThenWritesAgain() throws Exception {
        store.close();
        store = createSmall();
        commit(new Transaction().createCollection(PG));
        int written = 0;
        StoreFullException full = null;
        while (full == null && written < 100) {
            try {
                commit(new Transaction().touch(PG, B).write(PG, object("o" + written, written), 0, random(written, 256 << 10)));
                written++;
            } catch (StoreFullException e) {
                full = e;
            }
        }
        assertThat(written).isBetween(8, 32);
        assertThat(store.exists(PG, object("o" + written, written))).isFalse();
        assertThatThrownBy(() -> store.submit(PG, new Transaction().remove(PG, B).write(PG, A, 0, random(1, 1 << 20)), () -> {}))
                .isInstanceOf(StoreFullException.class);
        assertThat(store.exists(PG, B)).isTrue();
        for (int round = 0; round < 20; round++) {
            int n = round % written;
            commit(new Transaction().remove(PG, object("o" + n, n)));
            commit(new Transaction().write(PG, object("o" + n, n), 0, random(round, 256 << 10)));
            assertThat(store.read(PG, object("o" + n, n), 0, 1 << 20)).isEqualTo(random(round, 256 << 10));
        }
    }

    @Test
    void collectionsAreWrittenAtOnce() throws Exception {
        int threads = 4;
        int each = 100;
        CountDownLatch committed = new CountDownLatch(threads * each);
        AtomicInteger failures = new AtomicInteger();
        List<Thread> running = new ArrayList<>();
        for (int n = 0; n < threads; n++) {
            CollectionId c = CollectionId.of(SpgId.of(new PgId(2, n)));
            commit(new Transaction().createCollection(c));
            int seed = n;
            running.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < each; i++) {
                        Bytes data = random(seed * 1000 + i, 3000);
                        store.submit(c, new Transaction().write(c, A, i * 3000L, data), committed::countDown);
                        if (!store.read(c, A, i * 3000L, 3000).equals(data)) {
                            failures.incrementAndGet();
                        }
                    }
                } catch (RuntimeException e) {
                    failures.incrementAndGet();
                }
            }));
        }
        for (Thread thread : running) {
            thread.join();
        }
        assertThat(committed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).hasValue(0);
        store = reopen(store);
        for (int n = 0; n < threads; n++) {
            CollectionId c = CollectionId.of(SpgId.of(new PgId(2, n)));
            for (int i = 0; i < each; i++) {
                assertThat(store.read(c, A, i * 3000L, 3000)).isEqualTo(random(n * 1000 + i, 3000));
            }
        }
    }

    /// Each pool's sums are those of its objects, shared blocks counted once, also when they are worked out anew.
    @Test
    void usageIsKnownByPool() throws Exception {
        CollectionId other = CollectionId.of(SpgId.of(new PgId(7, 1)));
        commit(new Transaction().createCollection(other).write(other, A, 0, random(1, 700_000)));
        commit(new Transaction().write(PG, A, 0, random(2, 40_000)).clone(PG, A, B));
        commit(new Transaction().write(other, B, 0, random(3, 9000)).truncate(other, B, 5000).remove(other, A));
        var pools = store.poolStats();
        assertThat(pools.keySet()).containsExactly(1L, 7L);
        assertThat(pools.get(1L).dataStored()).isEqualTo(80_000);
        assertThat(pools.get(7L).dataStored()).isBetween(5000L, 8192L);
        assertThat(pools.get(7L).allocated()).isBetween(5000L, 8192L);
        store = reopen(store);
        assertThat(store.poolStats()).isEqualTo(pools);
    }
}
