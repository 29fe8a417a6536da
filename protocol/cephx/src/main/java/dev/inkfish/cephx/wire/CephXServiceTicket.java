package dev.inkfish.cephx.wire;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What the holder of a ticket learns: the session key, and how long both are good for.
@CephType("CephXServiceTicket")
public record CephXServiceTicket(CryptoKey sessionKey, Utime validity) {
    public static CephXServiceTicket decode(WireReader in) {
        in.u8();
        return new CephXServiceTicket(CryptoKey.decode(in), Utime.decode(in));
    }

    public void encode(WireWriter out) {
        out.u8(1);
        sessionKey.encode(out);
        validity.encode(out);
    }
}
