package dev.inkfish.net;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.message.Message;
import org.jspecify.annotations.Nullable;

/// One session with a peer. Sending is allowed from any thread and keeps the order of each thread.
public interface Connection {
    EntityName peerName();

    /// The addresses the peer announced (for a client: one address with its nonce).
    EntityAddrVec peerAddrs();

    /// The address the bytes come from.
    EntityAddr peerSocketAddr();

    /// What both ends understand.
    long features();

    /// Who the peer proved to be; null on connections we opened, and at a monitor before msgr1's MAuth.
    @Nullable Identity identity();

    /// For msgr1 at the monitor, whose authentication travels in messages.
    void setIdentity(Identity identity);

    boolean isConnected();

    /// @param tid 0 where the message starts nothing; a reply carries its request's
    void send(Message message, long tid);

    default void send(Message message) {
        send(message, 0);
    }

    /// Asks the peer for a keepalive answer.
    void sendKeepalive();

    /// Closes for good; the dispatcher is not told.
    void close();

    /// Room for what the owner wants to remember about the session.
    @Nullable Object attachment();

    void attach(@Nullable Object attachment);

    /// Bytes waiting to be sent: owners of large replies look here before they add to them.
    long queuedBytes();

    /// A request of a client is under way that takes about so many bytes: it counts until [#release], see
    /// [ClientThrottle]. Connections of others are not limited.
    default void hold(long bytes) {}

    /// From any thread, once for each [#hold] and with the same bytes.
    default void release(long bytes) {}
}
