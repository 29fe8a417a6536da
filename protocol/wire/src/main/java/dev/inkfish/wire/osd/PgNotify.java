package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What a member tells its primary (`pg_notify_t`).
///
/// @param queryEpoch the epoch of the query it answers, or of the interval that made it tell
@CephType("pg_notify_t")
public record PgNotify(int queryEpoch, int epochSent, PgInfo info, int to, int from, PastIntervals pastIntervals) {
    public static PgNotify decode(WireReader in) {
        return in.versioned(3, (body, version) -> {
            int queryEpoch = body.u32();
            int sent = body.u32();
            PgInfo info = PgInfo.decode(body);
            int to = (byte) body.u8();
            int from = (byte) body.u8();
            return new PgNotify(
                    queryEpoch, sent, info, to, from, version >= 3 ? PastIntervals.decode(body) : PastIntervals.EMPTY);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(3, 2, () -> {
            out.u32(queryEpoch).u32(epochSent);
            info.encode(out);
            out.u8(to).u8(from);
            pastIntervals.encode(out);
        });
    }
}
