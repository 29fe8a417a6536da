package dev.inkfish.blockstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Disks that return other than what was written, or fail.
class DamageTest {
    private static final CollectionId META = CollectionId.META;
    private static final GhObject A = GhObject.of(HObject.head("a", "", 1, "", 1));
    private static final GhObject B = GhObject.of(HObject.head("b", "", 2, "", 1));

    private SimMachine machine;
    private BlockStore store;

    @BeforeEach
    void open() throws IOException {
        machine = new SimMachine(16 << 20, 4 << 20);
        store = new BlockStore(machine.media(), Options.DEFAULTS);
    }

    private static Bytes random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private void settled(Transaction t) throws IOException {
        store.submit(META, t, () -> {});
        store.pipeline().settle();
    }

    private void flip(Bytes content) {
        long at = machine.block.find(content.slice(0, Shard.BLOCK).toArray());
        assertThat(at).isPositive();
        machine.block.flip(at + 1234, 5);
    }

    @Test
    void aFlippedBitIsNeverReturned() throws IOException {
        Bytes data = random(1, 40_000);
        settled(new Transaction().createCollection(META).write(META, A, 0, data).clone(META, A, B));
        flip(data.slice(8192, 4096));
        for (GhObject o : new GhObject[] {A, B}) {
            assertThatThrownBy(() -> store.read(META, o, 0, 40_000)).isInstanceOf(CephException.class);
            assertThatThrownBy(() -> store.read(META, o, 8200, 1))
                    .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(Errno.EIO)).isTrue());
            assertThat(store.read(META, o, 0, 8192)).isEqualTo(data.slice(0, 8192));
            assertThat(store.read(META, o, 12_288, 40_000)).isEqualTo(data.slice(12_288));
        }
        assertThat(store.fsck(FsckMode.CHECK).problems()).hasSize(2).allMatch(p -> p.contains("bad checksum at offset 8192"));

        assertThatThrownBy(() -> store.submit(META, new Transaction().write(META, A, 8200, random(2, 10)), () -> {}))
                .isInstanceOf(CephException.class);
        settled(new Transaction().write(META, A, 8192, random(3, 4096)));
        assertThat(store.read(META, A, 8192, 4096)).isEqualTo(random(3, 4096));
        assertThatThrownBy(() -> store.read(META, B, 8192, 1)).isInstanceOf(CephException.class);
    }

    @Test
    void afterAFailedSyncNothingCommits() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        store = new BlockStore(machine.media(), Options.DEFAULTS.withOnFailure(e -> told.countDown()));
        store.pipeline().start("test");
        CountDownLatch first = new CountDownLatch(1);
        store.submit(META, new Transaction().createCollection(META), first::countDown);
        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        AtomicInteger commits = new AtomicInteger();
        machine.failAfter(1); // the write succeeds, the sync does not
        store.submit(META, new Transaction().write(META, A, 0, random(1, 100)), commits::incrementAndGet);
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        machine.neverFail();
        assertThatThrownBy(() -> store.submit(META, new Transaction().touch(META, B), commits::incrementAndGet))
                .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(Errno.EIO)).isTrue());
        store.close();
        assertThat(commits).hasValue(0);
        BlockStore again = new BlockStore(machine.media(), Options.DEFAULTS);
        assertThat(again.fsck(FsckMode.CHECK).problems()).isEmpty();
        assertThat(again.collectionExists(META)).isTrue();
    }

    @Test
    void checksFindAndRepairWrongMetadata() throws IOException {
        settled(new Transaction().createCollection(META).write(META, A, 0, random(1, 600_000)).clone(META, A, B));
        settled(new Transaction().write(META, A, 5000, random(2, 100)));
        assertThat(store.fsck(FsckMode.CHECK).clean()).isTrue();

        var contents = machine.keyValues.contents();
        contents.subMap(Keys.ALL_REFS.from(), Keys.ALL_REFS.end()).pollFirstEntry();
        contents.put(Keys.omap(77, Bytes.utf8("lost")), Bytes.utf8("x"));
        contents.put(Keys.shard(77, 3), contents.get(contents.ceilingKey(Keys.SHARDS.from())));
        int leaked = store.state().allocator.allocate(1).getFirst().start();
        assertThat(store.fsck(FsckMode.REPAIR).problems())
                .anyMatch(p -> p.contains("has 2 references, recorded are 1"))
                .anyMatch(p -> p.startsWith("omap entry") && p.endsWith("object 77"))
                .anyMatch(p -> p.startsWith("part 3 of an extent map without its object 77"))
                .contains("block " + leaked + " is leaked");
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
        settled(new Transaction().remove(META, A).remove(META, B));
        assertThat(store.stats().allocated()).isZero();
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
    }

    @Test
    void anUnreadableReferenceCountIsRebuilt() throws IOException {
        settled(new Transaction().createCollection(META).write(META, A, 0, random(1, 100_000)).clone(META, A, B));
        var contents = machine.keyValues.contents();
        var refs = contents.subMap(Keys.ALL_REFS.from(), Keys.ALL_REFS.end());
        refs.replaceAll((key, value) -> Bytes.wrap(new byte[] {60, 60, 2}));
        assertThat(store.fsck(FsckMode.REPAIR).problems()).anyMatch(p -> p.contains("run of 60 at 60"));
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
        settled(new Transaction().remove(META, A).remove(META, B));
        assertThat(store.stats().allocated()).isZero();
    }

    @Test
    void nothingIsRebuiltWhileAnObjectCannotBeRead() throws IOException {
        settled(new Transaction().createCollection(META).write(META, A, 0, random(1, 600_000)).write(META, B, 0, random(2, 4096)));
        store.close();
        var contents = machine.keyValues.contents();
        Bytes key = contents.subMap(Keys.OBJECTS.from(), Keys.OBJECTS.end()).keySet().stream()
                .filter(each -> Keys.objectOf(each).equals(A))
                .findFirst()
                .orElseThrow();
        Bytes good = contents.put(key, Bytes.wrap(new byte[] {9, 9, 9}));
        Bytes refs = Keys.refs(0);
        contents.put(refs, Bytes.wrap(new byte[] {5, 1, 2}));
        store = new BlockStore(machine.media(), Options.DEFAULTS);
        assertThat(store.unreadable()).singleElement().asString().contains("object metadata of version 9");
        assertThat(store.fsck(FsckMode.REPAIR).problems())
                .anyMatch(p -> p.contains("object metadata of version 9"))
                .anyMatch(p -> p.contains("recorded are 2"))
                .anyMatch(p -> p.startsWith("part ") && p.contains("without its object"));
        assertThat(contents.get(refs)).as("nothing is changed").isEqualTo(Bytes.wrap(new byte[] {5, 1, 2}));

        store.close();
        contents = machine.keyValues.contents();
        contents.put(key, good);
        store = new BlockStore(machine.media(), Options.DEFAULTS);
        store.fsck(FsckMode.REPAIR);
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
        assertThat(store.read(META, A, 0, 600_000)).isEqualTo(random(1, 600_000));
    }

    @Test
    void metadataAloneSaysNothingOfContents() throws IOException {
        Bytes data = random(1, 40_000);
        settled(new Transaction().createCollection(META).write(META, A, 0, data));
        flip(data);
        assertThat(store.fsck(FsckMode.CHECK, FsckDepth.METADATA).problems()).isEmpty();
        assertThat(store.fsck(FsckMode.CHECK, FsckDepth.DATA).problems()).hasSize(1);
    }
}
