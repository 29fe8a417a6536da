package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;

/// A clone's entry at its parent (`DetachChildRequest`).
final class ChildLink {
    private ChildLink() {}

    /// That there is none is no failure. A parent's snapshot that was kept in the trash for its clones alone is left there.
    static void detach(Image image, Image.Parent parent) {
        Reply reply;
        if ((image.opFeatures() & Image.OP_CLONE_CHILD) != 0) {
            WireWriter out = new WireWriter().u64(parent.snap());
            out.versioned(2, 1, () -> out.u64(image.io().pool()).string(image.id()).string(image.io().nspace()));
            PoolIo io = image.io().client().pool(parent.pool()).namespace(parent.nspace());
            reply = io.tell(Image.headerObject(parent.id()), "rbd", "child_detach", out.toBytes());
        } else {
            Bytes input = new WireWriter().u64(parent.pool()).string(parent.id()).u64(parent.snap())
                    .string(image.id()).toBytes();
            reply = image.io().tell("rbd_children", "rbd", "remove_child", input);
        }
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("detach from the parent");
        }
    }
}
