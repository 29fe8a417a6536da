package dev.inkfish.blockstore;

import dev.inkfish.blockstore.KvBatch.Change;
import dev.inkfish.blockstore.KvBatch.Change.DeleteRange;
import dev.inkfish.blockstore.KvBatch.Change.Put;
import dev.inkfish.wire.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What the key-value store will hold once it has caught up: changes it has not got yet, laid over it.
///
/// Changes are added by transactions and removed when applied. Whoever reads keys of a collection holds its
/// lock, so for those keys only the removal is concurrent. It goes: write to the store, drop range
/// deletions, drop keys. A reader goes the other way: keys, range deletions, store. So a key that was put
/// after its range was deleted is found in one of them.
final class PendingKeys {
    private final KeyValues store;
    /// Not sorted: most keys are looked up and changed, few are scanned.
    private final ConcurrentHashMap<Bytes, Change> entries = new ConcurrentHashMap<>();
    private volatile List<DeleteRange> ranges = List.of();

    /// What a row of transactions comes to: of each key the last change only. A range that was deleted goes before
    /// all keys, as those in it that are left were changed later.
    final class Sum {
        /// The key-value store copies what it is given: so much at a time stays in the processor's caches.
        private static final int BATCH = 64 << 10;

        private final long last;
        private final List<Change> newest = new ArrayList<>();
        private final List<DeleteRange> deleted = new ArrayList<>();

        /// @param last the sequence number of the last of the transactions
        Sum(long last) {
            this.last = last;
        }

        /// The changes of the transaction that comes next.
        void add(List<Change> changes) {
            for (Change change : changes) {
                if (change instanceof DeleteRange range) {
                    deleted.add(range);
                } else if (change.isNewestUpTo(last)) {
                    newest.add(change);
                }
            }
        }

        /// Gives the store the changes, with ascending keys, which it takes in faster. What of them it has after a crash
        /// does not matter: the journal still holds the transactions.
        void write() {
            if (!deleted.isEmpty()) {
                store.write(KvBatch.whole(deleted));
            }
            newest.sort(Comparator.comparing(each -> each.key));
            int from = 0;
            int bytes = 0;
            for (int i = 0; i < newest.size(); i++) {
                bytes += newest.get(i).bytes();
                if (bytes >= BATCH || i == newest.size() - 1) {
                    store.write(KvBatch.whole(newest.subList(from, i + 1)));
                    from = i + 1;
                    bytes = 0;
                }
            }
            applied();
        }

        private void applied() {
            if (!deleted.isEmpty()) {
                removeRanges(deleted);
            }
            for (Change each : newest) {
                if (each.newer == null) {
                    entries.remove(each.key, each);
                }
            }
        }
    }

    PendingKeys(KeyValues store) {
        this.store = store;
    }

    void add(List<Change> changes) {
        for (Change change : changes) {
            if (change instanceof DeleteRange range) {
                entries.values().removeIf(each -> {
                    boolean covered = range.covers(each.key);
                    if (covered) {
                        each.newer = range;
                    }
                    return covered;
                });
                addRange(range);
            } else {
                Change before = entries.put(change.key, change);
                if (before != null) {
                    before.newer = change;
                }
            }
        }
    }

    private synchronized void addRange(DeleteRange range) {
        List<DeleteRange> all = new ArrayList<>(ranges);
        all.add(range);
        ranges = List.copyOf(all);
    }

    private synchronized void removeRanges(List<DeleteRange> gone) {
        List<DeleteRange> all = new ArrayList<>(ranges);
        all.removeAll(gone);
        ranges = List.copyOf(all);
    }

    @Nullable Bytes get(Bytes key) {
        Change change = entries.get(key);
        if (change != null) {
            return change instanceof Put put ? put.value : null;
        }
        for (DeleteRange range : ranges) {
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
        List<Map.Entry<Bytes, Change>> pending = new ArrayList<>();
        entries.forEach((key, change) -> {
            if (from.compareTo(key) <= 0 && key.compareTo(end) < 0) {
                pending.add(Map.entry(key, change));
            }
        });
        pending.sort(Map.Entry.comparingByKey());
        List<DeleteRange> deleted = ranges;
        Iterator<Map.Entry<Bytes, Change>> overlay = pending.iterator();
        Map.Entry<Bytes, Change> next = overlay.hasNext() ? overlay.next() : null;
        try (KeyValues.Cursor cursor = store.scan(from, end)) {
            while (next != null || cursor.valid()) {
                Bytes stored = cursor.valid() ? cursor.key() : null;
                int order = next == null ? 1 : stored == null ? -1 : next.getKey().compareTo(stored);
                boolean more = true;
                if (order <= 0) {
                    more = !(next.getValue() instanceof Put put) || visitor.visit(put.key, put.value);
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
