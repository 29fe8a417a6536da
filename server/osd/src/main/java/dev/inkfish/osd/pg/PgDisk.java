package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgMissing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// Where [PgData] lies in the store: in the omap of one object of the group's own collection, so that it
/// becomes durable with the objects it speaks of.
///
/// Keys: `i` info and past intervals (written when peering changes them), `f` the part of the info that
/// each write changes, `e` + version a log entry, `d` + version + request a dup, `m` + object a missing object. A
/// version is epoch and counter, both big-endian, so that keys sort as versions do. Trimming moves the log's tail past entries,
/// whose records stay as those of dups; those with versions up to [PgData#newestDupRecord] become records of dups.
final class PgDisk {
    /// Sorts before every object of any pool.
    static final HObject OBJECT = new HObject("pgmeta", "", HObject.HEAD, 0, false, "", Long.MIN_VALUE + 1);

    private static final GhObject META = GhObject.of(OBJECT);
    private static final Bytes INFO = Bytes.utf8("i");
    private static final Bytes FAST = Bytes.utf8("f");
    private static final Bytes END_OF_DUPS = Bytes.utf8("e");
    private static final Bytes DUPS = Bytes.utf8("d");
    private static final Bytes END_OF_ENTRIES = Bytes.utf8("f");
    private static final Bytes ENTRIES = Bytes.utf8("e");

    private PgDisk() {}

    /// Makes the collection.
    static void create(PgData data, int epoch, Transaction transaction) {
        transaction.createCollection(data.collection).touch(data.collection, META);
        writeInfo(data, epoch, transaction);
    }

    /// Makes the collection's own object, in a collection that the transaction made, for a group that has a log.
    static void createWithLog(PgData data, int epoch, Transaction transaction) {
        transaction.touch(data.collection, META);
        writeLog(data, transaction);
        writeInfo(data, epoch, transaction);
    }

    /// Writes the info, the past intervals and what changed of the missing set.
    static void writeInfo(PgData data, int epoch, Transaction transaction) {
        WireWriter out = new WireWriter(2048);
        out.versioned(1, 1, () -> {
            out.u32(epoch);
            data.info().encode(out);
            data.past.encode(out);
        });
        TreeMap<Bytes, Bytes> keys = new TreeMap<>();
        keys.put(INFO, out.toBytes());
        keys.put(FAST, fast(data));
        addMissing(data, keys, transaction);
        transaction.omapSet(data.collection, META, keys);
        data.epochOnDisk = epoch;
    }

    /// Writes all entries and dups anew. Where the log begins and ends is part of the info.
    static void writeLog(PgData data, Transaction transaction) {
        transaction.omapRemoveRange(data.collection, META, DUPS, END_OF_DUPS);
        transaction.omapRemoveRange(data.collection, META, ENTRIES, END_OF_ENTRIES);
        addRecords(data, data.log.entries(), data.log.dups(), transaction);
    }

    /// Writes what a merge changed of entries and dups.
    static void writeMerged(PgData data, LogMerge.Merged merged, Transaction transaction) {
        if (merged.extended()) {
            writeLog(data, transaction);
            return;
        }
        if (!merged.dropped().isEmpty()) {
            List<Bytes> dropped = new ArrayList<>(merged.dropped().size());
            merged.dropped().forEach(entry -> dropped.add(key('e', entry.version())));
            transaction.omapRemove(data.collection, META, dropped);
        }
        addRecords(data, merged.added(), merged.dups(), transaction);
    }

    private static void addRecords(
            PgData data, Collection<PgLogEntry> entries, Collection<PgLogDup> dups, Transaction transaction) {
        Eversion newest = data.newestDupRecord;
        for (PgLogDup dup : dups) {
            newest = Eversion.later(newest, dup.version());
        }
        TreeMap<Bytes, Bytes> keys = new TreeMap<>();
        List<Bytes> old = new ArrayList<>();
        for (PgLogDup dup : dups) {
            keys.put(dupKey(dup), WireWriter.encode(dup, PgLogDup::encode));
        }
        if (!newest.equals(data.newestDupRecord)) {
            for (PgLogDup dup : data.log.dups()) {
                boolean hasEntry = dup.version().compareTo(data.newestDupRecord) > 0;
                if (hasEntry && dup.version().compareTo(newest) <= 0 && !keys.containsKey(dupKey(dup))) {
                    becomesDup(dup, keys, old);
                }
            }
            data.newestDupRecord = newest;
        }
        for (PgLogEntry entry : entries) {
            keys.put(key('e', entry.version()), WireWriter.encode(entry, PgLogEntry::encode));
        }
        if (!old.isEmpty()) {
            transaction.omapRemove(data.collection, META, old);
        }
        if (!keys.isEmpty()) {
            transaction.omapSet(data.collection, META, keys);
        }
    }

    /// It has the record of the entry it was, and gets its own.
    private static void becomesDup(PgLogDup dup, TreeMap<Bytes, Bytes> keys, List<Bytes> old) {
        old.add(key('e', dup.version()));
        keys.put(dupKey(dup), WireWriter.encode(dup, PgLogDup::encode));
    }

    /// Writes new log entries and what they changed of the info.
    static void writeEntries(PgData data, List<PgLogEntry> entries, Transaction transaction) {
        TreeMap<Bytes, Bytes> keys = new TreeMap<>();
        for (PgLogEntry entry : entries) {
            keys.put(key('e', entry.version()), WireWriter.encode(entry, PgLogEntry::encode));
        }
        keys.put(FAST, fast(data));
        addMissing(data, keys, transaction);
        transaction.omapSet(data.collection, META, keys);
    }

    /// Writes what changed of the missing set.
    static void writeMissing(PgData data, Transaction transaction) {
        writeEntries(data, List.of(), transaction);
    }

    /// Trims the log up to `version`; what is trimmed becomes dups, of which the newest are kept.
    static void trim(PgData data, Eversion version, int dupsTracked, Transaction transaction) {
        Eversion before = data.log.tail();
        PgLog.Trimmed trimmed = data.log.trimTo(version);
        if (data.log.tail().equals(before)) {
            return;
        }
        TreeMap<Bytes, Bytes> keys = new TreeMap<>();
        List<Bytes> old = new ArrayList<>();
        trimmed.forgotten().forEach(gone -> old.add(key('e', gone)));
        for (PgLogDup dup : trimmed.remembered()) {
            if (dup.version().compareTo(data.newestDupRecord) <= 0) {
                becomesDup(dup, keys, old);
            }
        }
        for (PgLogDup dup : data.log.trimDups(dupsTracked)) {
            Bytes key = dup.version().compareTo(data.newestDupRecord) <= 0 ? dupKey(dup) : key('e', dup.version());
            keys.remove(key);
            old.add(key);
        }
        if (!old.isEmpty()) {
            transaction.omapRemove(data.collection, META, old);
        }
        keys.put(FAST, fast(data));
        transaction.omapSet(data.collection, META, keys);
    }

    /// The map that a group on disk is at.
    static int epoch(ObjectStore store, SpgId pgid) {
        Bytes info = store.omapGet(CollectionId.of(pgid), META, List.of(INFO)).get(INFO);
        if (info == null) {
            throw new DecodeException("group " + pgid + " has no info");
        }
        return info.reader().versioned(1, (in, version) -> {
            int epoch = in.u32();
            in.skip(in.remaining());
            return epoch;
        });
    }

    /// Reads what was written.
    ///
    /// @throws DecodeException if it is damaged
    static PgData load(ObjectStore store, SpgId pgid) {
        CollectionId collection = CollectionId.of(pgid);
        TreeMap<Bytes, Bytes> all = new TreeMap<>();
        store.omapScan(collection, META, Bytes.EMPTY, (key, value) -> {
            all.put(key, value);
            return true;
        });
        Bytes big = all.get(INFO);
        Bytes fast = all.get(FAST);
        if (big == null || fast == null) {
            throw new DecodeException("group " + pgid + " has no info");
        }
        PgData data = big.reader().versioned(1, (in, version) -> {
            int epoch = in.u32();
            PgInfo info = PgInfo.decode(in);
            PgData decoded = new PgData(pgid, info.history(), PastIntervals.decode(in));
            decoded.epochOnDisk = epoch;
            decoded.lastBackfill = info.lastBackfill();
            decoded.lastEpochStarted = info.lastEpochStarted();
            decoded.lastIntervalStarted = info.lastIntervalStarted();
            decoded.purgedSnaps = new TreeMap<>(info.purgedSnaps());
            decoded.sumsInvalid = info.stats().invalid().stats();
            return decoded;
        });
        readFast(data, fast, all);
        return data;
    }

    private static void readFast(PgData data, Bytes fast, TreeMap<Bytes, Bytes> all) {
        fast.reader().versioned(1, (in, version) -> {
            Eversion head = Eversion.decode(in);
            Eversion tail = Eversion.decode(in);
            List<PgLogDup> dups = decodeAll(range(all, 'd'), PgLogDup::decode);
            for (PgLogDup dup : dups) {
                data.newestDupRecord = Eversion.later(data.newestDupRecord, dup.version());
            }
            List<PgLogEntry> entries = new ArrayList<>();
            for (PgLogEntry entry : decodeAll(range(all, 'e'), PgLogEntry::decode)) {
                if (entry.version().compareTo(tail) > 0) {
                    entries.add(entry);
                } else if (entry.reqid() != null) {
                    dups.add(PgLog.dupOf(entry, entry.reqid()));
                }
            }
            dups.sort(Comparator.comparing(PgLogDup::version));
            data.log.reset(new PgLogData(head, tail, entries, dups));
            range(all, 'm').forEach(value -> {
                WireReader item = value.reader();
                HObject object = HObject.decode(item);
                PgMissing.Item lacking = PgMissing.Item.decode(item);
                data.missing.put(object, lacking.need(), lacking.have());
            });
            data.missing.takeDirty();
            data.lastComplete = Eversion.decode(in);
            data.lastUserVersion = in.u64();
            data.sum = ObjectStatSum.decode(in);
            return data;
        });
    }

    private static <T> List<T> decodeAll(Collection<Bytes> values, java.util.function.Function<WireReader, T> decoder) {
        List<T> result = new ArrayList<>(values.size());
        values.forEach(value -> result.add(decoder.apply(value.reader())));
        return result;
    }

    private static Collection<Bytes> range(TreeMap<Bytes, Bytes> all, char prefix) {
        return all.subMap(Bytes.utf8(String.valueOf(prefix)) , false, Bytes.utf8(String.valueOf((char) (prefix + 1))), false)
                .values();
    }

    private static Bytes fast(PgData data) {
        WireWriter out = new WireWriter(512);
        out.versioned(1, 1, () -> {
            data.log.head().encode(out);
            data.log.tail().encode(out);
            data.lastComplete.encode(out);
            out.u64(data.lastUserVersion);
            data.sum.encode(out);
        });
        return out.toBytes();
    }

    private static void addMissing(PgData data, TreeMap<Bytes, Bytes> keys, Transaction transaction) {
        List<Bytes> found = new ArrayList<>();
        for (HObject object : data.missing.takeDirty()) {
            Bytes name = WireWriter.encode(object, HObject::encode);
            Bytes key = Bytes.concat(Bytes.utf8("m"), name);
            PgMissing.Item item = data.missing.get(object);
            if (item == null) {
                found.add(key);
            } else {
                keys.put(key, Bytes.concat(name, WireWriter.encode(item, PgMissing.Item::encode)));
            }
        }
        if (!found.isEmpty()) {
            transaction.omapRemove(data.collection, META, found);
        }
    }

    /// Dups of groups that were merged may have the same version.
    private static Bytes dupKey(PgLogDup dup) {
        return Bytes.concat(key('d', dup.version()), WireWriter.encode(dup.reqid(), OsdReqId::encode));
    }

    private static Bytes key(char prefix, Eversion version) {
        ByteBuffer key = ByteBuffer.allocate(13);
        key.put((byte) prefix).putInt(version.epoch()).putLong(version.version());
        return Bytes.wrap(key.array());
    }
}
