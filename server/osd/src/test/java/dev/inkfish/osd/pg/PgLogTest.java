package dev.inkfish.osd.pg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The packed log against plain lists.
@Execution(ExecutionMode.SAME_THREAD)
class PgLogTest {
    private final Random random = new Random(Long.getLong("inkfish.seed", 1));
    private final List<PgLogEntry> entries = new ArrayList<>();
    private final List<PgLogDup> dups = new ArrayList<>();
    private PgLog log = new PgLog();
    private int requests;

    @Test
    void saysWhatPlainListsSay() {
        long next = 1;
        for (int step = 0; step < 2500; step++) {
            switch (random.nextInt(40)) {
                case 0 -> rewind();
                case 1, 2, 3 -> trim();
                case 4 -> forgetDups();
                case 5 -> reload();
                default -> {
                    PgLogEntry entry = entry(new Eversion(7, next += 1 + random.nextInt(3)));
                    entries.add(entry);
                    log.append(entry);
                }
            }
            next = Math.max(next, log.head().version());
            if (step % 20 == 0) {
                check();
            }
        }
        assertTrue(requests > 500);
    }

    @Test
    void takesOlderEntriesInFront() {
        List<PgLogEntry> all = new ArrayList<>();
        for (int i = 1; i <= 300; i++) {
            all.add(entry(new Eversion(1, i)));
        }
        all.forEach(log::append);
        log.trimTo(new Eversion(1, 200));
        log.extend(new Eversion(1, 50), all.subList(50, 300));
        assertEquals(all.subList(50, 300), List.copyOf(log.entries()));
        assertEquals(new Eversion(1, 50), log.tail());
        List<PgLogDup> left = all.subList(0, 50).stream()
                .filter(each -> each.reqid() != null)
                .map(each -> PgLog.dupOf(each, each.reqid()))
                .toList();
        assertEquals(left, List.copyOf(log.dups()), "what is an entry again is no dup");
    }

    @Test
    void aDupThatIsKnownIsNotTakenTwice() {
        for (int i = 1; i <= 100; i++) {
            log.append(entry(new Eversion(1, i)));
        }
        log.trimTo(new Eversion(1, 100));
        List<PgLogDup> known = List.copyOf(log.dups());
        log.addDups(known);
        assertEquals(known, List.copyOf(log.dups()));
    }

    @Test
    void ofAClientNoneOfWhoseRequestsIsKnownNothingIsKept() {
        KnownRequests known = new KnownRequests();
        for (long tid = 1; tid <= 3; tid++) {
            known.add(request(4100, tid));
        }
        known.add(request(4101, 900));
        assertTrue(known.mayHave(request(4100, 3)));
        assertFalse(known.mayHave(request(4100, 4)), "another client's are not its");
        assertFalse(known.mayHave(new OsdReqId(EntityName.client(4100), 1, 1)), "nor those of another incarnation");
        known.remove(request(4100, 3));
        assertTrue(known.mayHave(request(4100, 2)));
        known.remove(request(4100, 1));
        known.remove(request(4100, 2));
        assertFalse(known.mayHave(request(4100, 2)));
        assertThrows(IllegalStateException.class, () -> known.remove(request(4100, 2)));
    }

    @Test
    void dupsGoWithTheWholeLogOnly() {
        for (int i = 1; i <= 100; i++) {
            log.append(entry(new Eversion(1, i)));
        }
        log.trimTo(new Eversion(1, 60));
        assertFalse(log.dups().isEmpty());
        for (Eversion since : List.of(new Eversion(1, 60), new Eversion(1, 10))) {
            PgLogData whole = log.copyAfter(since);
            assertEquals(40, whole.entries().size());
            assertEquals(List.copyOf(log.dups()), whole.dups());
        }
        PgLogData part = log.copyAfter(new Eversion(1, 61));
        assertEquals(39, part.entries().size());
        assertEquals(List.of(), part.dups());
    }

    private static OsdReqId request(long client, long tid) {
        return new OsdReqId(EntityName.client(client), tid, 0);
    }

    /// With 1,024 groups on each of three OSDs of a process, all full: 768,000 entries and three million dups.
    @Test
    void isSmall() {
        Runtime runtime = Runtime.getRuntime();
        List<PgLog> logs = new ArrayList<>();
        collect();
        long before = runtime.totalMemory() - runtime.freeMemory();
        for (int group = 0; group < 20; group++) {
            PgLog full = new PgLog();
            for (int i = 1; i <= 3250; i++) {
                full.append(entry(new Eversion(10, i)));
            }
            full.trimTo(new Eversion(10, 3000));
            full.trimDups(3000);
            logs.add(full);
        }
        collect();
        long each = (runtime.totalMemory() - runtime.freeMemory() - before) / logs.size();
        assertEquals(250, logs.getLast().size());
        assertTrue(each < 200_000, "a full log takes " + each + " bytes");
    }

    private static void collect() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
    }

    private void rewind() {
        if (entries.size() < 2) {
            return;
        }
        int keep = entries.size() - 1 - random.nextInt(Math.min(entries.size() - 1, 90));
        Eversion to = entries.get(keep - 1 < 0 ? 0 : keep - 1).version();
        List<PgLogEntry> gone = entries.stream().filter(each -> each.version().compareTo(to) > 0).toList();
        assertEquals(gone, log.rewindTo(to));
        entries.removeAll(gone);
    }

    private void trim() {
        if (entries.isEmpty()) {
            return;
        }
        Eversion to = entries.get(random.nextInt(Math.min(entries.size(), 100))).version();
        List<PgLogEntry> gone = entries.stream().filter(each -> each.version().compareTo(to) <= 0).toList();
        List<Eversion> forgotten = gone.stream()
                .filter(each -> each.reqid() == null)
                .map(PgLogEntry::version)
                .toList();
        assertEquals(forgotten, log.trimTo(to).forgotten());
        entries.removeAll(gone);
        for (PgLogEntry each : gone) {
            if (each.reqid() != null) {
                dups.add(PgLog.dupOf(each, each.reqid()));
            }
        }
        assertEquals(to, log.tail());
    }

    private void forgetDups() {
        int keep = random.nextInt(dups.size() + 1);
        List<PgLogDup> gone = List.copyOf(dups.subList(0, dups.size() - keep));
        assertEquals(gone, log.trimDups(keep));
        dups.subList(0, dups.size() - keep).clear();
    }

    private void reload() {
        PgLog fresh = new PgLog();
        fresh.reset(new PgLogData(log.head(), log.tail(), List.copyOf(log.entries()), List.copyOf(log.dups())));
        log = fresh;
    }

    private void check() {
        assertEquals(entries, List.copyOf(log.entries()));
        assertEquals(dups, List.copyOf(log.dups()));
        assertEquals(entries.size(), log.size());
        for (int i = 0; i < 20 && !entries.isEmpty(); i++) {
            PgLogEntry entry = entries.get(random.nextInt(entries.size()));
            PgLogEntry newest = null;
            for (PgLogEntry each : entries) {
                newest = each.object().equals(entry.object()) && !each.isError() ? each : newest;
            }
            assertEquals(newest, log.newest(entry.object()));
            if (entry.reqid() != null) {
                assertEquals(entry, log.find(entry.reqid()));
            }
            int at = entries.indexOf(entry);
            assertEquals(entries.subList(at + 1, entries.size()), log.after(entry.version()));
            assertEquals(entry.version(), log.floor(entry.version()));
            assertEquals(at == 0 ? log.tail() : entries.get(at - 1).version(), log.before(entry.version()));
        }
        if (!dups.isEmpty()) {
            PgLogDup dup = dups.get(random.nextInt(dups.size()));
            PgLogEntry found = log.find(dup.reqid());
            assertEquals(dup.version(), found == null ? null : found.version());
            assertEquals(dup.opReturns(), found.opReturns());
        }
        assertNull(log.find(new OsdReqId(EntityName.client(1), -1, 0)));
    }

    private PgLogEntry entry(Eversion version) {
        int number = random.nextInt(500);
        HObject object = new HObject(
                "rbd_data.102f5e7b6c2a." + String.format("%016x", number), number % 7 == 0 ? "key" : "",
                number % 5 == 0 ? number : HObject.HEAD, number * 0x9e3779b1, false, number % 11 == 0 ? "name\u00e9" : "", 3);
        List<PgLogEntry.OpReturn> returns = number % 13 == 0
                ? List.of(new PgLogEntry.OpReturn(-number, Bytes.utf8("said")), new PgLogEntry.OpReturn(0, Bytes.EMPTY))
                : List.of();
        PgLogEntry.Kind[] kinds = PgLogEntry.Kind.values();
        return new PgLogEntry(
                kinds[random.nextInt(8) == 0 ? random.nextInt(kinds.length) : 0],
                object,
                version,
                new Eversion(6, Math.max(0, version.version() - 40)),
                version.version(),
                random.nextInt(10) == 0 ? null : new OsdReqId(EntityName.client(4100 + number % 3), ++requests, 0),
                new Utime(1_790_000_000 + number, 999_999_999),
                random.nextInt(20) == 0 ? -17 : 0,
                returns,
                number % 17 == 0 ? Bytes.utf8("snaps") : Bytes.EMPTY);
    }
}
