package dev.inkfish.cephx.wire;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A client's answer to the challenge.
///
/// @param version which encoding the client chose, see below
/// @param key proof that it knows its key
/// @param oldTicket the ticket of an earlier session, to keep its global id
/// @param otherKeys services it wants tickets for at the same time, as bits
@CephType("CephXAuthenticate")
public record CephXAuthenticate(
        int version, long clientChallenge, long key, CephXTicketBlob oldTicket, int otherKeys) {
    /// 2 added the other keys; 3 has the same fields and promises the old ticket on every reconnect.
    public static final int VERSION = 3;

    public boolean oldTicketMayBeOmitted() {
        return version < 3;
    }

    public static CephXAuthenticate decode(WireReader in) {
        int version = in.u8();
        return new CephXAuthenticate(
                version, in.u64(), in.u64(), CephXTicketBlob.decode(in), version >= 2 ? in.u32() : 0);
    }

    public void encode(WireWriter out) {
        out.u8(version).u64(clientChallenge).u64(key);
        oldTicket.encode(out);
        if (version >= 2) {
            out.u32(otherKeys);
        }
    }
}
