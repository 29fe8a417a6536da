package dev.inkfish.cephx.wire;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A monitor's first answer: a random number for the client to encrypt. `CephXAuthorizeChallenge`, with
/// which a service answers a ticket, has the same form.
@CephType("CephXServerChallenge")
public record CephXServerChallenge(long challenge) {
    public static CephXServerChallenge decode(WireReader in) {
        in.u8();
        return new CephXServerChallenge(in.u64());
    }

    public void encode(WireWriter out) {
        out.u8(1).u64(challenge);
    }
}
