package dev.inkfish.objclass.rbd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/// The snapshot an image was cloned from (`cls_rbd_parent`, key `parent`).
///
/// @param overlap how many bytes of the image still come from the parent; null where only snapshots do
@CephType("cls_rbd_parent")
record ParentSpec(long pool, String nspace, String imageId, long snap, @Nullable Long overlap) {
    static final ParentSpec NONE = new ParentSpec(-1, "", "", HObject.HEAD, null);

    boolean exists() {
        return pool >= 0 && !imageId.isEmpty() && snap != HObject.HEAD;
    }

    boolean sameImageAs(ParentSpec other) {
        return withOverlap(null).equals(other.withOverlap(null));
    }

    ParentSpec withOverlap(@Nullable Long other) {
        return new ParentSpec(pool, nspace, imageId, snap, other);
    }

    long overlapOrZero() {
        return overlap == null ? 0 : overlap;
    }

    /// Version 2 (Nautilus) added the namespace and made the overlap optional.
    static ParentSpec decode(WireReader in) {
        return in.versioned(2, (body, version) -> {
            long pool = body.u64();
            String nspace = version >= 2 ? body.string() : "";
            String image = body.string();
            long snap = body.u64();
            Long overlap = version >= 2 ? Keys.decodeOptional(body) : Long.valueOf(body.u64());
            return new ParentSpec(pool, nspace, image, snap, overlap);
        });
    }

    void encode(WireWriter out) {
        out.versioned(2, 2, () -> {
            out.u64(pool).string(nspace).string(imageId).u64(snap);
            Keys.encodeOptional(out, overlap);
        });
    }

    /// `cls::rbd::ParentImageSpec`: the same without the overlap.
    static ParentSpec decodeImageSpec(WireReader in) {
        return in.versioned(1, (body, version) ->
                new ParentSpec(body.u64(), body.string(), body.string(), body.u64(), null));
    }

    void encodeImageSpec(WireWriter out) {
        out.versioned(1, 1, () -> out.u64(pool).string(nspace).string(imageId).u64(snap));
    }
}
