package dev.inkfish.osd.scrub;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ScrubMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Looks at what one member has of a range of objects (`PGBackend::be_scan_list`), a bounded part at a time so that
/// others of the shard get their turn.
public final class ScrubScan {
    /// What looking at an object costs beside its bytes.
    private static final long COST_OF_OBJECT = 4096;
    private static final int SEED = -1;

    private final ObjectStore store;
    private final CollectionId collection;
    private final boolean deep;
    private final ScrubSettings settings;
    private final Deque<GhObject> left;
    private final TreeMap<HObject, ScrubMap.Item> found = new TreeMap<>();
    private @Nullable Contents current;

    /// How far reading an object's contents has come.
    private static final class Contents {
        final GhObject object;
        final NavigableMap<String, Bytes> attrs;
        final long size;
        long offset;
        int dataDigest = SEED;
        boolean inOmap;
        Bytes omapFrom = Bytes.EMPTY;
        int omapDigest = SEED;
        long omapKeys;
        long omapBytes;

        Contents(GhObject object, NavigableMap<String, Bytes> attrs, long size) {
            this.object = object;
            this.attrs = attrs;
            this.size = size;
        }

        ScrubMap.Item item(boolean large) {
            return new ScrubMap.Item(attrs, size, dataDigest, omapDigest, false, false, large, omapKeys, omapBytes);
        }

        ScrubMap.Item unread(boolean readError) {
            return new ScrubMap.Item(attrs, size, null, null, readError, false, false, 0, 0);
        }
    }

    /// @param end the first object behind the range
    public ScrubScan(
            ObjectStore store, CollectionId collection, HObject start, HObject end, boolean deep, ScrubSettings settings) {
        this.store = store;
        this.collection = collection;
        this.deep = deep;
        this.settings = settings;
        this.left = new ArrayDeque<>(
                store.list(collection, GhObject.of(start), GhObject.of(end), Integer.MAX_VALUE));
    }

    /// Goes on for about `budget` bytes.
    ///
    /// @return whether everything was seen
    public boolean step(long budget) {
        long rest = budget;
        while (rest > 0) {
            if (current == null) {
                GhObject next = left.poll();
                if (next == null) {
                    return true;
                }
                rest -= COST_OF_OBJECT;
                open(next);
            } else {
                rest -= read(current, rest);
            }
        }
        return current == null && left.isEmpty();
    }

    public ScrubMap result(Eversion upTo) {
        return new ScrubMap(found, upTo, Eversion.ZERO);
    }

    private void open(GhObject object) {
        try {
            NavigableMap<String, Bytes> attrs = ScrubAttrs.toCeph(store.attrs(collection, object));
            Contents contents = new Contents(object, attrs, store.size(collection, object));
            if (deep) {
                current = contents;
            } else {
                found.put(object.hobject(), contents.unread(false));
            }
        } catch (CephException e) {
            if (!e.is(Errno.ENOENT)) { // removed meanwhile: the primary knows and asks again
                found.put(object.hobject(), new ScrubMap.Item(
                        new TreeMap<>(), -1, null, null, false, true, false, 0, 0));
            }
        }
    }

    /// @return how many bytes were looked at, at least one
    private long read(Contents contents, long budget) {
        try {
            return contents.inOmap ? readOmap(contents, budget) : readData(contents, budget);
        } catch (CephException e) {
            if (!e.is(Errno.ENOENT)) {
                found.put(contents.object.hobject(), contents.unread(true));
            }
            current = null;
            return COST_OF_OBJECT;
        }
    }

    private long readData(Contents contents, long budget) {
        if (contents.offset >= contents.size) {
            contents.inOmap = true;
            return 1;
        }
        Bytes data = store.read(collection, contents.object, contents.offset, Math.min(budget, settings.stride()));
        contents.dataDigest = data.crc32c(contents.dataDigest);
        contents.offset += Math.max(1, data.length());
        return data.length() + 1;
    }

    private long readOmap(Contents contents, long budget) {
        if (contents.omapKeys == 0) {
            contents.omapDigest = store.omapHeader(collection, contents.object).crc32c(SEED);
        }
        long[] used = {1};
        boolean[] done = {true};
        store.omapScan(collection, contents.object, contents.omapFrom, (key, value) -> {
            if (used[0] > budget) {
                contents.omapFrom = key;
                done[0] = false;
                return false;
            }
            used[0] += key.length() + value.length() + 64;
            contents.omapKeys++;
            contents.omapBytes += value.length();
            contents.omapDigest = new WireWriter(key.length() + value.length() + 8)
                    .bytes(key)
                    .bytes(value)
                    .crc32c(contents.omapDigest, 0);
            return true;
        });
        if (done[0]) {
            boolean large = contents.omapKeys > settings.largeOmapKeys() || contents.omapBytes > settings.largeOmapBytes();
            found.put(contents.object.hobject(), contents.item(large));
            current = null;
        }
        return used[0];
    }
}
