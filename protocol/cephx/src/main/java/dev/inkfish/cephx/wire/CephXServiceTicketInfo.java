package dev.inkfish.cephx.wire;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What the service learns from a ticket, once decrypted with its key.
@CephType("CephXServiceTicketInfo")
public record CephXServiceTicketInfo(AuthTicket ticket, CryptoKey sessionKey) {
    public static CephXServiceTicketInfo decode(WireReader in) {
        in.u8();
        return new CephXServiceTicketInfo(AuthTicket.decode(in), CryptoKey.decode(in));
    }

    public void encode(WireWriter out) {
        out.u8(1);
        ticket.encode(out);
        sessionKey.encode(out);
    }
}
