package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a socket's protocol makes happen. Calls come while the protocol is given bytes or time, in the
/// order in which things happen.
public interface SocketHost {
    /// To be sent, in order.
    void write(List<Bytes> bytes);

    /// Messages may flow. For an accepted socket this is the first time its session is known; the session
    /// may be one that existed before.
    void opened(PeerSession session);

    /// Whether the content of the next message, so many bytes, may be read now. If not, the protocol takes no more of
    /// what it is given, and asks again when it is given something.
    default boolean admits(long size) {
        return true;
    }

    void message(PeerSession session, Message message, long tid);

    /// The peer does not know this lossless session any more: what was queued is gone; it starts anew.
    void peerReset(PeerSession session);

    void keepaliveAnswered(Utime stamp);

    /// The peer did not prove who it is; it may try again.
    default void refused(String reason) {}

    /// The socket is to be closed; nothing follows.
    ///
    /// @param session what it carried, already told of the loss; null where it carried none (any more)
    /// @param code 0, or the negative errno with which the peer or we refused
    void closed(@Nullable PeerSession session, int code, String reason);
}
