package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A group's log in memory: the entries with `tail < version <= head`, ascending, found by object and
/// by request; behind the tail, the requests of trimmed entries ("dups").
final class PgLog {
    private final PackedRecords<PgLogEntry> entries = new PackedRecords<>(new LogRecords.Entries());
    private final PackedRecords<PgLogDup> dups = new PackedRecords<>(new LogRecords.Dups());
    /// Those in entries and dups; one that is in both counts twice.
    private final KnownRequests requests = new KnownRequests();
    private Eversion head = Eversion.ZERO;
    private Eversion tail = Eversion.ZERO;

    Eversion head() {
        return head;
    }

    Eversion tail() {
        return tail;
    }

    int size() {
        return entries.size();
    }

    Collection<PgLogEntry> entries() {
        return entries.all();
    }

    Collection<PgLogDup> dups() {
        return dups.all();
    }

    /// Puts another log in the place of this one.
    void reset(PgLogData data) {
        entries.clear();
        dups.clear();
        requests.clear();
        tail = data.tail();
        head = data.tail();
        addDups(data.dups());
        data.entries().forEach(this::append);
        head = data.head();
    }

    /// Adds those that are not known yet, and tells which.
    List<PgLogDup> addDups(Collection<PgLogDup> more) {
        if (more.isEmpty()) {
            return List.of();
        }
        Set<OsdReqId> known = new HashSet<>();
        dups.all().forEach(dup -> known.add(dup.reqid()));
        List<PgLogDup> added = new ArrayList<>();
        for (PgLogDup dup : more) {
            if (known.add(dup.reqid())) {
                requests.add(dup.reqid());
                dups.addLast(dup);
                added.add(dup);
            }
        }
        return added;
    }

    void append(PgLogEntry entry) {
        if (entry.version().compareTo(head) <= 0) {
            throw new IllegalStateException("entry " + entry.version() + " behind head " + head);
        }
        if (entry.reqid() != null) {
            requests.add(entry.reqid());
        }
        entries.addLast(entry);
        head = entry.version();
    }

    /// The log is as new as another that has the same entries.
    void advanceTo(Eversion newer) {
        if (newer.compareTo(head) > 0) {
            head = newer;
        }
    }

    /// The newest entry that changed the object, or null if the log has none.
    @Nullable PgLogEntry newest(HObject object) {
        return entries.findLast(
                LogRecords.BY_OBJECT,
                LogRecords.objectKey(object),
                entry -> !entry.isError() && entry.object().equals(object));
    }

    @Nullable PgLogEntry find(OsdReqId reqid) {
        if (!requests.mayHave(reqid)) {
            return null;
        }
        int key = LogRecords.requestKey(reqid);
        PgLogEntry entry = entries.findLast(LogRecords.BY_REQUEST, key, each -> reqid.equals(each.reqid()));
        if (entry != null) {
            return entry;
        }
        PgLogDup dup = dup(reqid);
        return dup == null
                ? null
                : new PgLogEntry(
                        PgLogEntry.Kind.MODIFY,
                        HObject.MIN,
                        dup.version(),
                        Eversion.ZERO,
                        dup.userVersion(),
                        reqid,
                        Utime.ZERO,
                        dup.returnCode(),
                        dup.opReturns(),
                        Bytes.EMPTY);
    }

    private @Nullable PgLogDup dup(OsdReqId reqid) {
        return dups.findLast(0, LogRecords.requestKey(reqid), each -> reqid.equals(each.reqid()));
    }

    /// The entries behind `version`, ascending.
    List<PgLogEntry> after(Eversion version) {
        List<PgLogEntry> result = new ArrayList<>();
        Iterator<PgLogEntry> newestFirst = entries.descending();
        for (int left = entries.size() - countBelow(version, 1); left > 0; left--) {
            result.add(newestFirst.next());
        }
        Collections.reverse(result);
        return result;
    }

    /// How many entries are older than the version, or, with 1, not newer.
    private int countBelow(Eversion version, int limit) {
        int below = 0;
        int above = entries.size();
        while (below < above) {
            int middle = (below + above) >>> 1;
            if (entries.get(middle).version().compareTo(version) < limit) {
                below = middle + 1;
            } else {
                above = middle;
            }
        }
        return below;
    }

    /// The newest version in the log (or its tail) that is not above `version`; the head is in the log too, though its
    /// entry may be another group's since a split.
    Eversion floor(Eversion version) {
        if (version.equals(head)) {
            return head;
        }
        return versionAt(countBelow(version, 1));
    }

    /// The newest version strictly below `version`, or the tail.
    Eversion before(Eversion version) {
        return versionAt(countBelow(version, 0));
    }

    /// Takes the entries behind `version` off the head and returns them, ascending.
    List<PgLogEntry> rewindTo(Eversion version) {
        List<PgLogEntry> gone = new ArrayList<>();
        while (!entries.isEmpty() && entries.last().version().compareTo(version) > 0) {
            PgLogEntry entry = entries.last();
            gone.add(entry);
            entries.removeLast();
            if (entry.reqid() != null) {
                requests.remove(entry.reqid());
            }
        }
        head = version.compareTo(tail) < 0 ? tail : version;
        Collections.reverse(gone);
        return gone;
    }

    /// Puts older entries in front, down to `newTail`.
    ///
    /// @param older ascending; those at or below our tail are taken
    void extend(Eversion newTail, List<PgLogEntry> older) {
        List<PgLogEntry> all = new ArrayList<>();
        Set<OsdReqId> again = new HashSet<>();
        for (PgLogEntry entry : older) {
            if (entry.version().compareTo(tail) <= 0) {
                all.add(entry);
                if (entry.reqid() != null) {
                    again.add(entry.reqid());
                }
            }
        }
        all.addAll(entries.all());
        List<PgLogDup> rest = new ArrayList<>(dups.all());
        rest.removeIf(dup -> again.contains(dup.reqid()));
        reset(new PgLogData(head, newTail, all, rest));
    }

    /// What became of entries that were trimmed.
    ///
    /// @param forgotten those that had no request, or one that was known as a dup: a member that trimmed earlier may have told of it
    /// @param remembered as dups
    record Trimmed(List<Eversion> forgotten, List<PgLogDup> remembered) {}

    /// Takes the entries up to `version` off the tail; their requests are remembered.
    Trimmed trimTo(Eversion version) {
        Trimmed trimmed = new Trimmed(new ArrayList<>(), new ArrayList<>());
        while (!entries.isEmpty()) {
            PgLogEntry entry = entries.first();
            if (entry.version().compareTo(version) > 0) {
                break;
            }
            entries.removeFirst();
            tail = entry.version();
            OsdReqId reqid = entry.reqid();
            if (reqid != null && dup(reqid) == null) {
                PgLogDup dup = dupOf(entry, reqid);
                dups.addLast(dup);
                trimmed.remembered.add(dup);
            } else {
                trimmed.forgotten.add(tail);
                if (reqid != null) {
                    requests.remove(reqid);
                }
            }
        }
        return trimmed;
    }

    /// Forgets the oldest dups beyond `max`.
    List<PgLogDup> trimDups(int max) {
        List<PgLogDup> gone = new ArrayList<>();
        while (dups.size() > max) {
            PgLogDup dup = dups.first();
            gone.add(dup);
            dups.removeFirst();
            requests.remove(dup.reqid());
        }
        return gone;
    }

    static PgLogDup dupOf(PgLogEntry entry, OsdReqId reqid) {
        return new PgLogDup(reqid, entry.version(), entry.userVersion(), entry.returnCode(), entry.opReturns());
    }

    /// The version of the `count`-th entry from the tail, or the newest; the tail for 0.
    Eversion versionAt(int count) {
        return count == 0 || entries.isEmpty() ? tail : entries.get(Math.min(count, entries.size()) - 1).version();
    }

    /// The part behind the newest version that is not above `since`. The dups go with the whole log only: who has a part of it
    /// already has the requests before that, as entries or dups, and there are thousands of them.
    PgLogData copyAfter(Eversion since) {
        Eversion from = floor(since);
        return new PgLogData(head, from, after(from), from.equals(tail) ? List.copyOf(dups.all()) : List.of());
    }
}
