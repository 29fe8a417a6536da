package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A member of a group: which OSD, and for erasure coding which shard it holds (`pg_shard_t`).
@CephType("pg_shard_t")
public record PgShard(int osd, int shard) implements Comparable<PgShard> {
    /// `CRUSH_ITEM_NONE`: a place in an acting set that nobody fills.
    public static final int NONE = 0x7fffffff;

    public static PgShard of(int osd) {
        return new PgShard(osd, SpgId.NO_SHARD);
    }

    public static PgShard decode(WireReader in) {
        return in.versioned(1, (body, version) -> {
            int osd = body.u32();
            return new PgShard(osd, (byte) body.u8());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u32(osd).u8(shard));
    }

    @Override
    public int compareTo(PgShard other) {
        int c = Integer.compare(osd, other.osd);
        return c != 0 ? c : Integer.compare(shard, other.shard);
    }

    @Override
    public String toString() {
        return shard == SpgId.NO_SHARD ? Integer.toString(osd) : osd + "(" + shard + ")";
    }
}
