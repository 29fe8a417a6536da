package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A group's log in memory: the entries with `tail < version <= head`, ascending, indexed by object and
/// by request; behind the tail, the requests of trimmed entries ("dups").
final class PgLog {
    private final ArrayDeque<PgLogEntry> entries = new ArrayDeque<>();
    private final Map<HObject, PgLogEntry> newest = new HashMap<>();
    private final Map<OsdReqId, PgLogEntry> byRequest = new HashMap<>();
    private final LinkedHashMap<OsdReqId, PgLogDup> dups = new LinkedHashMap<>();
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
        return Collections.unmodifiableCollection(entries);
    }

    Collection<PgLogDup> dups() {
        return Collections.unmodifiableCollection(dups.values());
    }

    /// Puts another log in the place of this one.
    void reset(PgLogData data) {
        entries.clear();
        newest.clear();
        byRequest.clear();
        dups.clear();
        tail = data.tail();
        head = data.tail();
        data.dups().forEach(this::addDup);
        data.entries().forEach(this::append);
        head = data.head();
    }

    void addDup(PgLogDup dup) {
        dups.put(dup.reqid(), dup);
    }

    void append(PgLogEntry entry) {
        if (entry.version().compareTo(head) <= 0) {
            throw new IllegalStateException("entry " + entry.version() + " behind head " + head);
        }
        entries.addLast(entry);
        head = entry.version();
        index(entry);
    }

    /// The log is as new as another that has the same entries.
    void advanceTo(Eversion newer) {
        if (newer.compareTo(head) > 0) {
            head = newer;
        }
    }

    private void index(PgLogEntry entry) {
        if (!entry.isError()) {
            newest.put(entry.object(), entry);
        }
        if (entry.reqid() != null) {
            byRequest.put(entry.reqid(), entry);
        }
    }

    /// The newest entry that changed the object, or null if the log has none.
    @Nullable PgLogEntry newest(HObject object) {
        return newest.get(object);
    }

    @Nullable PgLogEntry find(OsdReqId reqid) {
        PgLogEntry entry = byRequest.get(reqid);
        if (entry != null) {
            return entry;
        }
        PgLogDup dup = dups.get(reqid);
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

    /// The entries behind `version`, ascending.
    List<PgLogEntry> after(Eversion version) {
        List<PgLogEntry> result = new ArrayList<>();
        for (Iterator<PgLogEntry> it = entries.descendingIterator(); it.hasNext(); ) {
            PgLogEntry entry = it.next();
            if (entry.version().compareTo(version) <= 0) {
                break;
            }
            result.add(entry);
        }
        Collections.reverse(result);
        return result;
    }

    /// The newest version in the log (or its tail) that is not above `version`; the head is in the log too, though its
    /// entry may be another group's since a split.
    Eversion floor(Eversion version) {
        if (version.equals(head)) {
            return head;
        }
        for (Iterator<PgLogEntry> it = entries.descendingIterator(); it.hasNext(); ) {
            PgLogEntry entry = it.next();
            if (entry.version().compareTo(version) <= 0) {
                return entry.version();
            }
        }
        return tail;
    }

    /// The newest version strictly below `version`, or the tail.
    Eversion before(Eversion version) {
        for (Iterator<PgLogEntry> it = entries.descendingIterator(); it.hasNext(); ) {
            PgLogEntry entry = it.next();
            if (entry.version().compareTo(version) < 0) {
                return entry.version();
            }
        }
        return tail;
    }

    /// Takes the entries behind `version` off the head and returns them, ascending.
    List<PgLogEntry> rewindTo(Eversion version) {
        List<PgLogEntry> gone = new ArrayList<>();
        while (!entries.isEmpty() && entries.peekLast().version().compareTo(version) > 0) {
            gone.add(entries.removeLast());
        }
        head = version.compareTo(tail) < 0 ? tail : version;
        if (!gone.isEmpty()) {
            newest.clear();
            byRequest.clear();
            entries.forEach(this::index);
        }
        Collections.reverse(gone);
        return gone;
    }

    /// Puts older entries in front, down to `newTail`.
    ///
    /// @param older ascending; those at or below our tail are taken
    void extend(Eversion newTail, List<PgLogEntry> older) {
        List<PgLogEntry> front = new ArrayList<>();
        for (PgLogEntry entry : older) {
            if (entry.version().compareTo(tail) <= 0) {
                front.add(entry);
            }
        }
        for (PgLogEntry entry : front.reversed()) {
            entries.addFirst(entry);
            if (!entry.isError()) {
                newest.putIfAbsent(entry.object(), entry);
            }
            if (entry.reqid() != null) {
                byRequest.putIfAbsent(entry.reqid(), entry);
                dups.remove(entry.reqid());
            }
        }
        tail = newTail;
    }

    /// Takes the entries up to `version` off the tail; their requests are remembered.
    ///
    /// @return what was trimmed, ascending
    List<PgLogEntry> trimTo(Eversion version) {
        List<PgLogEntry> gone = new ArrayList<>();
        while (!entries.isEmpty() && entries.peekFirst().version().compareTo(version) <= 0) {
            PgLogEntry entry = entries.removeFirst();
            gone.add(entry);
            tail = entry.version();
            newest.remove(entry.object(), entry);
            if (entry.reqid() != null && byRequest.remove(entry.reqid(), entry)) {
                addDup(dupOf(entry, entry.reqid()));
            }
        }
        return gone;
    }

    /// Forgets the oldest dups beyond `max`.
    List<PgLogDup> trimDups(int max) {
        List<PgLogDup> gone = new ArrayList<>();
        Iterator<PgLogDup> it = dups.values().iterator();
        while (dups.size() > max && it.hasNext()) {
            gone.add(it.next());
            it.remove();
        }
        return gone;
    }

    static PgLogDup dupOf(PgLogEntry entry, OsdReqId reqid) {
        return new PgLogDup(reqid, entry.version(), entry.userVersion(), entry.returnCode(), entry.opReturns());
    }

    /// The version of the `count`-th entry from the tail.
    Eversion versionAt(int count) {
        Eversion version = tail;
        Iterator<PgLogEntry> it = entries.iterator();
        for (int i = 0; i < count && it.hasNext(); i++) {
            version = it.next().version();
        }
        return version;
    }

    /// The part behind the newest version that is not above `since`, with all dups.
    PgLogData copyAfter(Eversion since) {
        Eversion from = floor(since);
        return new PgLogData(head, from, after(from), List.copyOf(dups.values()));
    }
}
