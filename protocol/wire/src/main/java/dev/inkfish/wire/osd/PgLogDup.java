package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// A request whose log entry was trimmed, remembered so that a late resend is answered (`pg_log_dup_t`).
@CephType("pg_log_dup_t")
public record PgLogDup(
        OsdReqId reqid, Eversion version, long userVersion, int returnCode, List<PgLogEntry.OpReturn> opReturns) {
    public static PgLogDup decode(WireReader in) {
        return in.versioned(2, (body, version) -> {
            OsdReqId reqid = OsdReqId.decode(body);
            Eversion at = Eversion.decode(body);
            long userVersion = body.u64();
            int code = body.u32();
            return new PgLogDup(
                    reqid, at, userVersion, code, version >= 2 ? body.list(PgLogEntry.OpReturn::decode) : List.of());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(2, 1, () -> {
            reqid.encode(out);
            version.encode(out);
            out.u64(userVersion).u32(returnCode).list(opReturns, (w, r) -> r.encode(w));
        });
    }
}
