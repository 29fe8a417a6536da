package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import java.util.ArrayList;
import java.util.List;

/// An image's snapshots, on its header.
final class SnapshotMethods {
    /// `CEPH_MAXSNAP`
    private static final long LARGEST_ID = -3L;

    private static final long NO_LIMIT = -1L;

    private SnapshotMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("get_snapcontext", (context, input) -> getSnapContext(context))
                .read("get_snapshot_name", (context, input) -> {
                    Snapshot snapshot = byId(context, input);
                    return Codec.encode(out -> out.string(snapshot.name()));
                })
                .read("get_snapshot_timestamp", (context, input) -> Codec.encode(byId(context, input).timestamp()::encode))
                .read("snapshot_get", (context, input) -> Codec.encode(byId(context, input)::encodeInfo))
                .readWrite("snapshot_add", SnapshotMethods::add)
                .readWrite("snapshot_remove", SnapshotMethods::remove)
                .readWrite("snapshot_rename", SnapshotMethods::rename)
                .readWrite("snapshot_trash_add", SnapshotMethods::moveToTrash)
                .read("get_protection_status", SnapshotMethods::getProtection)
                .readWrite("set_protection_status", SnapshotMethods::setProtection)
                .read("snapshot_get_limit", (context, input) ->
                        Codec.encode(out -> out.u64(Keys.find(context, "snap_limit", WireReader::u64, NO_LIMIT))))
                .readWrite("snapshot_set_limit", SnapshotMethods::setLimit);
    }

    private static Snapshot byId(ClassContext context, Bytes input) {
        return Snapshot.get(context, Codec.input(input, WireReader::u64));
    }

    private static Bytes getSnapContext(ClassContext context) {
        long seq = Keys.get(context, "snap_seq", WireReader::u64);
        List<Long> newestFirst = new ArrayList<>();
        Keys.scan(context, "snapshot_", "snapshot_", (key, value) -> {
            newestFirst.addFirst(Snapshot.idOfKey(key));
            return true;
        });
        return Codec.encode(out -> out.u64(seq).list(newestFirst, (w, id) -> w.u64(id)));
    }

    private static Bytes add(ClassContext context, Bytes input) {
        record Request(String name, long id, SnapshotNamespace namespace) {}
        Request request = Codec.input(input, in -> new Request(
                in.string(),
                in.u64(),
                in.remaining() > 0 ? SnapshotNamespace.decode(in) : new SnapshotNamespace.User()));
        if (request.namespace instanceof SnapshotNamespace.Unknown
                || Long.compareUnsigned(request.id, LARGEST_ID) > 0) {
            throw fail(Errno.EINVAL, "no such kind of snapshot, or id");
        }
        long seq = Keys.get(context, "snap_seq", WireReader::u64);
        if (Long.compareUnsigned(request.id, seq) < 0) {
            throw fail(Errno.ESTALE, "a newer snapshot was made meanwhile");
        }
        checkRoomAndName(context, request.name, request.namespace, request.id);
        long size = Keys.get(context, "size", WireReader::u64);
        long flags = Keys.find(context, "flags", WireReader::u64, 0L);
        ParentSpec parent = Keys.find(context, "parent", ParentSpec::decode, ParentSpec.NONE);
        if (request.namespace.type() == SnapshotNamespace.TRASH) {
            ImageMethods.setOpFeatures(context, RbdFeatures.OP_SNAP_TRASH, RbdFeatures.OP_SNAP_TRASH);
        }
        Keys.putU64(context, "snap_seq", request.id);
        new Snapshot(
                        request.id,
                        request.name,
                        size,
                        Snapshot.UNPROTECTED,
                        parent,
                        flags,
                        context.now(),
                        request.namespace,
                        0,
                        null)
                .write(context);
        return Bytes.EMPTY;
    }

    private static void checkRoomAndName(
            ClassContext context, String name, SnapshotNamespace namespace, long id) {
        long limit = Keys.find(context, "snap_limit", WireReader::u64, NO_LIMIT);
        long[] count = {0};
        Snapshot.forEach(context, old -> {
            count[0]++;
            if (Long.compareUnsigned(count[0], limit) >= 0) {
                throw fail(Errno.EDQUOT, "the image has as many snapshots as it may");
            }
            if (old.id() == id || old.name().equals(name) && old.namespace().equals(namespace)) {
                throw fail(Errno.EEXIST, "the snapshot exists");
            }
            return true;
        });
    }

    private static Bytes remove(ClassContext context, Bytes input) {
        Snapshot snapshot = byId(context, input);
        if (snapshot.protection() != Snapshot.UNPROTECTED || snapshot.childCount() > 0) {
            throw fail(Errno.EBUSY, "the snapshot is protected or has clones");
        }
        context.omapRemove(Snapshot.key(snapshot.id()));
        boolean[] others = {false, false};
        Snapshot.forEach(context, other -> {
            if (other.id() != snapshot.id()) {
                others[0] |= other.hasParent();
                others[1] |= other.isTrash();
            }
            return true;
        });
        boolean otherHasParent = others[0];
        boolean otherIsTrash = others[1];
        ParentSpec parent = Keys.find(context, "parent", ParentSpec::decode, ParentSpec.NONE);
        boolean headHasParent = parent.exists() && parent.overlap() != null;
        if (parent.exists() && !headHasParent && !otherHasParent) {
            context.omapRemove("parent");
        }
        long unused = (otherHasParent || headHasParent ? 0 : RbdFeatures.OP_CLONE_CHILD)
                | (otherIsTrash ? 0 : RbdFeatures.OP_SNAP_TRASH);
        if (unused != 0) {
            ImageMethods.setOpFeatures(context, 0, unused);
        }
        return Bytes.EMPTY;
    }

    private static Bytes rename(ClassContext context, Bytes input) {
        record Request(long id, String name) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.string()));
        Snapshot.forEach(context, other -> {
            if (other.namespace().type() == SnapshotNamespace.USER && other.name().equals(request.name)) {
                throw fail(Errno.EEXIST, "the name is taken");
            }
            return true;
        });
        Snapshot snapshot = Snapshot.get(context, request.id);
        if (snapshot.namespace().type() != SnapshotNamespace.USER) {
            throw fail(Errno.EINVAL, "only a user's snapshot has a name to change");
        }
        snapshot.withName(request.name, snapshot.namespace()).write(context);
        return Bytes.EMPTY;
    }

    private static Bytes moveToTrash(ClassContext context, Bytes input) {
        Snapshot snapshot = byId(context, input);
        if (snapshot.protection() != Snapshot.UNPROTECTED) {
            throw fail(Errno.EBUSY, "the snapshot is protected");
        }
        if (snapshot.isTrash()) {
            throw fail(Errno.EEXIST, "the snapshot is in the trash");
        }
        ImageMethods.setOpFeatures(context, RbdFeatures.OP_SNAP_TRASH, RbdFeatures.OP_SNAP_TRASH);
        SnapshotNamespace trash =
                new SnapshotNamespace.Trash(snapshot.name(), snapshot.namespace().type());
        snapshot.withName(randomUuid(context), trash).write(context);
        return Bytes.EMPTY;
    }

    /// Version 4, variant 1.
    static String randomUuid(ClassContext context) {
        byte[] random = context.randomBytes(16).toArray();
        random[6] = (byte) (random[6] & 0x0f | 0x40);
        random[8] = (byte) (random[8] & 0x3f | 0x80);
        String hex = Bytes.wrap(random).toHex();
        return String.join(
                "-",
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20));
    }

    private static Bytes getProtection(ClassContext context, Bytes input) {
        long id = Codec.input(input, WireReader::u64);
        Keys.requireExists(context);
        int protection = Snapshot.get(context, id).protection();
        if (protection > Snapshot.PROTECTED) {
            throw fail(Errno.EIO, "unknown protection status");
        }
        return Codec.encode(out -> out.u8(protection));
    }

    private static Bytes setProtection(ClassContext context, Bytes input) {
        record Request(long id, int status) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.u8()));
        Keys.requireExists(context);
        ImageMethods.requireFeature(context, RbdFeatures.LAYERING);
        if (request.id == HObject.HEAD || request.status > Snapshot.PROTECTED) {
            throw fail(Errno.EINVAL, "no such snapshot or status");
        }
        Snapshot.get(context, request.id).withProtection(request.status).write(context);
        return Bytes.EMPTY;
    }

    private static Bytes setLimit(ClassContext context, Bytes input) {
        long limit = Codec.input(input, WireReader::u64);
        if (limit == NO_LIMIT) {
            context.omapRemove("snap_limit");
            return Bytes.EMPTY;
        }
        long count = OldFormat.isHeader(context) ? OldFormat.snapshotCount(context) : countSnapshots(context);
        if (Long.compareUnsigned(limit, count) < 0) {
            throw fail(Errno.ERANGE, "there are more snapshots");
        }
        Keys.putU64(context, "snap_limit", limit);
        return Bytes.EMPTY;
    }

    private static long countSnapshots(ClassContext context) {
        long[] count = {0};
        Keys.scan(context, "snapshot_", "snapshot_", (key, value) -> {
            count[0]++;
            return true;
        });
        return count[0];
    }
}
