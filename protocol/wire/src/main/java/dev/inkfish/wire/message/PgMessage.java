package dev.inkfish.wire.message;

import dev.inkfish.wire.SpgId;

/// A message among the members of one group.
public interface PgMessage extends Message {
    SpgId pgid();

    /// The newest map its sender had: the receiver handles it once it has that map.
    int mapEpoch();

    /// The epoch, in the sender's present interval, that it belongs to: if the receiver's interval is a later one, it is stale.
    int minEpoch();
}
