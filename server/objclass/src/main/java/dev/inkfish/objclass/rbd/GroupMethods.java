package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Groups of images: the group's header (`rbd_group_header.ID`) lists images and snapshots, each image's
/// header names its group.
final class GroupMethods {
    private static final String GROUP_OF_IMAGE = "rbd_group_ref";
    private static final String IMAGE = "image_";
    private static final String SNAPSHOT = "snapshot_";
    /// Which came first: a number that grows (from Ceph 20 on; snapshots from before have none).
    private static final String ORDER = "snap_order_";
    private static final int SNAPSHOT_INCOMPLETE = 0;

    private GroupMethods() {}

    static void register(ObjectClass rbd) {
        rbd.readWrite("group_image_set", (context, input) -> {
                    ImageLink link = Codec.input(input, ImageLink::decode);
                    Keys.put(context, link.image.key(), out -> out.u8(link.state));
                    return Bytes.EMPTY;
                })
                .readWrite("group_image_remove", (context, input) -> {
                    context.omapRemove(Codec.input(input, GroupImage::decode).key());
                    return Bytes.EMPTY;
                })
                .read("group_image_list", GroupMethods::listImages)
                .readWrite("image_group_add", GroupMethods::addToGroup)
                .readWrite("image_group_remove", GroupMethods::removeFromGroup)
                .read("image_group_get", (context, input) -> Codec.encode(
                        Keys.find(context, GROUP_OF_IMAGE, GroupSpec::decode, GroupSpec.NONE)::encode))
                .readWrite("group_snap_set", GroupMethods::setSnapshot)
                .readWrite("group_snap_remove", (context, input) -> {
                    String id = Codec.input(input, WireReader::string);
                    context.omapRemove(SNAPSHOT + id);
                    Keys.removeIfThere(context, ORDER + id);
                    return Bytes.EMPTY;
                })
                .read("group_snap_get_by_id", (context, input) -> {
                    String key = SNAPSHOT + Codec.input(input, WireReader::string);
                    return Codec.encode(Keys.get(context, key, GroupSnapshot::decode)::encode);
                })
                .read("group_snap_list", GroupMethods::listSnapshots)
                .read("group_snap_list_order", GroupMethods::listOrder);
    }

    private static Bytes listImages(ClassContext context, Bytes input) {
        record Request(GroupImage startAfter, long max) {}
        Request request = Codec.input(input, in -> new Request(GroupImage.decode(in), in.u64()));
        List<ImageLink> links = new ArrayList<>();
        String from = request.startAfter.pool == -1 ? "" : request.startAfter.key().substring(IMAGE.length());
        Keys.page(context, IMAGE, from, request.max, value -> Codec.stored(value, WireReader::u8))
                .forEach((name, state) -> links.add(new ImageLink(GroupImage.ofKey(name), state)));
        return Codec.encode(out -> out.list(links, (w, link) -> link.encode(w)));
    }

    private static Bytes addToGroup(ClassContext context, Bytes input) {
        GroupSpec group = Codec.input(input, GroupSpec::decode);
        GroupSpec old = Keys.find(context, GROUP_OF_IMAGE, GroupSpec::decode);
        if (old != null && !old.equals(group)) {
            throw fail(Errno.EEXIST, "the image is in another group");
        }
        if (old == null) {
            ImageMethods.setOpFeatures(context, RbdFeatures.OP_GROUP, RbdFeatures.OP_GROUP);
            Keys.put(context, GROUP_OF_IMAGE, group::encode);
        }
        return Bytes.EMPTY;
    }

    private static Bytes removeFromGroup(ClassContext context, Bytes input) {
        GroupSpec group = Codec.input(input, GroupSpec::decode);
        if (!Keys.get(context, GROUP_OF_IMAGE, GroupSpec::decode).equals(group)) {
            throw fail(Errno.EBADF, "the image is in another group");
        }
        context.omapRemove(GROUP_OF_IMAGE);
        ImageMethods.setOpFeatures(context, 0, RbdFeatures.OP_GROUP);
        return Bytes.EMPTY;
    }

    private static Bytes setSnapshot(ClassContext context, Bytes input) {
        GroupSnapshot snapshot = Codec.input(input, GroupSnapshot::decode);
        if (snapshot.name.isEmpty() || snapshot.id.isEmpty()) {
            throw fail(Errno.EINVAL, "a snapshot needs a name and an id");
        }
        if (context.exists()) {
            Keys.scan(context, SNAPSHOT, SNAPSHOT, (key, value) -> {
                GroupSnapshot other = Codec.stored(value, GroupSnapshot::decode);
                if (other.name.equals(snapshot.name) && !other.id.equals(snapshot.id)) {
                    throw fail(Errno.EEXIST, "the name is taken");
                }
                return true;
            });
        }
        if (snapshot.state == SNAPSHOT_INCOMPLETE && Keys.find(context, SNAPSHOT + snapshot.id) != null) {
            throw fail(Errno.EEXIST, "the snapshot exists");
        }
        boolean isNew = Keys.find(context, SNAPSHOT + snapshot.id) == null;
        if (isNew) {
            long[] newest = {0};
            if (context.exists()) {
                Keys.scan(context, ORDER, ORDER, (key, value) -> {
                    newest[0] = Math.max(newest[0], Codec.stored(value, WireReader::u64));
                    return true;
                });
            }
            Keys.putU64(context, ORDER + snapshot.id, newest[0] + 1);
        }
        Keys.put(context, SNAPSHOT + snapshot.id, snapshot::encode);
        return Bytes.EMPTY;
    }

    private static Bytes listOrder(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        TreeMap<String, Long> orders = context.exists()
                ? Keys.page(context, ORDER, request.startAfter(), request.max(), value -> Codec.stored(value, WireReader::u64))
                : new TreeMap<>();
        return Codec.encode(out -> out.map(orders, WireWriter::string, WireWriter::u64));
    }

    private static Bytes listSnapshots(ClassContext context, Bytes input) {
        record Request(GroupSnapshot startAfter, long max) {}
        Request request = Codec.input(input, in -> new Request(GroupSnapshot.decode(in), in.u64()));
        List<GroupSnapshot> snapshots = new ArrayList<>();
        if (context.exists()) {
            snapshots.addAll(Keys.page(context, SNAPSHOT, request.startAfter.id, request.max, value ->
                            Codec.stored(value, GroupSnapshot::decode))
                    .values());
        }
        return Codec.encode(out -> out.list(snapshots, (w, snapshot) -> snapshot.encode(w)));
    }

    @CephType("cls::rbd::GroupImageSpec")
    record GroupImage(String imageId, long pool) {
        static GroupImage decode(WireReader in) {
            return in.versioned(1, (body, version) -> new GroupImage(body.string(), body.u64()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.string(imageId).u64(pool));
        }

        String key() {
            return IMAGE + String.format("%016x", pool) + "_" + imageId;
        }

        static GroupImage ofKey(String name) {
            int underscore = name.indexOf('_');
            if (underscore < 0) {
                throw fail(Errno.EIO, "malformed key " + name);
            }
            return new GroupImage(
                    name.substring(underscore + 1), Long.parseUnsignedLong(name.substring(0, underscore), 16));
        }
    }

    /// @param state 0 attached, 1 on the way in or out
    @CephType("cls::rbd::GroupImageStatus")
    record ImageLink(GroupImage image, int state) {
        static ImageLink decode(WireReader in) {
            return in.versioned(1, (body, version) -> new ImageLink(GroupImage.decode(body), body.u8()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                image.encode(out);
                out.u8(state);
            });
        }
    }

    @CephType("cls::rbd::GroupSpec")
    record GroupSpec(long pool, String groupId) {
        static final GroupSpec NONE = new GroupSpec(-1, "");

        static GroupSpec decode(WireReader in) {
            return in.versioned(1, (body, version) -> {
                long pool = body.u64();
                return new GroupSpec(pool, body.string());
            });
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u64(pool).string(groupId));
        }
    }

    /// @param state 0 being made, 1 complete
    @CephType("cls::rbd::GroupSnapshot")
    record GroupSnapshot(String id, String name, int state, List<ImageSnapshot> images) {
        static GroupSnapshot decode(WireReader in) {
            return in.versioned(1, (body, version) -> new GroupSnapshot(
                    body.string(), body.string(), body.u8(), body.list(ImageSnapshot::decode)));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.string(id)
                    .string(name)
                    .u8(state)
                    .list(images, (w, image) -> image.encode(w)));
        }
    }

    @CephType("cls::rbd::ImageSnapshotSpec")
    record ImageSnapshot(long pool, String imageId, long snap) {
        static ImageSnapshot decode(WireReader in) {
            return in.versioned(1, (body, version) -> new ImageSnapshot(body.u64(), body.string(), body.u64()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u64(pool).string(imageId).u64(snap));
        }
    }
}
