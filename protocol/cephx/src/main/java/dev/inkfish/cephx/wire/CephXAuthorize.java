package dev.inkfish.cephx.wire;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Encrypted with the session key, it shows that whoever brings a ticket is the one it was given to.
///
/// @param nonce comes back plus one, which shows the same of the service
@CephType("CephXAuthorize")
public record CephXAuthorize(long nonce, boolean haveChallenge, long serverChallengePlusOne) {
    /// Version 2 added the challenge.
    private static final int VERSION = 2;

    public static CephXAuthorize decode(WireReader in) {
        int version = in.u8();
        long nonce = in.u64();
        return version >= 2 ? new CephXAuthorize(nonce, in.bool(), in.u64()) : new CephXAuthorize(nonce, false, 0);
    }

    public void encode(WireWriter out) {
        out.u8(VERSION).u64(nonce).bool(haveChallenge).u64(serverChallengePlusOne);
    }
}
