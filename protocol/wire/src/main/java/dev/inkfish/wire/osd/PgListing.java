package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// A page of a group's objects, with namespaces (`pg_nls_response_t`).
///
/// @param handle where the next page begins; [HObject#MAX] at the end
@CephType("pg_nls_response_t")
public record PgListing(HObject handle, List<Entry> entries) {
    /// @param locator the locator key; empty for none
    public record Entry(String nspace, String oid, String locator) {}

    public static PgListing decode(WireReader in) {
        return in.versioned(1, (body, version) -> new PgListing(
                HObject.decode(body), body.list(r -> new Entry(r.string(), r.string(), r.string()))));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            handle.encode(out);
            out.list(entries, (w, e) -> w.string(e.nspace).string(e.oid).string(e.locator));
        });
    }

    /// The older form, of one namespace (`pg_ls_response_t`).
    @CephType("pg_ls_response_t")
    public record Plain(HObject handle, List<Entry> entries) {
        public static Plain decode(WireReader in) {
            int version = in.u8();
            if (version != 1) {
                throw new DecodeException("pg_ls_response_t version " + version);
            }
            return new Plain(HObject.decode(in), in.list(r -> new Entry("", r.string(), r.string())));
        }

        public void encode(WireWriter out) {
            out.u8(1);
            handle.encode(out);
            out.list(entries, (w, e) -> w.string(e.oid).string(e.locator));
        }
    }
}
