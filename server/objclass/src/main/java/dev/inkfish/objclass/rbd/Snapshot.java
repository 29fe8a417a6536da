package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One snapshot of an image, under `snapshot_ID` (`cls_rbd_snap`).
///
/// @param parent only in the format before Nautilus, where each snapshot named the parent in full
/// @param childCount clones (format v2) that need it
/// @param parentOverlap bytes that come from the image's parent; null for none
@CephType("cls_rbd_snap")
record Snapshot(
        long id,
        String name,
        long imageSize,
        int protection,
        ParentSpec parent,
        long flags,
        Utime timestamp,
        SnapshotNamespace namespace,
        int childCount,
        @Nullable Long parentOverlap) {
    static final int UNPROTECTED = 0;
    static final int UNPROTECTING = 1;
    static final int PROTECTED = 2;

    private static final String PREFIX = "snapshot_";

    static String key(long id) {
        return PREFIX + String.format("%016x", id);
    }

    static String childrenKey(long id) {
        return "snap_children_" + String.format("%016x", id);
    }

    static long idOfKey(String key) {
        return Long.parseUnsignedLong(key.substring(PREFIX.length()), 16);
    }

    /// ENOENT where there is none; EINVAL for the head.
    static Snapshot get(ClassContext context, long id) {
        if (id == HObject.HEAD) {
            throw fail(Errno.EINVAL, "the head is no snapshot");
        }
        return Keys.get(context, key(id), Snapshot::decode);
    }

    /// Visits all, oldest first, until the visitor says stop.
    static void forEach(ClassContext context, Predicate<Snapshot> visitor) {
        Keys.scan(context, PREFIX, PREFIX, (key, value) -> visitor.test(Codec.stored(value, Snapshot::decode)));
    }

    /// Writes it, taking a parent in the old format out to where it belongs.
    void write(ClassContext context) {
        Snapshot normal = this;
        if (parent.exists()) {
            ParentSpec stored = Keys.find(context, "parent", ParentSpec::decode, ParentSpec.NONE);
            if (!stored.exists()) {
                Keys.put(context, "parent", parent.withOverlap(null)::encode);
            }
            normal = withParent(ParentSpec.NONE, parent.overlap());
        }
        Keys.put(context, key(id), normal::encode);
    }

    /// Whether any of its data comes from a parent.
    boolean hasParent() {
        return parent.pool() != -1 || parentOverlap != null;
    }

    boolean isTrash() {
        return namespace.type() == SnapshotNamespace.TRASH;
    }

    Snapshot withParent(ParentSpec otherParent, @Nullable Long overlap) {
        return new Snapshot(
                id, name, imageSize, protection, otherParent, flags, timestamp, namespace, childCount, overlap);
    }

    Snapshot withProtection(int other) {
        return new Snapshot(
                id, name, imageSize, other, parent, flags, timestamp, namespace, childCount, parentOverlap);
    }

    Snapshot withFlags(long other) {
        return new Snapshot(
                id, name, imageSize, protection, parent, other, timestamp, namespace, childCount, parentOverlap);
    }

    Snapshot withName(String other, SnapshotNamespace otherNamespace) {
        return new Snapshot(
                id, other, imageSize, protection, parent, flags, timestamp, otherNamespace, childCount, parentOverlap);
    }

    Snapshot withChildCount(int other) {
        return new Snapshot(
                id, name, imageSize, protection, parent, flags, timestamp, namespace, other, parentOverlap);
    }

    /// 2: parent; 3: protection; 4: flags; 5: namespace; 6: timestamp; 7: child count; 8 (compat 8, Nautilus):
    /// only the overlap instead of the parent.
    static Snapshot decode(WireReader in) {
        int version = in.u8();
        int compat = in.u8();
        if (compat > 8) {
            throw new dev.inkfish.wire.DecodeException("snapshot of version " + compat);
        }
        WireReader body = in.bytes().reader();
        long id = body.u64();
        String name = body.string();
        long size = body.u64();
        if (compat < 8) {
            body.u64();
        }
        ParentSpec parent = version >= 2 && compat < 8 ? ParentSpec.decode(body) : ParentSpec.NONE;
        int protection = version >= 3 ? body.u8() : UNPROTECTED;
        long flags = version >= 4 ? body.u64() : 0;
        SnapshotNamespace namespace =
                version >= 5 ? SnapshotNamespace.decode(body) : new SnapshotNamespace.User();
        Utime timestamp = version >= 6 ? Utime.decode(body) : Utime.ZERO;
        int children = version >= 7 ? body.u32() : 0;
        Long overlap = version >= 8 ? Keys.decodeOptional(body) : null;
        return new Snapshot(id, name, size, protection, parent, flags, timestamp, namespace, children, overlap);
    }

    void encode(WireWriter out) {
        out.versioned(8, 8, () -> {
            out.u64(id).string(name).u64(imageSize).u8(protection).u64(flags);
            namespace.encode(out);
            timestamp.encode(out);
            out.u32(childCount);
            Keys.encodeOptional(out, parentOverlap);
        });
    }

    /// `cls::rbd::SnapshotInfo`
    void encodeInfo(WireWriter out) {
        out.versioned(1, 1, () -> {
            out.u64(id);
            namespace.encode(out);
            out.string(name).u64(imageSize);
            timestamp.encode(out);
            out.u32(childCount);
        });
    }
}
