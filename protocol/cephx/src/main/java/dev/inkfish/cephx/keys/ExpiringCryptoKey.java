package dev.inkfish.cephx.keys;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A service's key for a while (`src/auth/Auth.h`).
@CephType("ExpiringCryptoKey")
public record ExpiringCryptoKey(CryptoKey key, Utime expiration) {
    public static ExpiringCryptoKey decode(WireReader in) {
        in.u8();
        return new ExpiringCryptoKey(CryptoKey.decode(in), Utime.decode(in));
    }

    public void encode(WireWriter out) {
        out.u8(1);
        key.encode(out);
        expiration.encode(out);
    }
}
