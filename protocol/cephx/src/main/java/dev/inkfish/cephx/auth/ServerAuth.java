package dev.inkfish.cephx.auth;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityType;
import java.util.List;

/// The accepting side: at a monitor the whole of the authentication, at other daemons the check of a
/// ticket. One per daemon; [#open] gives the state of one connection.
public interface ServerAuth {
    /// The methods that a peer of this type may use, best first.
    List<Integer> methods(EntityType peer);

    /// The connection modes (crc, secure) allowed for a peer of this type, best first.
    List<Integer> modes(EntityType peer);

    Exchange open(EntityType peer);

    /// One connection's authentication.
    interface Exchange {
        /// @param method as chosen by the client
        /// @param mode the connection mode that was agreed, so that a secret of the right size is made
        AuthStep first(int method, int mode, Bytes payload);

        AuthStep next(Bytes payload);
    }
}
