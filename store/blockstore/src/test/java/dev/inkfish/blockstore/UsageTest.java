package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a store that opens counts is what it counted when it was closed: objects without blocks, with a few, with shards
/// of their own, with attributes and omap, and clones that share blocks, of several pools.
class UsageTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeviceSize(256 << 20).withJournalSize(8 << 20);

    @TempDir
    Path directory;

    @Test
    void countsTheSameWhenOpenedAgain() {
        Path osd = directory.resolve("osd.0");
        BlockStore.mkfs(osd, new UUID(1, 1), new UUID(2, 0), 0, OPTIONS);
        Random random = new Random(1);
        ObjectStore.StoreStats before;
        NavigableMap<Long, ObjectStore.PoolStats> pools;
        try (BlockStore store = BlockStore.open(osd, OPTIONS)) {
            for (long pool = 1; pool <= 3; pool++) {
                CollectionId collection = CollectionId.of(SpgId.of(new PgId(pool, 0)));
                store.submit(collection, new Transaction().createCollection(collection), () -> {});
                for (int number = 0; number < 200; number++) {
                    store.submit(collection, change(collection, object(pool, number), number, random), () -> {});
                }
            }
            before = store.stats();
            pools = store.poolStats();
        }
        assertThat(pools.keySet()).containsExactly(1L, 2L, 3L);
        for (int time = 0; time < 2; time++) {
            try (BlockStore store = BlockStore.open(osd, OPTIONS)) {
                assertThat(store.poolStats()).isEqualTo(pools);
                assertThat(store.stats().allocated()).isEqualTo(before.allocated());
                assertThat(store.stats().dataStored()).isEqualTo(before.dataStored());
                assertThat(store.stats().available()).isEqualTo(before.available());
                assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
            }
        }
    }

    private static Transaction change(CollectionId collection, GhObject object, int number, Random random) {
        Transaction transaction = new Transaction().touch(collection, object);
        byte[] data = new byte[1 + random.nextInt(20_000)];
        switch (number % 5) {
            case 0 -> {} // nothing in it
            case 1 -> transaction.write(collection, object, random.nextInt(100_000), Bytes.wrap(data));
            case 2 -> {
                for (int part = 0; part < 4; part++) {
                    transaction.write(collection, object, random.nextInt(4 << 20), Bytes.wrap(data));
                }
            }
            case 3 -> transaction.truncate(collection, object, random.nextInt(1 << 20));
            default -> {
                transaction.write(collection, object, 0, Bytes.wrap(data));
                transaction.clone(collection, object, object(object.hobject().pool(), 10_000 + number));
            }
        }
        if (number % 3 == 0) {
            TreeMap<String, Bytes> attrs = new TreeMap<>();
            attrs.put("_", Bytes.wrap(new byte[random.nextInt(500)]));
            attrs.put("snapset", Bytes.EMPTY);
            transaction.setAttrs(collection, object, attrs);
            TreeMap<Bytes, Bytes> omap = new TreeMap<>();
            List.of("a", "b").forEach(key -> omap.put(Bytes.utf8(key), Bytes.utf8("value")));
            transaction.omapSet(collection, object, omap);
        }
        return transaction;
    }

    private static GhObject object(long pool, int number) {
        return GhObject.of(HObject.head("object-" + number, "", number * 0x9e3779b1, "", pool));
    }
}
