package dev.inkfish.cephx.keys;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import org.jspecify.annotations.Nullable;

/// What the monitor's side of the dialogue asks of the monitor. Called from any thread: the monitor answers
/// from an immutable snapshot.
public interface KeyDatabase {
    Utime now();

    @Nullable EntityAuth find(EntityAuthName name);

    /// The keys of a service, or of the authentication service itself ([EntityType#AUTH]).
    RotatingSecrets rotating(EntityType service);

    /// A number that no client has had; 0 where none can be had now.
    long allocateGlobalId();

    /// False before the first quorum, while there are no keys to judge anybody by.
    boolean isReady();
}
