package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// What the key-value store will hold once it has caught up: changes it has not got yet, laid over it.
///
/// Changes are added by transactions and removed when applied. Whoever reads keys of a collection holds its
/// lock, so for those keys only the removal is concurrent. It goes: write to the store, drop range
/// deletions, drop keys. A reader goes the other way: keys, range deletions, store. So a key that was put
/// after its range was deleted is found in one of them.
final class PendingKeys {
    private final KeyValues store;
    private final ConcurrentSkipListMap<Bytes, Entry> entries = new ConcurrentSkipListMap<>();
    private volatile List<Deleted> ranges = List.of();

    /// Compared by identity: which transaction's change it is.
    private static final class Entry {
        final @Nullable Bytes value;

        Entry(@Nullable Bytes value) {
            this.value = value;
        }
    }

    private static final class Deleted {
        final Bytes from;
        final Bytes end;

        Deleted(Bytes from, Bytes end) {
            this.from = from;
            this.end = end;
        }

        boolean covers(Bytes key) {
            return from.compareTo(key) <= 0 && key.compareTo(end) < 0;
        }
    }

    /// A transaction's share, to be handed back to [#applied].
    static final class Token {
        private final List<Bytes> keys = new ArrayList<>();
        private final List<Entry> values = new ArrayList<>();
        private final List<Deleted> ranges = new ArrayList<>();
    }

    PendingKeys(KeyValues store) {
        this.store = store;
    }

    Token add(List<KvBatch.Change> changes) {
        Token token = new Token();
        for (KvBatch.Change change : changes) {
            switch (change) {
                case KvBatch.Change.Put put -> add(token, put.key(), new Entry(put.value()));
                case KvBatch.Change.Delete delete -> add(token, delete.key(), new Entry(null));
                case KvBatch.Change.DeleteRange range -> {
                    entries.subMap(range.from(), range.end()).clear();
                    Deleted deleted = new Deleted(range.from(), range.end());
                    token.ranges.add(deleted);
                    addRange(deleted);
                }
            }
        }
        return token;
    }

    private void add(Token token, Bytes key, Entry entry) {
        entries.put(key, entry);
        token.keys.add(key);
        token.values.add(entry);
    }

    /// The store has got these transactions' changes.
    void applied(List<Token> tokens) {
        for (Token token : tokens) {
            if (!token.ranges.isEmpty()) {
                removeRanges(token.ranges);
            }
        }
        for (Token token : tokens) {
            for (int i = 0; i < token.keys.size(); i++) {
                entries.remove(token.keys.get(i), token.values.get(i));
            }
        }
    }

    private synchronized void addRange(Deleted range) {
        List<Deleted> all = new ArrayList<>(ranges);
        all.add(range);
        ranges = List.copyOf(all);
    }

    private synchronized void removeRanges(List<Deleted> gone) {
        List<Deleted> all = new ArrayList<>(ranges);
        all.removeAll(gone);
        ranges = List.copyOf(all);
    }

    @Nullable Bytes get(Bytes key) {
        Entry entry = entries.get(key);
        if (entry != null) {
            return entry.value;
        }
        for (Deleted range : ranges) {
            if (range.covers(key)) {
                return null;
            }
        }
        byte[] value = store.get(key);
        return value == null ? null : Bytes.wrap(value);
    }

    /// Sees the entries with `from <= key < end` in order, until it says stop.
    void scan(Bytes from, Bytes end, Visitor visitor) {
        if (from.compareTo(end) >= 0) {
            return;
        }
        List<Map.Entry<Bytes, Entry>> pending = new ArrayList<>();
        entries.subMap(from, end).forEach((key, entry) -> pending.add(Map.entry(key, entry)));
        List<Deleted> deleted = ranges;
        Iterator<Map.Entry<Bytes, Entry>> overlay = pending.iterator();
        Map.Entry<Bytes, Entry> next = overlay.hasNext() ? overlay.next() : null;
        try (KeyValues.Cursor cursor = store.scan(from, end)) {
            while (next != null || cursor.valid()) {
                Bytes stored = cursor.valid() ? cursor.key() : null;
                int order = next == null ? 1 : stored == null ? -1 : next.getKey().compareTo(stored);
                boolean more = true;
                if (order <= 0) {
                    Bytes value = next.getValue().value;
                    more = value == null || visitor.visit(next.getKey(), value);
                    next = overlay.hasNext() ? overlay.next() : null;
                } else if (deleted.stream().noneMatch(range -> range.covers(stored))) {
                    more = visitor.visit(stored, cursor.value());
                }
                if (!more) {
                    return;
                }
                if (order >= 0) {
                    cursor.next();
                }
            }
        }
    }

    /// Sees one entry at a time.
    @FunctionalInterface
    interface Visitor {
        /// @return whether to go on
        boolean visit(Bytes key, Bytes value);
    }
}
