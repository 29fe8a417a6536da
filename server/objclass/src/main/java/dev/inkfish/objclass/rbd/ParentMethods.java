package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;

/// What an image was cloned from, on the clone's header. The methods before Nautilus (`get_parent`, …) know
/// no namespaces.
final class ParentMethods {
    private ParentMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("get_parent", ParentMethods::getOld)
                .readWrite("set_parent", ParentMethods::setOld)
                .readWrite("remove_parent", (context, input) -> detach(context, true))
                .read("parent_get", (context, input) -> get(context))
                .read("parent_overlap_get", ParentMethods::getOverlap)
                .readWrite("parent_attach", ParentMethods::attach)
                .readWrite("parent_detach", (context, input) -> detach(context, false));
    }

    private static Bytes getOld(ClassContext context, Bytes input) {
        long snap = Codec.input(input, WireReader::u64);
        Keys.requireExists(context);
        ParentSpec parent = ParentSpec.NONE;
        if (ImageMethods.hasFeature(context, RbdFeatures.LAYERING)) {
            parent = Keys.find(context, "parent", ParentSpec::decode, ParentSpec.NONE);
            if (!parent.nspace().isEmpty()) {
                throw fail(Errno.EXDEV, "the parent is in a namespace");
            }
            if (snap != HObject.HEAD) {
                parent = parentOf(Keys.find(context, Snapshot.key(snap), Snapshot::decode), parent);
            }
        }
        ParentSpec result = parent;
        return Codec.encode(out -> out.u64(result.pool())
                .string(result.imageId())
                .u64(result.snap())
                .u64(result.overlapOrZero()));
    }

    private static ParentSpec parentOf(
            @org.jspecify.annotations.Nullable Snapshot snapshot, ParentSpec parentOfImage) {
        if (snapshot == null) {
            return ParentSpec.NONE;
        }
        if (snapshot.parent().exists()) {
            return snapshot.parent();
        }
        if (snapshot.parentOverlap() == null) {
            return ParentSpec.NONE;
        }
        if (!parentOfImage.exists()) {
            throw fail(Errno.EINVAL, "the snapshot has an overlap with no parent");
        }
        return parentOfImage.withOverlap(snapshot.parentOverlap());
    }

    private static Bytes get(ClassContext context) {
        Keys.requireExists(context);
        ParentSpec[] parent = {ParentSpec.NONE};
        if (ImageMethods.hasFeature(context, RbdFeatures.LAYERING)) {
            ParentSpec stored = Keys.find(context, "parent", ParentSpec::decode);
            if (stored != null) {
                parent[0] = stored;
            } else {
                Snapshot.forEach(context, snapshot -> {
                    parent[0] = snapshot.parent().exists() ? snapshot.parent() : parent[0];
                    return true;
                });
            }
        }
        return Codec.encode(parent[0]::encodeImageSpec);
    }

    private static Bytes getOverlap(ClassContext context, Bytes input) {
        long snap = Codec.input(input, WireReader::u64);
        Keys.requireExists(context);
        Long overlap = null;
        if (ImageMethods.hasFeature(context, RbdFeatures.LAYERING)) {
            if (snap == HObject.HEAD) {
                overlap = Keys.find(context, "parent", ParentSpec::decode, ParentSpec.NONE).overlap();
            } else {
                Snapshot snapshot = Snapshot.get(context, snap);
                overlap = snapshot.parentOverlap() != null || !snapshot.parent().exists()
                        ? snapshot.parentOverlap()
                        : snapshot.parent().overlap();
            }
        }
        Long result = overlap;
        return Codec.encode(out -> Keys.encodeOptional(out, result));
    }

    private static Bytes setOld(ClassContext context, Bytes input) {
        ParentSpec parent = Codec.input(input, in -> new ParentSpec(in.u64(), "", in.string(), in.u64(), in.u64()));
        attach(context, parent, false);
        return Bytes.EMPTY;
    }

    private static Bytes attach(ClassContext context, Bytes input) {
        record Request(ParentSpec parent, boolean again) {}
        Request request = Codec.input(input, in -> {
            ParentSpec parent = ParentSpec.decodeImageSpec(in);
            ParentSpec withOverlap = parent.withOverlap(in.u64());
            return new Request(withOverlap, in.remaining() > 0 && in.bool());
        });
        attach(context, request.parent, request.again);
        return Bytes.EMPTY;
    }

    private static void attach(ClassContext context, ParentSpec parent, boolean again) {
        Keys.requireExists(context);
        ImageMethods.requireFeature(context, RbdFeatures.LAYERING);
        if (!parent.exists() || parent.overlapOrZero() == 0) {
            throw fail(Errno.EINVAL, "no parent or no overlap");
        }
        ParentSpec stored = Keys.find(context, "parent", ParentSpec::decode);
        boolean taken = stored != null && (stored.overlap() != null || !stored.sameImageAs(parent));
        if (taken && !again) {
            throw fail(Errno.EEXIST, "the image has a parent");
        }
        long size = Keys.get(context, "size", WireReader::u64);
        long overlap = Long.compareUnsigned(parent.overlapOrZero(), size) < 0 ? parent.overlapOrZero() : size;
        Keys.put(context, "parent", parent.withOverlap(overlap)::encode);
    }

    private static Bytes detach(ClassContext context, boolean old) {
        Keys.requireExists(context);
        ImageMethods.requireFeature(context, RbdFeatures.LAYERING);
        ParentSpec parent = Keys.get(context, "parent", ParentSpec::decode);
        if (old && !parent.nspace().isEmpty()) {
            throw fail(Errno.EXDEV, "the parent is in a namespace");
        }
        if (parent.overlap() == null) {
            throw fail(Errno.ENOENT, "detached already");
        }
        boolean deep = ImageMethods.hasFeature(context, RbdFeatures.DEEP_FLATTEN);
        boolean[] snapshotsNeedIt = {false};
        Snapshot.forEach(context, snapshot -> {
            if (!snapshot.hasParent()) {
                return true;
            }
            if (!deep) {
                snapshotsNeedIt[0] = true;
                return false;
            }
            snapshot.withParent(ParentSpec.NONE, null).write(context);
            return true;
        });
        if (snapshotsNeedIt[0]) {
            Keys.put(context, "parent", parent.withOverlap(null)::encode);
        } else {
            context.omapRemove("parent");
            ImageMethods.setOpFeatures(context, 0, RbdFeatures.OP_CLONE_CHILD);
        }
        return Bytes.EMPTY;
    }
}
