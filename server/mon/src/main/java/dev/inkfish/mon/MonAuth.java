package dev.inkfish.mon;

import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.wire.EntityAddr;
import org.jspecify.annotations.Nullable;

/// Authentication in messages, and what comes of it.
public interface MonAuth {
    /// The dialogue of one connection.
    ///
    /// @param identity who the connection is already; null for one of msgr1 that has just begun
    MauthSession dialogue(@Nullable Identity identity);

    /// What an identity may do here.
    SessionCaps capsOf(Identity identity);

    /// Whether the key's capabilities for OSDs let it write in a pool.
    boolean mayWritePool(Identity identity, EntityAddr from, String pool);
}
