package dev.inkfish.cephx;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A key and what it may do at each service (`src/auth/Auth.h`).
///
/// @param caps capability text by service: `mon`, `osd`, `mgr`, `mds`
@CephType("EntityAuth")
public record EntityAuth(CryptoKey key, NavigableMap<String, String> caps) {
    /// Version 2 added a user number, which nobody uses.
    private static final int VERSION = 2;
    private static final long UID_DEFAULT = -1;

    public EntityAuth {
        caps = Collections.unmodifiableNavigableMap(new TreeMap<>(caps));
    }

    public static EntityAuth of(CryptoKey key, Map<String, String> caps) {
        return new EntityAuth(key, new TreeMap<>(caps));
    }

    public static EntityAuth decode(WireReader in) {
        if (in.u8() >= 2) {
            in.u64();
        }
        CryptoKey key = CryptoKey.decode(in);
        return new EntityAuth(key, in.map(WireReader::string, r -> text(r.bytes())));
    }

    public void encode(WireWriter out) {
        out.u8(VERSION).u64(UID_DEFAULT);
        key.encode(out);
        out.map(caps, WireWriter::string, (w, text) -> w.bytes(wrapped(text)));
    }

    /// Capability text as structs carry it: a string within a bufferlist.
    public static Bytes wrapped(String caps) {
        return new WireWriter().string(caps).toBytes();
    }

    /// The reverse of [#wrapped]; empty for an empty bufferlist.
    public static String text(Bytes wrapped) {
        return wrapped.isEmpty() ? "" : wrapped.reader().string();
    }
}
