package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What a primary asks of a member (`pg_query_t`).
///
/// @param since for [Kind#LOG]: the log from here on
@CephType("pg_query_t")
public record PgQuery(Kind kind, Eversion since, PgHistory history, int epochSent, int to, int from) {
    /// `pg_query_t::INFO` and so on.
    public enum Kind {
        INFO(0),
        LOG(1),
        MISSING(4),
        FULLLOG(5);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    public static PgQuery decode(WireReader in) {
        return in.versioned(3, (body, version) -> {
            int number = body.u32();
            Kind kind = null;
            for (Kind each : Kind.values()) {
                if (each.number == number) {
                    kind = each;
                }
            }
            if (kind == null) {
                throw new DecodeException("query of kind " + number);
            }
            Eversion since = Eversion.decode(body);
            PgHistory history = PgHistory.decode(body);
            int epoch = body.u32();
            int to = (byte) body.u8();
            return new PgQuery(kind, since, history, epoch, to, (byte) body.u8());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(3, 3, () -> {
            out.u32(kind.number);
            since.encode(out);
            history.encode(out);
            out.u32(epochSent).u8(to).u8(from);
        });
    }
}
