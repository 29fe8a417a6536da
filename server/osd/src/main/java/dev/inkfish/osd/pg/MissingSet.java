package dev.inkfish.osd.pg;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgMissing;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The objects of which a member lacks the newest version, by name and by the version it needs. Removed
/// objects are not among them: a log entry that removes is carried out when the log is merged.
final class MissingSet {
    private final TreeMap<HObject, PgMissing.Item> items = new TreeMap<>();
    private final TreeSet<Need> byNeed = new TreeSet<>();
    private final Set<HObject> dirty = new TreeSet<>();

    /// Damaged objects may lack a version: then several need the same one.
    private record Need(Eversion version, HObject object) implements Comparable<Need> {
        @Override
        public int compareTo(Need other) {
            int c = version.compareTo(other.version);
            return c != 0 ? c : object.compareTo(other.object);
        }
    }

    static MissingSet of(PgMissing missing) {
        MissingSet set = new MissingSet();
        missing.items().forEach((object, item) -> set.put(object, item.need(), item.have()));
        return set;
    }

    PgMissing copy() {
        return new PgMissing(new TreeMap<>(items));
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    int size() {
        return items.size();
    }

    boolean contains(HObject object) {
        return !items.isEmpty() && items.containsKey(object);
    }

    PgMissing.@Nullable Item get(HObject object) {
        return items.get(object);
    }

    NavigableMap<HObject, PgMissing.Item> items() {
        return Collections.unmodifiableNavigableMap(items);
    }

    /// The objects, those first whose version is oldest.
    Iterable<HObject> oldestFirst() {
        return () -> byNeed.stream().map(Need::object).iterator();
    }

    /// The oldest version that is needed; null if nothing is.
    @Nullable Eversion oldestNeed() {
        return byNeed.isEmpty() ? null : byNeed.first().version();
    }

    void put(HObject object, Eversion need, Eversion have) {
        PgMissing.Item old = items.put(object, new PgMissing.Item(need, have, false));
        if (old != null) {
            byNeed.remove(new Need(old.need(), object));
        }
        byNeed.add(new Need(need, object));
        dirty.add(object);
    }

    void remove(HObject object) {
        PgMissing.Item old = items.remove(object);
        if (old != null) {
            byNeed.remove(new Need(old.need(), object));
            dirty.add(object);
        }
    }

    void clear() {
        dirty.addAll(items.keySet());
        items.clear();
        byNeed.clear();
    }

    /// A log entry was added of which the member does not have the change.
    void addNext(PgLogEntry entry) {
        if (entry.isError()) {
            return;
        }
        if (entry.isDelete()) {
            remove(entry.object());
            return;
        }
        PgMissing.Item old = items.get(entry.object());
        boolean created = entry.priorVersion().isZero() || entry.kind() == PgLogEntry.Kind.CLONE;
        Eversion have = created ? Eversion.ZERO : old != null ? old.have() : entry.priorVersion();
        put(entry.object(), entry.version(), have);
    }

    /// What changed since the last call, for the disk.
    Set<HObject> takeDirty() {
        Set<HObject> taken = new TreeSet<>(dirty);
        dirty.clear();
        return taken;
    }

    @Override
    public String toString() {
        return items.toString();
    }
}
