package dev.inkfish.wire;

/// An object as a store knows it: the object, and for erasure coding its generation and shard (`ghobject_t`).
///
/// @param generation [#NO_GEN] except for the older states that erasure coding keeps for rollback
/// @param shard [SpgId#NO_SHARD] in replicated pools
@CephType("ghobject_t")
public record GhObject(HObject hobject, long generation, int shard) implements Comparable<GhObject> {
    public static final long NO_GEN = -1L;
    public static final GhObject MAX = of(HObject.MAX);
    public static final GhObject MIN = of(HObject.MIN);

    public static GhObject of(HObject hobject) {
        return new GhObject(hobject, NO_GEN, SpgId.NO_SHARD);
    }

    public boolean isMax() {
        return hobject.max();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof GhObject that
                        && generation == that.generation
                        && shard == that.shard
                        && hobject.equals(that.hobject);
    }

    @Override
    public int hashCode() {
        return hobject.hashCode() * 31 + Long.hashCode(generation) + shard;
    }

    @Override
    public int compareTo(GhObject other) {
        int c = Boolean.compare(isMax(), other.isMax());
        if (c == 0) {
            c = Integer.compare(shard, other.shard);
        }
        if (c == 0) {
            c = hobject.compareTo(other.hobject);
        }
        return c != 0 ? c : Long.compareUnsigned(generation, other.generation);
    }

    @Override
    public String toString() {
        return generation == NO_GEN && shard == SpgId.NO_SHARD
                ? hobject.toString()
                : hobject + "#" + Long.toHexString(generation) + "s" + shard;
    }
}
