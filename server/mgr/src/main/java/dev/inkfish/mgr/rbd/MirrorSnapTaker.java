package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Takes a mirror snapshot of a primary image and removes those too many (`mirror::snapshot::CreatePrimaryRequest`): by
/// itself where nobody holds the image's lock, else through who holds it.
final class MirrorSnapTaker {
    /// `rbd_mirroring_max_mirroring_snapshots`
    private static final int MAX_SNAPSHOTS = 5;
    private static final int RECEIVES_ONLY = 0;
    private static final int USER = 0;
    private static final int PAGE = 512;

    private final RbdHost host;
    private final PoolIo io;
    private final String imageId;

    MirrorSnapTaker(RbdHost host, PoolIo io, String imageId) {
        this.host = host;
        this.io = io;
        this.imageId = imageId;
    }

    /// @throws CephException EINVAL if no peer fetches from here
    void take(String globalId) {
        TreeSet<String> peers = peers();
        if (peers.isEmpty()) {
            throw new CephException(Errno.EINVAL, "no mirror tx peers configured for the pool");
        }
        Image image = open();
        if (image.has(Image.JOURNALING)) {
            throw new CephException(Errno.EOPNOTSUPP, "the manager makes no snapshots of images with journaling");
        }
        String name = ".mirror.primary." + globalId + "." + UUID.randomUUID();
        Bytes nspace = MirrorSnap.primaryFor(peers);
        whoeverHoldsTheLock(image, () -> create(image, name, nspace), () -> OwnerRequest.run(image,
                OwnerRequest.SNAP_CREATE, (done, total) -> {}, out -> out.string(name).raw(nspace), out -> out.u64(0)));
        for (Image now = open(); removeOne(now, peers); now = open()) {
            // one more had to go
        }
    }

    private Image open() {
        Image image = Image.openById(io, "", imageId);
        if (image == null) {
            throw new CephException(Errno.ENOENT, "no such image");
        }
        return image;
    }

    private TreeSet<String> peers() {
        TreeSet<String> all = new TreeSet<>();
        Bytes answer = io.namespace("").askIfThere("rbd_mirroring", "rbd", "mirror_peer_list", Bytes.EMPTY);
        if (answer != null) {
            answer.reader().list(in -> in.versioned(2, (body, version) -> {
                String uuid = body.string();
                body.string();
                body.string();
                body.u64();
                if (version < 2 || body.u8() != RECEIVES_ONLY) {
                    all.add(uuid);
                }
                return uuid;
            }));
        }
        return all;
    }

    private void whoeverHoldsTheLock(Image image, Runnable here, Runnable there) {
        try (ImageLock lock = ImageLock.takeAmongOthers(host, image)) {
            here.run();
            lock.check();
        } catch (CephException e) {
            if (!e.is(Errno.EBUSY) || !image.has(Image.EXCLUSIVE_LOCK)) {
                throw e;
            }
            there.run();
            return;
        }
        image.notifyChange();
    }

    // ---- by ourselves

    private void create(Image image, String name, Bytes nspace) {
        long pool = image.data().pool();
        long snap = host.createSnapId(pool);
        Bytes input = new WireWriter().string(name).u64(snap).raw(nspace).toBytes();
        Reply added = io.tell(image.header(), "rbd", "snapshot_add", input);
        if (added.code() < 0) {
            host.removeSnapId(pool, snap);
            added.orThrow("snapshot of " + image.id());
        }
        if (image.has(Image.OBJECT_MAP)) {
            Bytes map = io.run(image.objectMap(RadosClient.NO_SNAP), ObjectOps.of().read(0, 0)).orThrow("object map").output();
            io.run(image.objectMap(snap), ObjectOps.of().writeFull(map)).orThrow("object map");
            io.tell(image.objectMap(RadosClient.NO_SNAP), "rbd", "object_map_snap_add", Bytes.EMPTY).orThrow("object map");
        }
        io.run(stateObject(snap), ObjectOps.of().writeFull(state(image))).orThrow("image state");
        io.tell(image.header(), "rbd", "mirror_image_snapshot_set_copy_progress",
                new WireWriter().u64(snap).bool(true).u64(0).toBytes()).orThrow("complete the snapshot");
    }

    private String stateObject(long snap) {
        return "rbd_mirror_snapshot." + imageId + "." + Long.toUnsignedString(snap) + ".0";
    }

    /// What the peer makes its image by: name, features, users' snapshots and metadata (`mirror::snapshot::ImageState`),
    /// behind the number of objects that it takes.
    private Bytes state(Image image) {
        Bytes byId = new WireWriter().string(imageId).toBytes();
        String name = io.ask("rbd_directory", "rbd", "dir_get_name", byId).reader().string();
        long limit = io.ask(image.header(), "rbd", "snapshot_get_limit", Bytes.EMPTY).reader().u64();
        TreeMap<Long, Bytes> snaps = new TreeMap<>();
        image.snaps().snaps().forEach(snap -> {
            Bytes state = userSnap(image, snap);
            if (state != null) {
                snaps.put(snap, state);
            }
        });
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> out.u32(1));
        out.versioned(1, 1, () -> out.string(name).u64(image.features() & ~Image.IMPLICIT).u64(limit)
                .map(snaps, WireWriter::u64, WireWriter::raw)
                .map(metadata(image), WireWriter::string, WireWriter::bytes));
        return out.toBytes();
    }

    /// Null for a snapshot that no user made.
    private @Nullable Bytes userSnap(Image image, long snap) {
        Bytes id = new WireWriter().u64(snap).toBytes();
        WireReader in = io.ask(image.header(), "rbd", "snapshot_get", id).reader();
        String name = in.versioned(1, (body, version) -> {
            body.u64();
            int type = body.versioned(1, (nspace, any) -> nspace.u32());
            return type == USER ? body.string() : null;
        });
        if (name == null) {
            return null;
        }
        int protection = io.ask(image.header(), "rbd", "get_protection_status", id).reader().u8();
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> {
            out.versioned(1, 1, () -> out.u32(USER));
            out.string(name).u8(protection);
        });
        return out.toBytes();
    }

    private NavigableMap<String, Bytes> metadata(Image image) {
        NavigableMap<String, Bytes> all = new TreeMap<>();
        while (true) {
            Bytes input = new WireWriter().string(all.isEmpty() ? "" : all.lastKey()).u64(PAGE).toBytes();
            NavigableMap<String, Bytes> page = io.ask(image.header(), "rbd", "metadata_list", input).reader()
                    .map(WireReader::string, WireReader::bytes);
            all.putAll(page);
            if (page.size() < PAGE) {
                return all;
            }
        }
    }

    // ---- too many

    /// @return whether there was one too many
    private boolean removeOne(Image image, TreeSet<String> peers) {
        List<MirrorSnap> all = MirrorSnap.list(image);
        int first = all.size();
        while (first > 0 && all.get(first - 1).state() == MirrorSnap.PRIMARY) {
            first--;
        }
        List<MirrorSnap> sincePromotion = all.subList(first, all.size());
        if (sincePromotion.size() <= MAX_SNAPSHOTS) {
            return false;
        }
        MirrorSnap surplus = sincePromotion.get(MAX_SNAPSHOTS - 1);
        TreeSet<String> others = new TreeSet<>(surplus.peers());
        others.removeAll(peers);
        if (!others.isEmpty()) {
            return false;
        }
        whoeverHoldsTheLock(image, () -> SnapshotRemoval.run(host, image, surplus.id()), () -> OwnerRequest.run(image,
                OwnerRequest.SNAP_REMOVE, (done, total) -> {}, out -> out.string(surplus.name()).raw(surplus.nspace()),
                out -> {}));
        return true;
    }
}
