package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Text;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.TreeSet;

/// Who was cloned from a snapshot. Clone format 1 keeps it in the object `rbd_children` of the clones'
/// pool, under a key made of the parent; format 2 on the parent's header.
final class ChildMethods {
    private ChildMethods() {}

    static void register(ObjectClass rbd) {
        rbd.readWrite("add_child", ChildMethods::addOld)
                .readWrite("remove_child", ChildMethods::removeOld)
                .read("get_children", ChildMethods::getOld)
                .readWrite("child_attach", ChildMethods::attach)
                .readWrite("child_detach", ChildMethods::detach)
                .read("children_list", ChildMethods::list);
    }

    private static Bytes addOld(ClassContext context, Bytes input) {
        OldRequest request = OldRequest.decode(input, true);
        TreeSet<String> children = oldChildren(context, request.parentKey);
        if (!children.add(request.child)) {
            throw fail(Errno.EEXIST, "the child is known");
        }
        Keys.put(context, request.parentKey, out -> out.list(children, WireWriter::string));
        return Bytes.EMPTY;
    }

    private static Bytes removeOld(ClassContext context, Bytes input) {
        OldRequest request = OldRequest.decode(input, true);
        TreeSet<String> children = oldChildren(context, request.parentKey);
        if (!children.remove(request.child)) {
            throw fail(Errno.ENOENT, "no such child");
        }
        if (children.isEmpty()) {
            context.omapRemove(request.parentKey);
        } else {
            Keys.put(context, request.parentKey, out -> out.list(children, WireWriter::string));
        }
        return Bytes.EMPTY;
    }

    private static Bytes getOld(ClassContext context, Bytes input) {
        OldRequest request = OldRequest.decode(input, false);
        TreeSet<String> children = oldChildren(context, request.parentKey);
        if (children.isEmpty()) {
            throw fail(Errno.ENOENT, "no children");
        }
        return Codec.encode(out -> out.list(children, WireWriter::string));
    }

    private static TreeSet<String> oldChildren(ClassContext context, String key) {
        TreeSet<String> children = new TreeSet<>(HObject::compareUtf8);
        children.addAll(Keys.find(context, key, in -> in.list(WireReader::string), java.util.List.of()));
        return children;
    }

    private static Bytes attach(ClassContext context, Bytes input) {
        Request request = Request.decode(input);
        Snapshot snapshot = Snapshot.get(context, request.snap);
        if (snapshot.isTrash()) {
            throw fail(Errno.ENOENT, "the snapshot is deleted");
        }
        TreeSet<Child> children = children(context, request.snap);
        if (!children.add(request.child)) {
            throw fail(Errno.EEXIST, "the child is attached");
        }
        write(context, request.snap, children);
        snapshot.withChildCount(snapshot.childCount() + 1).write(context);
        ImageMethods.setOpFeatures(context, RbdFeatures.OP_CLONE_PARENT, RbdFeatures.OP_CLONE_PARENT);
        return Bytes.EMPTY;
    }

    private static Bytes detach(ClassContext context, Bytes input) {
        Request request = Request.decode(input);
        Snapshot snapshot = Snapshot.get(context, request.snap);
        TreeSet<Child> children = children(context, request.snap);
        if (snapshot.childCount() != children.size()) {
            throw fail(Errno.EINVAL, "children and their count do not agree");
        }
        if (!children.remove(request.child)) {
            throw fail(Errno.ENOENT, "no such child");
        }
        if (children.isEmpty()) {
            context.omapRemove(Snapshot.childrenKey(request.snap));
        } else {
            write(context, request.snap, children);
        }
        snapshot.withChildCount(children.size()).write(context);
        boolean[] needed = {!children.isEmpty()};
        Snapshot.forEach(context, other -> {
            needed[0] |= other.id() != request.snap && other.childCount() > 0;
            return !needed[0];
        });
        if (!needed[0]) {
            ImageMethods.setOpFeatures(context, 0, RbdFeatures.OP_CLONE_PARENT);
        }
        return Bytes.EMPTY;
    }

    private static Bytes list(ClassContext context, Bytes input) {
        long snap = Codec.input(input, WireReader::u64);
        Snapshot.get(context, snap);
        TreeSet<Child> children = children(context, snap);
        if (children.isEmpty()) {
            throw fail(Errno.ENOENT, "no children");
        }
        return Codec.encode(out -> out.list(children, (w, child) -> child.encode(w)));
    }

    private static TreeSet<Child> children(ClassContext context, long snap) {
        return new TreeSet<>(
                Keys.find(context, Snapshot.childrenKey(snap), in -> in.list(Child::decode), java.util.List.of()));
    }

    private static void write(ClassContext context, long snap, TreeSet<Child> children) {
        Keys.put(context, Snapshot.childrenKey(snap), out -> out.list(children, (w, child) -> child.encode(w)));
    }

    /// `cls::rbd::ChildImageSpec`
    @CephType("cls::rbd::ChildImageSpec")
    record Child(long pool, String imageId, String nspace) implements Comparable<Child> {
        /// 2: namespace
        static Child decode(WireReader in) {
            return in.versioned(2, (body, version) ->
                    new Child(body.u64(), body.string(), version >= 2 ? body.string() : ""));
        }

        void encode(WireWriter out) {
            out.versioned(2, 1, () -> out.u64(pool).string(imageId).string(nspace));
        }

        @Override
        public int compareTo(Child other) {
            int c = Long.compare(pool, other.pool);
            if (c == 0) {
                c = HObject.compareUtf8(nspace, other.nspace);
            }
            return c != 0 ? c : HObject.compareUtf8(imageId, other.imageId);
        }
    }

    private record Request(long snap, Child child) {
        static Request decode(Bytes input) {
            return Codec.input(input, in -> new Request(in.u64(), Child.decode(in)));
        }
    }

    /// @param parentKey pool, image and snapshot as they came, which is also how the key is made
    private record OldRequest(String parentKey, String child) {
        static OldRequest decode(Bytes input, boolean withChild) {
            return Codec.input(input, in -> {
                in.u64();
                in.string();
                in.u64();
                byte[] key = input.slice(0, in.consumed()).toArray();
                return new OldRequest(Text.decode(key, 0, key.length), withChild ? in.string() : "");
            });
        }
    }
}
