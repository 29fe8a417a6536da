package dev.inkfish.cephx.keys;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.wire.EntityType;
import org.jspecify.annotations.Nullable;

/// The keys with which a daemon reads the tickets that peers bring.
@FunctionalInterface
public interface ServiceKeys {
    /// @param secretId as the ticket says; null where that key is unknown, too old or not ours
    @Nullable CryptoKey find(EntityType service, long secretId);
}
