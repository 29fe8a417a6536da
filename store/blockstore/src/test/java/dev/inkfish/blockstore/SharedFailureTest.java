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
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The disk of a shared journal fails while two frames are on their way to it: a replay ends at the gap, so nothing
/// behind it may be acknowledged, whatever became of it.
class SharedFailureTest {
    private static final Options OPTIONS = Options.DEFAULTS.withDeviceSize(64 << 20).withJournalSize(4 << 20);
    private static final CollectionId META = CollectionId.META;

    private final SimMachine disk;
    private final SimFile file;
    private final SharedJournal journal;
    private final List<SimMachine> machines = new ArrayList<>();
    private final List<BlockStore> stores = new ArrayList<>();
    private final List<Integer> committed = new ArrayList<>();
    /// What goes on elsewhere while the first store says that it has failed.
    private Runnable whileTold = () -> {};
    private int told;

    SharedFailureTest() throws IOException {
        disk = new SimMachine(1 << 20, 1 << 20);
        file = new SimFile(disk, 1 << 20);
        journal = new SharedJournal(null, file, new UUID(7, 7));
    }

    @BeforeEach
    void open() throws IOException {
        for (int i = 0; i < 2; i++) {
            machines.add(new SimMachine(64 << 20, 4 << 20, new UUID(2, i)));
            stores.add(open(i));
            write(i, 0);
        }
        journal.drain();
        assertThat(committed).containsExactlyInAnyOrder(0, 0);
        committed.clear();
    }

    private BlockStore open(int store) throws IOException {
        machines.get(store).sharedJournals = id -> file;
        return new BlockStore(machines.get(store).media(), OPTIONS.withOnFailure(cause -> {
            told++;
            whileTold.run();
        }), journal);
    }

    private static GhObject object(int n) {
        return GhObject.of(HObject.head("o" + n, "", n, "", 1));
    }

    private void write(int store, int n) {
        Transaction t = n == 0 ? new Transaction().createCollection(META) : new Transaction();
        stores.get(store).submit(META, t.write(META, object(n), 0, Bytes.utf8("content " + n)), () -> committed.add(n));
    }

    private SharedFrame frame(int n) throws IOException {
        write(0, n);
        write(1, n);
        SharedFrame frame = journal.begin();
        assertThat(frame.sections).hasSize(2);
        return frame;
    }

    /// As the journal's own threads do.
    private void writeOrFail(SharedFrame frame) {
        try {
            journal.write(frame);
        } catch (IOException e) {
            journal.fail(e);
        }
    }

    @Test
    void whatIsOnTheDiskBehindAFailedFrameDoesNotCount() throws IOException {
        SharedFrame first = frame(1);
        SharedFrame second = frame(2);
        journal.write(second);
        disk.failAfter(0);
        writeOrFail(first);
        assertNothingMoreIsTaken();
        assertThat(committed).isEmpty();
    }

    @Test
    void whatReachesTheDiskAfterAFailedFrameDoesNotCount() throws IOException {
        SharedFrame first = frame(1);
        SharedFrame second = frame(2);
        disk.failAfter(0);
        writeOrFail(first);
        disk.neverFail();
        journal.write(second);
        assertNothingMoreIsTaken();
        assertThat(committed).isEmpty();
    }

    @Test
    void whatIsBeforeAFailedFrameCounts() throws IOException {
        SharedFrame first = frame(1);
        SharedFrame second = frame(2);
        journal.write(first);
        disk.failAfter(0);
        writeOrFail(second);
        assertNothingMoreIsTaken();
        assertThat(committed).containsExactly(1, 1);
    }

    /// The other thread was about to put a frame together when the first one's failed, and the disk takes it.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFrameThatIsBegunWhileStoresAreToldDoesNotCount(boolean dissolves) throws IOException {
        SharedFrame first = frame(1);
        write(0, 2);
        write(1, 2);
        whileTold = () -> {
            whileTold = () -> {};
            disk.neverFail();
            try {
                journal.commitStep();
                if (dissolves) {
                    stores.forEach(each -> each.pipeline().leave(List.of()));
                    stores.get(1).pipeline().commitStep();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (CephException e) {
                assertThat(e.is(Errno.EIO)).isTrue();
            }
        };
        disk.failAfter(0);
        writeOrFail(first);
        assertNothingMoreIsTaken();
        assertThat(committed).isEmpty();
    }

    /// It would wait for ever.
    @Test
    void aStoreThatIsOpenedMeanwhileFailsToo() throws IOException {
        machines.add(new SimMachine(64 << 20, 4 << 20, new UUID(2, 2)));
        // while the label gets its name
        disk.meanwhile = () -> {
            disk.meanwhile = () -> {};
            journal.fail(new IOException("test"));
        };
        stores.add(open(2));
        assertNothingMoreIsTaken();
    }

    private void assertNothingMoreIsTaken() {
        assertThat(told).isEqualTo(stores.size());
        for (int i = 0; i < stores.size(); i++) {
            int store = i;
            assertThatThrownBy(() -> write(store, 9)).isInstanceOfSatisfying(
                    CephException.class, e -> assertThat(e.is(Errno.EIO)).isTrue());
        }
    }
}
