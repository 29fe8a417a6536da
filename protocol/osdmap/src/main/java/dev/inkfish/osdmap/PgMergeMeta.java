package dev.inkfish.osdmap;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What the last merge of two placement groups was (`pg_merge_meta_t`).
public record PgMergeMeta(
        PgId source,
        int readyEpoch,
        int lastEpochStarted,
        int lastEpochClean,
        Eversion sourceVersion,
        Eversion targetVersion) {
    public static final PgMergeMeta NONE = new PgMergeMeta(new PgId(0, 0), 0, 0, 0, Eversion.ZERO, Eversion.ZERO);

    public static PgMergeMeta decode(WireReader in) {
        return in.versioned(1, (r, v) -> new PgMergeMeta(
                PgId.decode(r), r.u32(), r.u32(), r.u32(), Eversion.decode(r), Eversion.decode(r)));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            source.encode(out);
            out.u32(readyEpoch).u32(lastEpochStarted).u32(lastEpochClean);
            sourceVersion.encode(out);
            targetVersion.encode(out);
        });
    }
}
