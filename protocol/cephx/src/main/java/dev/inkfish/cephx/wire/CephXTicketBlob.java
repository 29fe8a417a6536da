package dev.inkfish.cephx.wire;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A ticket as its holder sees it: which of the service's keys it is encrypted with, and the ciphertext.
@CephType("CephXTicketBlob")
public record CephXTicketBlob(long secretId, Bytes blob) {
    public static final CephXTicketBlob NONE = new CephXTicketBlob(0, Bytes.EMPTY);
    /// Encrypted with the service's own key instead of a rotating one: monitors among themselves.
    public static final long OWN_KEY = -1;

    public static CephXTicketBlob decode(WireReader in) {
        in.u8();
        return new CephXTicketBlob(in.u64(), in.bytes().compact());
    }

    public void encode(WireWriter out) {
        out.u8(1).u64(secretId).bytes(blob);
    }
}
