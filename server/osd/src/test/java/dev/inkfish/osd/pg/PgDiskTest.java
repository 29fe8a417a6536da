package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Logs that are written, trimmed, merged and loaded again.
class PgDiskTest {
    private static final SpgId PGID = SpgId.of(new PgId(3, 1));
    private static final int DUPS = 12;

    private final MemStore store = new MemStore();
    private PgData data = new PgData(PGID, PgHistory.EMPTY, PastIntervals.EMPTY);
    private long version;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsOnDiskIsWhatIsInMemory(long seed) {
        Random random = new Random(seed);
        run(transaction -> PgDisk.create(data, 1, transaction));
        for (int step = 0; step < 300; step++) {
            switch (random.nextInt(12)) {
                case 0 -> trim(random.nextInt(20));
                case 1 -> learnDups(random);
                case 2 -> run(transaction -> PgDisk.writeLog(data, transaction));
                case 3 -> data = PgDisk.load(store, PGID);
                default -> append(random.nextInt(5) == 0);
            }
            PgData loaded = PgDisk.load(store, PGID);
            assertThat(loaded.log.tail()).isEqualTo(data.log.tail());
            assertThat(loaded.log.head()).isEqualTo(data.log.head());
            assertThat(List.copyOf(loaded.log.entries())).isEqualTo(List.copyOf(data.log.entries()));
            assertThat(loaded.log.dups()).containsExactlyInAnyOrderElementsOf(data.log.dups());
            assertThat(keys()).isEqualTo(2 + loaded.log.size() + loaded.log.dups().size());
        }
    }

    private void run(java.util.function.Consumer<Transaction> writer) {
        Transaction transaction = new Transaction();
        writer.accept(transaction);
        store.submit(data.collection, transaction, () -> {});
    }

    private void append(boolean anonymous) {
        version++;
        OsdReqId request = anonymous ? null : new OsdReqId(EntityName.client(7), version, 0);
        PgLogEntry entry = new PgLogEntry(
                PgLogEntry.Kind.MODIFY,
                new HObject("object", "", HObject.HEAD, 5, false, "", 3),
                new Eversion(2, version),
                Eversion.ZERO,
                version,
                request,
                Utime.ZERO,
                0,
                List.of(),
                Bytes.EMPTY);
        data.log.append(entry);
        run(transaction -> PgDisk.writeEntries(data, List.of(entry), transaction));
    }

    private void trim(int left) {
        Eversion to = data.log.versionAt(Math.max(0, data.log.size() - left));
        run(transaction -> PgDisk.trim(data, to, DUPS, transaction));
    }

    /// As from the log of a member that has trimmed more, or that other groups were merged into.
    private void learnDups(Random random) {
        List<PgLogDup> told = new ArrayList<>();
        for (PgLogEntry entry : data.log.entries()) {
            if (entry.reqid() != null && random.nextInt(3) == 0) {
                told.add(PgLog.dupOf(entry, entry.reqid()));
            }
        }
        OsdReqId other = new OsdReqId(EntityName.client(8), version * 100 + random.nextInt(100), 0);
        told.add(new PgLogDup(other, new Eversion(2, Math.max(1, version - random.nextInt(30))), 1, 0, List.of()));
        PgLogData theirs = new PgLogData(data.log.head(), data.log.tail(), List.copyOf(data.log.entries()), told);
        run(transaction -> PgDisk.writeMerged(
                data, LogMerge.merge(data.log, data.missing, theirs, HObject.MAX), transaction));
    }

    private int keys() {
        AtomicInteger count = new AtomicInteger();
        store.omapScan(data.collection, GhObject.of(PgDisk.OBJECT), Bytes.EMPTY, (key, value) -> count.incrementAndGet() > 0);
        return count.get();
    }
}
