package dev.inkfish.mgr.rbd;

import org.jspecify.annotations.Nullable;

/// What a schedule is for: everything, a pool, a namespace or an image. A narrower level's schedule replaces a wider one's.
///
/// @param name as a user writes it: empty, `pool/`, `pool/namespace/`, `pool/image`, `pool/namespace/image`
/// @param id under which it is kept: empty, `5`, `5/namespace`, `5/namespace/image-id`
/// @param pool null for everything
/// @param nspace null for a whole pool
/// @param image its id; null for all images
record Level(String name, String id, @Nullable Long pool, @Nullable String nspace, @Nullable String image) {
    static final Level GLOBAL = new Level("", "", null, null, null);

    static Level ofPool(long pool, String name) {
        return new Level(name + "/", Long.toString(pool), pool, null, null);
    }

    boolean isGlobal() {
        return pool == null;
    }

    /// Whether it is a true part of the other.
    boolean isWithin(Level other) {
        if (other.pool == null) {
            return pool != null;
        }
        if (!other.pool.equals(pool)) {
            return false;
        }
        if (other.nspace == null) {
            return nspace != null;
        }
        return other.nspace.equals(nspace) && other.image == null && image != null;
    }

    /// Whether something may belong to both.
    boolean overlaps(Level other) {
        if (pool == null || other.pool == null) {
            return true;
        }
        if (!pool.equals(other.pool)) {
            return false;
        }
        if (nspace == null || other.nspace == null) {
            return true;
        }
        return nspace.equals(other.nspace) && (image == null || other.image == null || image.equals(other.image));
    }

    /// Whether a listing for this level shows that; an empty namespace stands for all.
    boolean shows(ScheduleTarget target) {
        return (pool == null || pool == target.pool())
                && (nspace == null || nspace.isEmpty() || nspace.equals(target.nspace()))
                && (image == null || image.equals(target.image()));
    }
}
