package dev.inkfish.objectstore;

import dev.inkfish.wire.SpgId;

/// A collection: the objects of one placement group's shard, or the OSD's own objects (`coll_t`).
///
/// @param pgid null for [#META]
public record CollectionId(@org.jspecify.annotations.Nullable SpgId pgid) implements Comparable<CollectionId> {
    /// Superblock, maps and whatever else is the OSD's own.
    public static final CollectionId META = new CollectionId(null);

    public static CollectionId of(SpgId pgid) {
        return new CollectionId(pgid);
    }

    @Override
    public int compareTo(CollectionId other) {
        if (pgid == null || other.pgid == null) {
            return Boolean.compare(pgid != null, other.pgid != null);
        }
        return pgid.compareTo(other.pgid);
    }

    @Override
    public String toString() {
        return pgid == null ? "meta" : pgid + "_head";
    }
}
