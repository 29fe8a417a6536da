package dev.inkfish.messenger;

import dev.inkfish.wire.Utime;
import java.nio.ByteBuffer;

/// The protocol on one socket, msgr2 or msgr1, accepting or connecting.
public interface SocketProtocol {
    /// The socket is connected.
    void start();

    /// Takes all of these bytes, unless the socket is closed meanwhile or [SocketHost#admits] holds it up.
    void receive(ByteBuffer in);

    /// Writes queued messages until about `budget` bytes are written or none are left.
    ///
    /// @return how many bytes were written
    long pump(long budget);

    /// Asks the peer for an answer.
    void keepalive(Utime now);

    /// The socket broke, or it is closed from our side with the session to go on.
    void lost(String reason);

    /// The session goes on without this socket, or is closed.
    void abandon(String reason);

    /// Whether the handshake is over.
    boolean established();
}
