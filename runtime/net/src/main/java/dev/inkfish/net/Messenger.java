package dev.inkfish.net;

import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;

/// A daemon's or client's end of the network (`src/msg/Messenger.h`).
public interface Messenger extends AutoCloseable {
    EntityName name();

    /// A monitor learns its rank, a client its global id, after it was made.
    void rename(EntityName name);

    /// Where peers reach us; empty for a pure client.
    EntityAddrVec addrs();

    /// Opens a connection: a new one each time for a lossy policy, the one there is for a lossless one. Messages
    /// sent before it is up wait; what becomes of it is told to the dispatcher.
    Connection connect(EntityType type, EntityAddrVec addrs, ConnectionPolicy policy);

    /// The same, with a dispatcher of this connection's own in place of the messenger's.
    Connection connect(EntityType type, EntityAddrVec addrs, ConnectionPolicy policy, Dispatcher dispatcher);

    @Override
    void close();
}
