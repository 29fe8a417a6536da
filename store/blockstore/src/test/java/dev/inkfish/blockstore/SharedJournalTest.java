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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores with a shared journal in real directories: who may open what, and what is left behind.
class SharedJournalTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeviceSize(64 << 20).withJournalSize(4 << 20);
    private static final CollectionId META = CollectionId.META;

    @TempDir
    Path directory;

    private static GhObject object(int n) {
        return GhObject.of(HObject.head("o" + n, "", n, "", 1));
    }

    private static Bytes content(int n) {
        return Bytes.utf8(("content " + n + " ").repeat(500));
    }

    private Path make(int osd) {
        Path place = directory.resolve("osd." + osd);
        BlockStore.mkfs(place, new UUID(1, 1), new UUID(2, osd), osd, OPTIONS);
        return place;
    }

    private List<Path> journals() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(each -> each.getFileName().toString().matches("journal\\..{36}")).toList();
        }
    }

    /// Submits transactions `from` to `end`, and waits until they commit.
    private static void write(BlockStore store, int from, int end) throws InterruptedException {
        Semaphore committed = new Semaphore(0);
        for (int i = from; i < end; i++) {
            Transaction t = i == 0 ? new Transaction().createCollection(META) : new Transaction();
            store.submit(META, t.write(META, object(i), 0, content(i)), committed::release);
        }
        committed.acquire(end - from);
    }

    private static void check(BlockStore store, int end) {
        for (int i = 0; i < end; i++) {
            assertThat(store.read(META, object(i), 0, 100_000)).isEqualTo(content(i));
        }
        assertThat(store.fsck(FsckMode.CHECK).problems()).isEmpty();
    }

    /// A copy of a directory as a killed process would leave it.
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    @Test
    void aStoreThatWasClosedNeedsNoJournal() throws Exception {
        make(0);
        make(1);
        for (int round = 0; round < 2; round++) {
            try (SharedJournal journal = SharedJournal.in(directory, 4 << 20);
                    BlockStore a = BlockStore.open(directory.resolve("osd.0"), OPTIONS, journal);
                    BlockStore b = BlockStore.open(directory.resolve("osd.1"), OPTIONS, journal)) {
                write(a, 10 * round, 10 * round + 10);
                write(b, 20 * round, 20 * round + 20);
            }
            assertThat(journals()).hasSize(1);
        }
        Files.delete(journals().getFirst());
        try (BlockStore a = BlockStore.open(directory.resolve("osd.0"), OPTIONS)) {
            check(a, 20);
        }
        try (BlockStore b = BlockStore.open(directory.resolve("osd.1"), OPTIONS)) {
            check(b, 40);
        }
    }

    @Test
    void aKilledProcesssStoreFindsItsRecordsOrIsRefused() throws Exception {
        Path killed = directory.resolve("killed");
        make(0);
        make(1);
        try (SharedJournal journal = SharedJournal.in(directory, 4 << 20);
                BlockStore a = BlockStore.open(directory.resolve("osd.0"), OPTIONS, journal);
                BlockStore b = BlockStore.open(directory.resolve("osd.1"), OPTIONS, journal)) {
            write(a, 0, 10);
            write(b, 0, 30);
            assertThatThrownBy(() -> SharedJournal.in(directory, 4 << 20)).hasMessageContaining("in use");
            Files.createDirectories(killed);
            copy(directory.resolve("osd.0"), killed.resolve("osd.0"));
            copy(directory.resolve("osd.1"), killed.resolve("osd.1"));
            Files.copy(journals().getFirst(), killed.resolve(journals().getFirst().getFileName()));
        }
        String name = journals().getFirst().getFileName().toString();
        // one is opened alone, while the other's records stay
        try (BlockStore a = BlockStore.open(killed.resolve("osd.0"), OPTIONS)) {
            check(a, 10);
        }
        // without its journal the other is refused, wherever it is
        Path moved = directory.resolve("moved").resolve("osd.1");
        Files.createDirectories(moved.getParent());
        Files.move(killed.resolve("osd.1"), moved);
        assertThatThrownBy(() -> BlockStore.open(moved, OPTIONS).close())
                .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(Errno.ENOENT)).isTrue())
                .hasMessageContaining(name.substring(8));
        // a new journal beside leaves the old one alone as long as a store with records is missing
        try (SharedJournal journal = SharedJournal.in(killed, 4 << 20);
                BlockStore a = BlockStore.open(killed.resolve("osd.0"), OPTIONS, journal)) {
            write(a, 10, 20);
            check(a, 20);
        }
        assertThat(killed.resolve(name)).exists();
        Files.move(moved, killed.resolve("osd.1"));
        try (SharedJournal journal = SharedJournal.in(killed, 4 << 20);
                BlockStore a = BlockStore.open(killed.resolve("osd.0"), OPTIONS, journal);
                BlockStore b = BlockStore.open(killed.resolve("osd.1"), OPTIONS, journal)) {
            check(a, 20);
            check(b, 30);
            assertThat(killed.resolve(name)).doesNotExist();
        }
    }

    @Test
    void whenOneStoreFailsTheOthersGoOnWithJournalsOfTheirOwn() throws Exception {
        SimMachine disk = new SimMachine(1 << 20, 1 << 20);
        SimFile file = new SimFile(disk, 1 << 20);
        SharedJournal journal = new SharedJournal(null, file, new UUID(7, 7));
        List<SimMachine> machines = new ArrayList<>();
        List<BlockStore> stores = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SimMachine machine = new SimMachine(64 << 20, 4 << 20, new UUID(2, i));
            machine.sharedJournals = id -> file;
            machines.add(machine);
            stores.add(new BlockStore(machine.media(), OPTIONS, journal));
        }
        journal.start(fsid -> {}, () -> {});
        for (int i = 0; i < 3; i++) {
            stores.get(i).pipeline().start("test" + i);
            write(stores.get(i), 0, 10);
        }
        stores.get(2).pipeline().fail(new IOException("test"));
        AtomicInteger late = new AtomicInteger();
        for (int from = 10; from < 400; from += 30) {
            write(stores.get(0), from, from + 30);
            write(stores.get(1), from, from + 30);
        }
        assertThatThrownBy(() -> stores.get(2).submit(META, new Transaction().touch(META, object(1)), late::incrementAndGet))
                .isInstanceOf(CephException.class);
        assertThat(SharedLabel.read(file).members()).containsExactly(new UUID(2, 2));
        check(stores.get(0), 400);
        stores.forEach(BlockStore::close);
        journal.close();
        machines.get(0).sharedJournals = machines.get(1).sharedJournals = id -> {
            throw new AssertionError("it has left");
        };
        int[] expected = {400, 400, 10};
        for (int i = 0; i < 3; i++) {
            BlockStore again = new BlockStore(machines.get(i).media(), OPTIONS);
            check(again, expected[i]);
        }
        assertThat(late).hasValue(0);
    }
}
