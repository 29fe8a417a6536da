package dev.inkfish.cephx.wire;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Who may use a service until when, and how (`src/auth/Auth.h`).
///
/// @param caps capability text for the service the ticket is for
@CephType("AuthTicket")
public record AuthTicket(
        EntityAuthName name, long globalId, Utime created, Utime expires, boolean allowAll, String caps, int flags) {
    /// Version 2 added a user number, which nobody uses.
    private static final int VERSION = 2;

    public static AuthTicket issue(EntityAuthName name, long globalId, Utime now, long ttlMillis, String caps) {
        Utime expires = Utime.ofNanos(now.toNanos() + ttlMillis * 1_000_000);
        return new AuthTicket(name, globalId, now, expires, false, caps, 0);
    }

    public static AuthTicket decode(WireReader in) {
        int version = in.u8();
        EntityAuthName name = EntityAuthName.decode(in);
        long globalId = in.u64();
        if (version >= 2) {
            in.u64();
        }
        Utime created = Utime.decode(in);
        Utime expires = Utime.decode(in);
        in.u8();
        boolean allowAll = in.bool();
        String caps = EntityAuth.text(in.bytes());
        return new AuthTicket(name, globalId, created, expires, allowAll, caps, in.u32());
    }

    public void encode(WireWriter out) {
        out.u8(VERSION);
        name.encode(out);
        out.u64(globalId).u64(-1);
        created.encode(out);
        expires.encode(out);
        out.u8(1).bool(allowAll);
        if (caps.isEmpty()) {
            out.u32(0);
        } else {
            out.bytes(EntityAuth.wrapped(caps));
        }
        out.u32(flags);
    }
}
