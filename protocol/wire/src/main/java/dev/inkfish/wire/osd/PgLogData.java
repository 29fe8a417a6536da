package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// A stretch of a group's log as it travels (`pg_log_t`): the entries with `tail < version <= head`.
@CephType("pg_log_t")
public record PgLogData(Eversion head, Eversion tail, List<PgLogEntry> entries, List<PgLogDup> dups) {
    public static final PgLogData EMPTY = new PgLogData(Eversion.ZERO, Eversion.ZERO, List.of(), List.of());

    public static PgLogData decode(WireReader in) {
        return in.versioned(7, (body, version) -> {
            Eversion head = Eversion.decode(body);
            Eversion tail = Eversion.decode(body);
            List<PgLogEntry> entries = body.list(PgLogEntry::decode);
            if (version >= 5) {
                Eversion.decode(body);
            }
            if (version >= 6) {
                Eversion.decode(body);
            }
            return new PgLogData(head, tail, entries, version >= 7 ? body.list(PgLogDup::decode) : List.of());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(7, 3, () -> {
            head.encode(out);
            tail.encode(out);
            out.list(entries, (w, e) -> e.encode(w));
            // can_rollback_to and rollback_info_trimmed_to: replicated groups keep nothing to roll back with
            head.encode(out);
            head.encode(out);
            out.list(dups, (w, d) -> d.encode(w));
        });
    }
}
