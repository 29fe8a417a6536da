package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ObjectInfo.WatchKey;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.SnapSet;
import dev.inkfish.wire.osd.WatchInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An object while a request changes it: its info as it will be, the changes for the store, and reads that
/// see those changes.
///
/// What is read comes from the `base`, an object in the store (the object itself, or after a rollback one of
/// its clones, or none), with the request's own changes over it: pieces of data in the order they were
/// written, attributes, omap entries. As long as nothing was changed, reads go straight to the store.
final class ObjectDraft {
    private record Piece(long offset, long length, @Nullable Bytes data) {}

    final HObject object;
    private final GhObject id;
    private final ObjectStore store;
    private final CollectionId collection;
    final Transaction transaction = new Transaction();

    boolean exists;
    long size;
    long truncateSeq;
    long truncateSize;
    long userVersion;
    int flags;
    Utime mtime;
    Utime localMtime;
    long expectedObjectSize;
    long expectedWriteSize;
    int allocHintFlags;
    final NavigableMap<WatchKey, WatchInfo> watchers;
    SnapSet snapSet;
    /// crc32c of the whole data and of the omap; null where a change made them unknown.
    private @Nullable Integer dataDigest;
    private @Nullable Integer omapDigest;
    /// Where the data ends, as far as the digest goes.
    private long end;

    /// A read found a block whose checksum is wrong.
    boolean corrupt;
    private boolean wasRemoved;

    private @Nullable GhObject base;
    private long baseLimit = Long.MAX_VALUE;
    private final List<Piece> pieces = new ArrayList<>();
    private final TreeMap<String, @Nullable Bytes> attrs = new TreeMap<>();
    private final OmapOverlay omap = new OmapOverlay();

    ObjectDraft(ObjectContext context, ObjectStore store, CollectionId collection) {
        ObjectInfo info = context.info();
        this.object = context.object();
        this.id = GhObject.of(object);
        this.store = store;
        this.collection = collection;
        this.exists = context.exists();
        this.size = info.size();
        this.truncateSeq = info.truncateSeq();
        this.truncateSize = info.truncateSize();
        this.userVersion = info.userVersion();
        this.flags = info.flags();
        this.mtime = info.mtime();
        this.localMtime = info.localMtime();
        this.expectedObjectSize = info.expectedObjectSize();
        this.expectedWriteSize = info.expectedWriteSize();
        this.allocHintFlags = info.allocHintFlags();
        this.watchers = new TreeMap<>(info.watchers());
        this.snapSet = context.snapSet();
        this.base = exists ? id : null;
        this.dataDigest = info.has(ObjectInfo.DATA_DIGEST) ? info.dataDigest() : null;
        this.omapDigest = info.has(ObjectInfo.OMAP_DIGEST) ? info.omapDigest() : null;
        this.end = info.size();
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean isThere() {
        return exists && !has(ObjectInfo.WHITEOUT);
    }

    ObjectInfo toInfo(Eversion version, Eversion prior, @Nullable OsdReqId reqid) {
        int known = (dataDigest == null ? 0 : ObjectInfo.DATA_DIGEST) | (omapDigest == null ? 0 : ObjectInfo.OMAP_DIGEST);
        int others = flags & ~(ObjectInfo.DATA_DIGEST | ObjectInfo.OMAP_DIGEST);
        return new ObjectInfo(object, version, prior, reqid, size, mtime, truncateSeq, truncateSize, userVersion,
                new TreeMap<>(watchers), others | known, localMtime, dataDigest == null ? -1 : dataDigest,
                omapDigest == null ? -1 : omapDigest, expectedObjectSize, expectedWriteSize, allocHintFlags);
    }

    // ---- changes; the sizes and statistics are the caller's

    void touch() {
        transaction.touch(collection, id);
    }

    void write(long offset, Bytes data) {
        transaction.write(collection, id, offset, data);
        pieces.add(new Piece(offset, data.length(), data));
        dataDigest = offset == 0 && data.length() >= end ? (Integer) data.crc32c(-1) : null;
        end = Math.max(end, offset + data.length());
    }

    void zero(long offset, long length) {
        transaction.zero(collection, id, offset, length);
        pieces.add(new Piece(offset, length, null));
        dataDigest = null;
        end = Math.max(end, offset + length);
    }

    void truncate(long newSize) {
        transaction.truncate(collection, id, newSize);
        baseLimit = Math.min(baseLimit, newSize);
        dataDigest = newSize == end ? dataDigest : null;
        end = newSize;
        if (!pieces.isEmpty()) {
            pieces.add(new Piece(newSize, Long.MAX_VALUE - newSize, null));
        }
    }

    void remove() {
        transaction.remove(collection, id);
        base = null;
        forgetOverlay();
    }

    /// The object becomes what `source` is in the store.
    void becomeCloneOf(HObject source) {
        if (exists) {
            transaction.remove(collection, id);
        }
        base = GhObject.of(source);
        transaction.clone(collection, base, id);
        forgetOverlay();
    }

    private void forgetOverlay() {
        dataDigest = null;
        omapDigest = null;
        end = base == null ? 0 : Long.MAX_VALUE;
        wasRemoved = true;
        baseLimit = Long.MAX_VALUE;
        pieces.clear();
        attrs.clear();
        omap.reset();
    }

    void setAttr(String name, Bytes value) {
        TreeMap<String, Bytes> one = new TreeMap<>();
        one.put(name, value);
        transaction.setAttrs(collection, id, one);
        attrs.put(name, value);
    }

    void removeAttr(String name) {
        transaction.removeAttr(collection, id, name);
        attrs.put(name, null);
    }

    void omapSet(SortedMap<Bytes, Bytes> entries) {
        omapDigest = null;
        transaction.omapSet(collection, id, entries);
        omap.set(entries);
    }

    void omapRemove(Collection<Bytes> keys) {
        omapDigest = null;
        transaction.omapRemove(collection, id, keys);
        omap.remove(keys);
    }

    void omapRemoveRange(Bytes first, Bytes end) {
        omapDigest = null;
        transaction.omapRemoveRange(collection, id, first, end);
        omap.removeRange(first, end);
    }

    void omapClear() {
        omapDigest = null;
        transaction.omapClear(collection, id);
        omap.clear();
    }

    void omapSetHeader(Bytes header) {
        omapDigest = null;
        transaction.omapSetHeader(collection, id, header);
        omap.header = header;
    }

    /// The object was removed, or replaced by a clone: all attributes must be written again.
    boolean wasRemoved() {
        return wasRemoved;
    }

    /// What data is read from.
    HObject readFrom() {
        return base == null ? object : base.hobject();
    }

    // ---- reads

    /// Up to `length` bytes; the caller has cut the range at the object's size.
    Bytes read(long offset, long length) {
        try {
            return readThrough(offset, length);
        } catch (CephException e) {
            corrupt |= e.is(Errno.EIO);
            throw e;
        }
    }

    /// `head`, and behind it what the ranges, as [#extents] gave them, hold.
    Bytes read(Bytes head, List<ObjectStore.Extent> extents) {
        if (base == null || !pieces.isEmpty() || baseLimit != Long.MAX_VALUE) {
            List<Bytes> parts = new ArrayList<>();
            parts.add(head);
            extents.forEach(each -> parts.add(read(each.offset(), each.length())));
            return Bytes.concat(parts);
        }
        try {
            return store.read(collection, base, head, extents);
        } catch (CephException e) {
            corrupt |= e.is(Errno.EIO);
            throw e;
        }
    }

    private Bytes readThrough(long offset, long length) {
        if (base != null && pieces.isEmpty() && offset + length <= baseLimit) {
            Bytes data = store.read(collection, base, offset, length);
            return data.length() == length ? data : padded(data, length);
        }
        byte[] result = new byte[Math.toIntExact(length)];
        if (base != null && offset < baseLimit) {
            Bytes data = store.read(collection, base, offset, Math.min(length, baseLimit - offset));
            data.copyTo(0, result, 0, data.length());
        }
        for (Piece piece : pieces) {
            long from = Math.max(offset, piece.offset);
            long to = Math.min(offset + length, piece.offset + piece.length);
            if (from >= to) {
                continue;
            }
            if (piece.data == null) {
                Arrays.fill(result, (int) (from - offset), (int) (to - offset), (byte) 0);
            } else {
                piece.data.copyTo((int) (from - piece.offset), result, (int) (from - offset), (int) (to - from));
            }
        }
        return Bytes.wrap(result);
    }

    private static Bytes padded(Bytes data, long length) {
        return Bytes.concat(data, Bytes.zeros(Math.toIntExact(length - data.length())));
    }

    /// The ranges that hold data; the whole range once the request has written data itself.
    List<ObjectStore.Extent> extents(long offset, long length) {
        if (base != null && pieces.isEmpty() && baseLimit == Long.MAX_VALUE) {
            return store.extents(collection, base, offset, length);
        }
        return length == 0 ? List.of() : List.of(new ObjectStore.Extent(offset, length));
    }

    @Nullable Bytes attr(String name) {
        if (attrs.containsKey(name)) {
            return attrs.get(name);
        }
        return base == null ? null : store.attr(collection, base, name);
    }

    /// All attributes under their names in the store.
    NavigableMap<String, Bytes> attrs() {
        TreeMap<String, Bytes> all = new TreeMap<>();
        if (base != null) {
            all.putAll(store.attrs(collection, base));
        }
        attrs.forEach((name, value) -> {
            if (value == null) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
        return all;
    }

    Bytes omapHeader() {
        if (omap.header != null) {
            return omap.header;
        }
        return base == null || omap.cleared ? Bytes.EMPTY : store.omapHeader(collection, base);
    }

    NavigableMap<Bytes, Bytes> omapGet(Collection<Bytes> keys) {
        if (omap.isUntouched()) {
            return base == null ? new TreeMap<>() : store.omapGet(collection, base, keys);
        }
        NavigableMap<Bytes, Bytes> found = new TreeMap<>();
        List<Bytes> fromBase = new ArrayList<>();
        for (Bytes key : keys) {
            Bytes value = omap.changed.get(key);
            if (value != null) {
                found.put(key, value);
            } else if (!omap.hides(key)) {
                fromBase.add(key);
            }
        }
        if (base != null && !fromBase.isEmpty()) {
            found.putAll(store.omapGet(collection, base, fromBase));
        }
        return found;
    }

    /// Entries in key order from `from` on, until the visitor says stop.
    void omapScan(Bytes from, ObjectStore.OmapVisitor visitor) {
        if (omap.isUntouched()) {
            if (base != null) {
                store.omapScan(collection, base, from, visitor);
            }
            return;
        }
        omap.scan(from, base == null || omap.cleared ? v -> {} : v -> store.omapScan(collection, base, from, v), visitor);
    }
}
