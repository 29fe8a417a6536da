package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;

/// An image's snapshots that mirroring by snapshots made, on its header.
final class MirrorSnapshotMethods {
    /// `MIRROR_SNAPSHOT_STATE_NON_PRIMARY`, `_NON_PRIMARY_DEMOTED`
    private static final int NON_PRIMARY = 2;

    private static final int NON_PRIMARY_DEMOTED = 3;

    private MirrorSnapshotMethods() {}

    static void register(ObjectClass rbd) {
        rbd.readWrite("mirror_image_snapshot_unlink_peer", MirrorSnapshotMethods::unlinkPeer)
                .readWrite("mirror_image_snapshot_set_copy_progress", MirrorSnapshotMethods::setProgress);
    }

    private static Bytes unlinkPeer(ClassContext context, Bytes input) {
        record Request(long snap, String peer) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.string()));
        Snapshot snapshot = get(context, request.snap);
        SnapshotNamespace.Mirror mirror = mirror(snapshot);
        if (!mirror.peers().contains(request.peer)) {
            throw fail(Errno.ENOENT, "the peer does not need the snapshot");
        }
        List<String> peers = new ArrayList<>(mirror.peers());
        peers.remove(request.peer);
        snapshot.withName(snapshot.name(), mirror.withPeers(peers)).write(context);
        return Bytes.EMPTY;
    }

    private static Bytes setProgress(ClassContext context, Bytes input) {
        record Request(long snap, boolean complete, long lastCopied) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.bool(), in.u64()));
        Snapshot snapshot = get(context, request.snap);
        SnapshotNamespace.Mirror mirror = mirror(snapshot);
        boolean copies = mirror.state() == NON_PRIMARY || mirror.state() == NON_PRIMARY_DEMOTED;
        long lastCopied = copies ? request.lastCopied : mirror.lastCopiedObject();
        snapshot.withName(snapshot.name(), mirror.withProgress(request.complete, lastCopied)).write(context);
        return Bytes.EMPTY;
    }

    private static Snapshot get(ClassContext context, long id) {
        return Keys.get(context, Snapshot.key(id), Snapshot::decode);
    }

    private static SnapshotNamespace.Mirror mirror(Snapshot snapshot) {
        if (snapshot.namespace() instanceof SnapshotNamespace.Mirror mirror) {
            return mirror;
        }
        throw fail(Errno.EINVAL, "not made by mirroring");
    }
}
