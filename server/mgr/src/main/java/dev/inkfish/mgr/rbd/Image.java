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
import dev.inkfish.wire.osd.SnapContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An image as its header describes it at one moment (`librbd::ImageCtx`).
///
/// @param io the pool and namespace of its header
/// @param name empty where it was opened by id
/// @param id empty for an image of format 1: see [OldHeader]
/// @param snaps newest first
/// @param parent null for none
record Image(
        PoolIo io,
        String name,
        String id,
        long size,
        ImageLayout layout,
        long features,
        String prefix,
        long dataPool,
        SnapContext snaps,
        @Nullable Parent parent,
        long opFeatures) {
    static final long STRIPING = 1 << 1;
    static final long EXCLUSIVE_LOCK = 1 << 2;
    static final long OBJECT_MAP = 1 << 3;
    static final long FAST_DIFF = 1 << 4;
    static final long DEEP_FLATTEN = 1 << 5;
    static final long JOURNALING = 1 << 6;
    static final long MIGRATING = 1 << 9;
    /// Features that follow from others, or from how the image lies (striping, fast diff, data pool, operations, migrating).
    static final long IMPLICIT = STRIPING | FAST_DIFF | 1 << 7 | 1 << 8 | MIGRATING;
    /// Of [#opFeatures]: the clone is listed on its parent's header (clone format 2).
    static final long OP_CLONE_CHILD = 1 << 1;

    private static final Bytes NO_INPUT = Bytes.EMPTY;

    /// @param overlap bytes of the image that come from the parent; 0 where only snapshots need it
    record Parent(long pool, String nspace, String id, long snap, long overlap) {
        boolean isSameAs(Parent other) {
            return pool == other.pool && nspace.equals(other.nspace) && id.equals(other.id) && snap == other.snap;
        }
    }

    static String idObject(String name) {
        return "rbd_id." + name;
    }

    static String headerObject(String id) {
        return "rbd_header." + id;
    }

    String header() {
        return headerObject(name, id);
    }

    static String headerObject(String name, String id) {
        return id.isEmpty() ? name + ".rbd" : headerObject(id);
    }

    boolean isOldFormat() {
        return id.isEmpty();
    }

    /// @param snap [RadosClient#NO_SNAP] for that of the present
    String objectMap(long snap) {
        return "rbd_object_map." + id + (snap == RadosClient.NO_SNAP ? "" : "." + String.format("%016x", snap));
    }

    boolean has(long feature) {
        return (features & feature) != 0;
    }

    PoolIo data() {
        return dataPool < 0 ? io : io.client().pool(dataPool).namespace(io.nspace());
    }

    String object(long number) {
        return prefix + "." + String.format(isOldFormat() ? "%012x" : "%016x", number);
    }

    long objects() {
        return layout.objects(size);
    }

    static @Nullable String findId(PoolIo io, String name) {
        Bytes answer = io.askIfThere(idObject(name), "rbd", "get_id", NO_INPUT);
        return answer == null ? null : answer.reader().string();
    }

    /// Null if there is no such image. One of format 1 is refused, as it has no id.
    static @Nullable Image open(PoolIo io, String name) {
        String id = findId(io, name);
        if (id == null) {
            if (io.run(name + ".rbd", ObjectOps.of().stat()).code() >= 0) {
                throw RbdErrors.of(Errno.EINVAL.code(), "error getting id for image b'" + name + "'");
            }
            return null;
        }
        return openById(io, name, id);
    }

    /// @param id empty for an image of format 1 of that name
    static @Nullable Image openById(PoolIo io, String name, String id) {
        if (id.isEmpty()) {
            OldHeader old = OldHeader.read(io, name);
            return old == null ? null : old.image(io, name);
        }
        Bytes head = snapInput(RadosClient.NO_SNAP);
        Bytes featuresInput = new WireWriter().u64(RadosClient.NO_SNAP).bool(false).toBytes();
        Reply reply = io.run(headerObject(id), ObjectOps.of()
                .ask("rbd", "get_size", head)
                .ask("rbd", "get_features", featuresInput)
                .ask("rbd", "get_object_prefix", NO_INPUT)
                .ask("rbd", "get_data_pool", NO_INPUT)
                .ask("rbd", "get_snapcontext", NO_INPUT)
                .ask("rbd", "op_features_get", NO_INPUT));
        if (reply.failedWith(Errno.ENOENT)) {
            return null;
        }
        List<Bytes> answers = reply.orThrow("open image " + (name.isEmpty() ? id : name)).outputs();
        WireReader sizes = answers.get(0).reader();
        int order = sizes.u8();
        long size = sizes.u64();
        long features = answers.get(1).reader().u64();
        ImageLayout layout = new ImageLayout(1L << order, 1L << order, 1);
        if ((features & STRIPING) != 0) {
            WireReader striping = io.ask(headerObject(id), "rbd", "get_stripe_unit_count", NO_INPUT).reader();
            layout = new ImageLayout(1L << order, striping.u64(), striping.u64());
        }
        return new Image(io, name, id, size, layout, features, answers.get(2).reader().string(),
                answers.get(3).reader().u64(), SnapContext.decode(answers.get(4).reader()),
                parentAt(io, id, RadosClient.NO_SNAP), answers.get(5).reader().u64());
    }

    /// As its header describes it now.
    Image again() {
        Image now = openById(io, name, id);
        if (now == null) {
            throw new CephException(Errno.ENOENT, "the image has gone");
        }
        return now;
    }

    private static Bytes snapInput(long snap) {
        return new WireWriter().u64(snap).toBytes();
    }

    /// The parent of the image as of a snapshot, with the overlap it had then.
    static @Nullable Parent parentAt(PoolIo io, String id, long snap) {
        if (id.isEmpty()) {
            return null; // of format 1
        }
        Reply reply = io.run(headerObject(id), ObjectOps.of()
                .ask("rbd", "parent_get", NO_INPUT)
                .ask("rbd", "parent_overlap_get", snapInput(snap)));
        reply.orThrow("parent of " + id);
        Parent found = reply.outputs().get(0).reader().versioned(1, (body, version) ->
                new Parent(body.u64(), body.string(), body.string(), body.u64(), 0));
        if (found.pool < 0) {
            return null;
        }
        WireReader overlap = reply.outputs().get(1).reader();
        return new Parent(found.pool, found.nspace, found.id, found.snap, overlap.bool() ? overlap.u64() : 0);
    }

    /// Its size at a snapshot.
    long sizeAt(long snap) {
        if (isOldFormat()) {
            OldHeader old = OldHeader.read(io, name);
            return old == null ? 0 : old.sizeAt(snap);
        }
        WireReader in = io.ask(header(), "rbd", "get_size", snapInput(snap)).reader();
        in.u8();
        return in.u64();
    }

    /// Tells those who have it open that the header has changed.
    void notifyChange() {
        io.client().notify(io, header(), Bytes.EMPTY, 5);
    }
}
