package dev.inkfish.net;

import dev.inkfish.wire.message.Message;

/// Receives what connections deliver, on their event loop's thread: it must hand heavy work on.
public interface Dispatcher {
    /// @param tid the transaction id in the header
    void onMessage(Connection connection, Message message, long tid);

    /// What a connection has received at once follows, in any number of messages.
    default void onBurst() {}

    /// All of that was delivered.
    default void onBurstEnd() {}

    /// Takes a message from a peer in this process on the sender's thread, if all it needs is to be handed on.
    ///
    /// @return false if it must come through [#onMessage] on the event loop
    default boolean onLocalMessage(Connection connection, Message message, long tid) {
        return false;
    }

    /// A peer has connected to us and is who it says.
    default void onAccepted(Connection connection) {}

    /// A connection we opened is up.
    default void onConnected(Connection connection) {}

    /// The session is over: a lossy connection broke, or the peer of a lossless one forgot it. What was
    /// queued is gone.
    default void onReset(Connection connection) {}

    /// The peer has answered [Connection#sendKeepalive].
    default void onKeepaliveAnswer(Connection connection) {}

    /// Nobody listens there. A lossy connection is over then ([#onReset] follows); a lossless one tries again.
    default void onRefused(Connection connection) {}
}
