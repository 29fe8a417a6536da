package dev.inkfish.osd.ops;

import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.Message;

/// A client as its operations see it.
public interface ClientSession {
    EntityName name();

    EntityAddr addr();

    long features();

    boolean isConnected();

    /// A request of its was given up because its group is somebody else's now: it must learn so.
    default void onDropped() {}

    /// A request of its is over, answered or not: what it takes counts no more. Said once for each request that came.
    default void over(MOSDOp op, long tid) {}

    /// A number for a backoff that no other of the session has.
    default long nextBackoff() {
        return 0;
    }

    /// Sends, in order; dropped without a word if the session is gone.
    void send(Message message, long tid);
}
