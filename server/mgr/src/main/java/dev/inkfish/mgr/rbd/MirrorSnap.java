package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// A snapshot that mirroring by snapshots made (`cls::rbd::SnapshotInfo` with a `MirrorSnapshotNamespace`).
///
/// @param nspace as it is encoded, which others are told when it shall go
/// @param peers mirror peers that still need it
record MirrorSnap(long id, String name, Bytes nspace, int state, TreeSet<String> peers) {
    static final int PRIMARY = 0;
    private static final int TYPE_MIRROR = 3;
    private static final long NO_SNAP = -2;

    /// Of an image, oldest first.
    static List<MirrorSnap> list(Image image) {
        List<MirrorSnap> all = new ArrayList<>();
        for (long id : image.snaps().snaps().reversed()) {
            WireReader in = image.io().ask(image.header(), "rbd", "snapshot_get", new WireWriter().u64(id).toBytes()).reader();
            MirrorSnap found = in.versioned(1, (body, version) -> decode(body));
            if (found.state >= 0) {
                all.add(found);
            }
        }
        return all;
    }

    private static MirrorSnap decode(WireReader in) {
        long id = in.u64();
        TreeSet<String> peers = new TreeSet<>();
        WireWriter copy = new WireWriter();
        int state = in.versioned(1, (body, version) -> {
            int type = body.u32();
            if (type != TYPE_MIRROR) {
                return -1;
            }
            int found = body.u8();
            boolean complete = body.bool();
            peers.addAll(body.list(WireReader::string));
            String primary = body.string();
            encode(copy, found, complete, peers, primary, body.u64(), body.u64(),
                    body.map(WireReader::u64, WireReader::u64));
            return found;
        });
        return new MirrorSnap(id, in.string(), copy.toBytes(), state, peers);
    }

    /// The namespace of a new snapshot of a primary image; it is complete once its image state was written.
    static Bytes primaryFor(TreeSet<String> peers) {
        WireWriter out = new WireWriter();
        encode(out, PRIMARY, false, peers, "", NO_SNAP, 0, new java.util.TreeMap<>());
        return out.toBytes();
    }

    private static void encode(WireWriter out, int state, boolean complete, TreeSet<String> peers, String primary,
            long primarySnap, long lastCopied, java.util.NavigableMap<Long, Long> seqs) {
        out.versioned(1, 1, () -> out.u32(TYPE_MIRROR).u8(state).bool(complete)
                .list(peers, WireWriter::string).string(primary).u64(primarySnap).u64(lastCopied)
                .map(seqs, WireWriter::u64, WireWriter::u64));
    }

    /// Whether the image is primary here: so said its newest one.
    static boolean isPrimary(List<MirrorSnap> oldestFirst) {
        return !oldestFirst.isEmpty() && oldestFirst.getLast().state == PRIMARY;
    }

    static MirroredImage mirrored(PoolIo io, String imageId) {
        Bytes found = io.askIfThere("rbd_mirroring", "rbd", "mirror_image_get", new WireWriter().string(imageId).toBytes());
        return found == null ? new MirroredImage("", 0, 0) : found.reader().versioned(2, (body, version) ->
                new MirroredImage(body.string(), body.u8(), version >= 2 ? body.u8() : 0));
    }

    /// `cls::rbd::MirrorImage`
    record MirroredImage(String globalId, int state, int mode) {
        private static final int ENABLED = 1;
        private static final int BY_SNAPSHOTS = 1;

        boolean isBySnapshots() {
            return !globalId.isEmpty() && state == ENABLED && mode == BY_SNAPSHOTS;
        }
    }
}
