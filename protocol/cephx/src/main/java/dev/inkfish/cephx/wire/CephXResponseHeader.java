package dev.inkfish.cephx.wire;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// In front of a monitor's answers; requests only have the type.
@CephType("CephXResponseHeader")
public record CephXResponseHeader(int requestType, int status) {
    /// Prove who you are, get a ticket for the monitors' authentication service.
    public static final int GET_AUTH_SESSION_KEY = 0x0100;
    /// Get tickets for services.
    public static final int GET_PRINCIPAL_SESSION_KEY = 0x0200;
    /// Get the keys of the service one is.
    public static final int GET_ROTATING_KEY = 0x0400;

    public static CephXResponseHeader decode(WireReader in) {
        return new CephXResponseHeader(in.u16(), in.u32());
    }

    public void encode(WireWriter out) {
        out.u16(requestType).u32(status);
    }
}
