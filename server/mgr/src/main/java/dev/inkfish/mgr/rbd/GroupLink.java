package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/// That an image belongs to a group, as both headers say (`cls::rbd::GroupSpec`). A group is in the image's namespace.
record GroupLink(long pool, String id) {
    private static final int ATTACHED = 0;
    private static final int INCOMPLETE = 1;

    static @Nullable GroupLink of(Image image) {
        GroupLink found = image.io().ask(image.header(), "rbd", "image_group_get", Bytes.EMPTY).reader()
                .versioned(1, (body, version) -> new GroupLink(body.u64(), body.string()));
        return found.id.isEmpty() ? null : found;
    }

    void remove(Image image) {
        tellGroup(image, "group_image_set", status(image, INCOMPLETE)).orThrow("group");
        Reply reply = image.io().tell(image.header(), "rbd", "image_group_remove", spec());
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("group of " + image.id());
        }
        tellGroup(image, "group_image_remove", member(image)).orThrow("group");
    }

    void add(Image image) {
        tellGroup(image, "group_image_set", status(image, INCOMPLETE)).orThrow("group");
        image.io().tell(image.header(), "rbd", "image_group_add", spec()).orThrow("group of " + image.id());
        tellGroup(image, "group_image_set", status(image, ATTACHED)).orThrow("group");
    }

    private Reply tellGroup(Image image, String method, Bytes input) {
        PoolIo io = image.io().client().pool(pool).namespace(image.io().nspace());
        return io.tell("rbd_group_header." + id, "rbd", method, input);
    }

    private Bytes spec() {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> out.u64(pool).string(id));
        return out.toBytes();
    }

    private static Bytes member(Image image) {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> out.string(image.id()).u64(image.io().pool()));
        return out.toBytes();
    }

    private static Bytes status(Image image, int state) {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> out.raw(member(image)).u8(state));
        return out.toBytes();
    }
}
