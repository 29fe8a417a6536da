package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.ObjectStore.OmapVisitor;
import dev.inkfish.wire.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A request's own changes of an omap, over what the store holds.
final class OmapOverlay {
    private record Range(Bytes first, Bytes end) {
        boolean contains(Bytes key) {
            return first.compareTo(key) <= 0 && key.compareTo(end) < 0;
        }
    }

    /// Keys that were set, and with null those that were removed.
    final TreeMap<Bytes, @Nullable Bytes> changed = new TreeMap<>();
    private final List<Range> removedRanges = new ArrayList<>();
    boolean cleared;
    @Nullable Bytes header;

    void reset() {
        changed.clear();
        removedRanges.clear();
        cleared = false;
        header = null;
    }

    boolean isUntouched() {
        return changed.isEmpty() && removedRanges.isEmpty() && !cleared;
    }

    /// The store's entry of this key does not count any more.
    boolean hides(Bytes key) {
        return cleared || changed.containsKey(key) || removedRanges.stream().anyMatch(range -> range.contains(key));
    }

    void set(SortedMap<Bytes, Bytes> entries) {
        changed.putAll(entries);
    }

    void remove(Collection<Bytes> keys) {
        keys.forEach(key -> changed.put(key, null));
    }

    void removeRange(Bytes first, Bytes end) {
        if (first.compareTo(end) < 0) {
            removedRanges.add(new Range(first, end));
            changed.subMap(first, true, end, false).clear();
        }
    }

    void clear() {
        reset();
        cleared = true;
        header = Bytes.EMPTY;
    }

    /// Merges the store's entries with the changes, in key order.
    void scan(Bytes from, Consumer<OmapVisitor> base, OmapVisitor visitor) {
        Merge merge = new Merge(from, visitor);
        base.accept(merge);
        merge.finish();
    }

    private final class Merge implements OmapVisitor {
        private final OmapVisitor visitor;
        private Bytes next;
        private boolean nextInclusive = true;
        private boolean stopped;

        Merge(Bytes from, OmapVisitor visitor) {
            this.next = from;
            this.visitor = visitor;
        }

        @Override
        public boolean visit(Bytes key, Bytes value) {
            emit(changed.subMap(next, nextInclusive, key, true));
            next = key;
            nextInclusive = false;
            if (!stopped && !hides(key)) {
                stopped = !visitor.visit(key, value);
            }
            return !stopped;
        }

        void finish() {
            if (!stopped) {
                emit(changed.tailMap(next, nextInclusive));
            }
        }

        private void emit(SortedMap<Bytes, @Nullable Bytes> entries) {
            for (Map.Entry<Bytes, @Nullable Bytes> entry : entries.entrySet()) {
                Bytes value = entry.getValue();
                if (!stopped && value != null) {
                    stopped = !visitor.visit(entry.getKey(), value);
                }
            }
        }
    }
}
