package dev.inkfish.blockstore;

import dev.inkfish.wire.GhObject;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The onodes used last, up to a number of bytes. Two halves: what is used moves to the young one; when that
/// is full, it becomes the old one, and the old one is dropped.
final class OnodeCache {
    private final long half;
    private volatile ConcurrentHashMap<Key, Onode> young = new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<Key, Onode> old = new ConcurrentHashMap<>();
    private final AtomicLong youngBytes = new AtomicLong();

    private record Key(int collection, GhObject object) {}

    OnodeCache(long bytes) {
        half = bytes / 2;
    }

    @Nullable Onode get(int collection, GhObject object) {
        Key key = new Key(collection, object);
        Onode found = young.get(key);
        if (found == null) {
            found = old.get(key);
            if (found != null) {
                put(key, found);
            }
        }
        return found;
    }

    /// The caller holds the collection's lock, as for [#remove].
    void put(int collection, GhObject object, Onode onode) {
        put(new Key(collection, object), onode);
    }

    private void put(Key key, Onode onode) {
        Onode before = young.put(key, onode);
        long bytes = youngBytes.addAndGet(cost(key, onode) - (before == null ? 0 : cost(key, before)));
        if (bytes > half) {
            turn();
        }
    }

    /// A put that races with this may land in either half; both are looked at.
    private synchronized void turn() {
        if (youngBytes.get() > half) {
            old = young;
            young = new ConcurrentHashMap<>();
            youngBytes.set(0);
        }
    }

    void remove(int collection, GhObject object) {
        Key key = new Key(collection, object);
        Onode gone = young.remove(key);
        if (gone != null) {
            youngBytes.addAndGet(-cost(key, gone));
        }
        old.remove(key);
    }

    /// At most so many: those that were used lately may count twice.
    int size() {
        return young.size() + old.size();
    }

    void clear() {
        synchronized (this) {
            young = new ConcurrentHashMap<>();
            old = new ConcurrentHashMap<>();
            youngBytes.set(0);
        }
    }

    private static long cost(Key key, Onode onode) {
        return 250 + 2L * key.object.hobject().oid().length() + onode.memory();
    }
}
