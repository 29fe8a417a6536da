package dev.inkfish.messenger;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.Message;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What two messengers know of each other and what outlives a socket: names, cookies, sequence numbers and
/// the queue. A message is in `queue` until it is written and, in a lossless session, in `unacked` until the
/// peer has said that it has it; sequence numbers ascend through `unacked` and then `queue`.
public final class PeerSession {
    /// A message to send, with its place in the session.
    public record Outgoing(Message message, long tid, long seq) {}

    final EntityType type;
    boolean lossy;
    EntityAddrVec addrs;
    EntityAddr target;
    volatile EntityName name;
    long features;
    @Nullable Identity identity;
    long assignedId;

    long clientCookie;
    long serverCookie;
    long globalSeq;
    long connectSeq;
    long peerGlobalSeq;
    long inSeq;
    long outSeq;
    int acksOwed;

    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private final ArrayDeque<Outgoing> unacked = new ArrayDeque<>();
    private @Nullable SocketProtocol socket;
    private boolean ready;
    private boolean closed;
    private volatile long queuedBytes;
    private @Nullable Object owner;

    PeerSession(EntityType type, EntityAddrVec addrs, EntityAddr target, boolean lossy) {
        this.type = type;
        this.addrs = addrs;
        this.target = target;
        this.lossy = lossy;
        this.name = new EntityName(type, -1);
    }

    public EntityType type() {
        return type;
    }

    public EntityAddrVec addrs() {
        return addrs;
    }

    /// The address we connect to.
    public EntityAddr target() {
        return target;
    }

    public EntityName name() {
        return name;
    }

    public long features() {
        return features;
    }

    public boolean lossy() {
        return lossy;
    }

    public @Nullable Identity identity() {
        return identity;
    }

    /// The global id that the peer, a monitor, gave us; 0 for none.
    public long assignedId() {
        return assignedId;
    }

    /// For authentication in messages.
    public void identity(Identity proven) {
        identity = proven;
        if (name.number() < 0) {
            name = proven.entity(type);
        }
    }

    /// The socket in use, up or in its handshake.
    public @Nullable SocketProtocol socket() {
        return socket;
    }

    /// Messages can be written now.
    public boolean ready() {
        return ready;
    }

    public boolean closed() {
        return closed;
    }

    public @Nullable Object owner() {
        return owner;
    }

    /// Whatever the messenger keeps per session.
    public void owner(Object value) {
        owner = value;
    }

    public void enqueue(Message message, long tid) {
        if (!closed) {
            queue.add(new Outgoing(message, tid, ++outSeq));
            queuedBytes += weight(message);
        }
    }

    /// About how many bytes wait to be written; may be asked from any thread.
    public long queuedBytes() {
        return queuedBytes;
    }

    /// About how many bytes a message takes, without encoding it.
    public static long weight(Message message) {
        return message.weight();
    }

    /// Whether anything waits for a socket, or for the peer's word that it has it.
    public boolean pending() {
        return !queue.isEmpty() || !unacked.isEmpty();
    }

    public boolean hasQueued() {
        return !queue.isEmpty();
    }

    /// Closes for good and forgets everything.
    public void close() {
        closed = true;
        clear();
        SocketProtocol current = socket;
        socket = null;
        ready = false;
        if (current != null) {
            current.abandon("closed by us");
        }
    }

    @Nullable Outgoing next() {
        Outgoing out = queue.poll();
        if (out != null) {
            queuedBytes -= weight(out.message());
            if (!lossy) {
                unacked.add(out);
            }
        }
        return out;
    }

    void acked(long seq) {
        while (!unacked.isEmpty() && unacked.peek().seq() <= seq) {
            unacked.remove();
        }
    }

    /// The socket is gone: what the peer may not have goes to the front of the queue again.
    void requeue() {
        while (!unacked.isEmpty()) {
            Outgoing out = unacked.removeLast();
            queue.addFirst(out);
            queuedBytes += weight(out.message());
        }
    }

    /// On a resumed session: what the peer has need not be sent again.
    void discardUpTo(long seq) {
        while (!queue.isEmpty() && queue.peek().seq() <= seq) {
            queuedBytes -= weight(queue.remove().message());
        }
    }

    /// The peer has no memory of this session.
    void forget() {
        clear();
        outSeq = 0;
        inSeq = 0;
        clientCookie = 0;
        serverCookie = 0;
        connectSeq = 0;
        peerGlobalSeq = 0;
        acksOwed = 0;
    }

    private void clear() {
        queue.clear();
        unacked.clear();
        queuedBytes = 0;
    }

    /// This socket carries the session from now on; another one that did is given up.
    void adopt(SocketProtocol by) {
        SocketProtocol before = socket;
        socket = by;
        ready = false;
        requeue();
        if (before != null && before != by) {
            before.abandon("replaced by a newer connection");
        }
    }

    void opened() {
        ready = true;
    }

    void socketLost() {
        socket = null;
        ready = false;
        if (lossy) {
            closed = true;
            clear();
        } else {
            requeue();
        }
    }
}
