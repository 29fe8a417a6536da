package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What besides the name places an object (`object_locator_t`).
///
/// @param key hashed in place of the name; empty for none
/// @param hash the placement hash itself, in place of name or key; -1 for none
@CephType("object_locator_t")
public record ObjectLocator(long pool, String key, String nspace, long hash) {
    public static final ObjectLocator NONE = new ObjectLocator(-1, "", "", -1);

    public static ObjectLocator of(long pool, String nspace) {
        return new ObjectLocator(pool, "", nspace, -1);
    }

    public static ObjectLocator decode(WireReader in) {
        return in.versioned(6, (body, version) -> {
            long pool = body.u64();
            body.skip(4); // "preferred", unused
            String key = body.string();
            String nspace = version >= 5 ? body.string() : "";
            return new ObjectLocator(pool, key, nspace, version >= 6 ? body.u64() : -1);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(6, hash == -1 ? 3 : 6, () -> out.u64(pool).u32(-1).string(key).string(nspace).u64(hash));
    }
}
