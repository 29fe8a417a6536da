package dev.inkfish.cephx.wire;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Which services a client wants tickets for, as bits.
@CephType("CephXServiceTicketRequest")
public record CephXServiceTicketRequest(int keys) {
    public static CephXServiceTicketRequest decode(WireReader in) {
        in.u8();
        return new CephXServiceTicketRequest(in.u32());
    }

    public void encode(WireWriter out) {
        out.u8(1).u32(keys);
    }
}
