package dev.inkfish.wire;

/// A placement group's shard: the group, and which part of it an erasure-coded pool keeps here (`spg_t`).
///
/// @param shard [#NO_SHARD] in replicated pools
@CephType("spg_t")
public record SpgId(PgId pgid, int shard) implements Comparable<SpgId> {
    public static final int NO_SHARD = -1;

    public static SpgId of(PgId pgid) {
        return new SpgId(pgid, NO_SHARD);
    }

    public static SpgId decode(WireReader in) {
        return in.versioned(1, (body, version) -> new SpgId(PgId.decode(body), (byte) body.u8()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            pgid.encode(out);
            out.u8(shard);
        });
    }

    @Override
    public int compareTo(SpgId other) {
        int c = pgid.compareTo(other.pgid);
        return c != 0 ? c : Integer.compare(shard, other.shard);
    }

    @Override
    public String toString() {
        return shard == NO_SHARD ? pgid.toString() : pgid + "s" + shard;
    }
}
