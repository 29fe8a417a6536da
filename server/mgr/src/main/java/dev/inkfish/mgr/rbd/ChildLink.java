package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A clone's entry at its parent (`AttachChildRequest`, `DetachChildRequest`).
final class ChildLink {
    private static final Logger LOG = LoggerFactory.getLogger(ChildLink.class);
    /// Of an entry in the trash: a parent that goes with its last clone.
    private static final int TRASH_PARENT = 4;

    private ChildLink() {}

    /// That there is none is no failure.
    static void detach(Image image, Image.Parent parent) {
        Reply reply = isNewFormat(image) ? newFormat(image, parent, "child_detach") : oldFormat(image, parent, "remove_child");
        if (!reply.failedWith(Errno.ENOENT)) {
            reply.orThrow("detach from the parent");
        }
    }

    /// Once nothing of the image needs the parent any more: a snapshot that was kept for its clones alone goes with the last
    /// of them, and so does an image in the trash that was.
    static void detached(RbdHost host, Image image, Image.Parent parent) {
        if (isNewFormat(image)) {
            try {
                cleanUp(host, image.io(), parent);
            } catch (CephException e) {
                LOG.warn("snapshot {} of image {} stays, though its last clone has gone: {}", parent.snap(), parent.id(),
                        e.getMessage());
            }
        }
    }

    static void attach(Image image, Image.Parent parent) {
        Reply reply = isNewFormat(image) ? newFormat(image, parent, "child_attach") : oldFormat(image, parent, "add_child");
        if (!reply.failedWith(Errno.EEXIST)) {
            reply.orThrow("attach to the parent");
        }
    }

    private static boolean isNewFormat(Image image) {
        return (image.opFeatures() & Image.OP_CLONE_CHILD) != 0;
    }

    private static Reply newFormat(Image image, Image.Parent parent, String method) {
        WireWriter out = new WireWriter().u64(parent.snap());
        out.versioned(2, 1, () -> out.u64(image.io().pool()).string(image.id()).string(image.io().nspace()));
        PoolIo io = image.io().client().pool(parent.pool()).namespace(parent.nspace());
        return io.tell(Image.headerObject(parent.id()), "rbd", method, out.toBytes());
    }

    private static Reply oldFormat(Image image, Image.Parent parent, String method) {
        Bytes input = new WireWriter().u64(parent.pool()).string(parent.id()).u64(parent.snap()).string(image.id()).toBytes();
        return image.io().tell("rbd_children", "rbd", method, input);
    }

    /// The clones of a snapshot, of both formats.
    static List<Image> children(Image parent, long snap) {
        List<Image> all = new ArrayList<>();
        PoolIo io = parent.io();
        Bytes listed = io.askIfThere(parent.header(), "rbd", "children_list", new WireWriter().u64(snap).toBytes());
        if (listed != null) {
            listed.reader().list(in -> in.versioned(2, (body, version) -> {
                long pool = body.u64();
                String id = body.string();
                add(all, io.client().pool(pool).namespace(version >= 2 ? body.string() : ""), id);
                return id;
            }));
        }
        Bytes old = new WireWriter().u64(io.pool()).string(parent.id()).u64(snap).toBytes();
        for (PoolIo pool : RbdPools.all(io.client())) {
            Bytes here = pool.askIfThere("rbd_children", "rbd", "get_children", old);
            if (here != null) {
                here.reader().list(WireReader::string).forEach(id -> add(all, pool, id));
            }
        }
        return all;
    }

    private static void add(List<Image> all, PoolIo io, String id) {
        Image child = Image.openById(io, "", id);
        if (child != null) {
            all.add(child);
        }
    }

    private static void cleanUp(RbdHost host, PoolIo child, Image.Parent link) {
        PoolIo io = child.client().pool(link.pool()).namespace(link.nspace());
        Image parent = Image.openById(io, "", link.id());
        if (parent == null || !parent.snaps().snaps().contains(link.snap())) {
            return;
        }
        ImageSnapshot snapshot = ImageSnapshot.get(io, link.id(), link.snap());
        if (snapshot.kind() != ImageSnapshot.TRASH || snapshot.children() > 0) {
            return;
        }
        try (ImageLock lock = ImageLock.takeAmongOthers(host, parent)) {
            SnapshotRemoval.run(host, parent, link.snap());
            lock.check();
        }
        parent.notifyChange();
        TrashEntry entry = TrashEntry.get(io, link.id());
        long now = System.currentTimeMillis() / 1000;
        if (entry != null && entry.source() == TRASH_PARENT && parent.again().snaps().snaps().isEmpty()) {
            ImageRemoval.fromTrash(host, io, link.id(), now, (done, total) -> {});
        }
    }
}
