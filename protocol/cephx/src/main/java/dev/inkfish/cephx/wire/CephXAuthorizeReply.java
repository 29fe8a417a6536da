package dev.inkfish.cephx.wire;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A service's proof that it could read the ticket.
///
/// @param connectionSecret key material for secure mode; empty in crc mode
@CephType("CephXAuthorizeReply")
public record CephXAuthorizeReply(long noncePlusOne, Bytes connectionSecret) {
    public static CephXAuthorizeReply decode(WireReader in) {
        int version = in.u8();
        return new CephXAuthorizeReply(in.u64(), version >= 2 ? in.bytes() : Bytes.EMPTY);
    }

    /// Version 2 added the connection secret, and is sent where there is one.
    public void encode(WireWriter out) {
        out.u8(connectionSecret.isEmpty() ? 1 : 2).u64(noncePlusOne);
        if (!connectionSecret.isEmpty()) {
            out.bytes(connectionSecret);
        }
    }
}
