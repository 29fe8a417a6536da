package dev.inkfish.net;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.messenger.PeerSession;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.Message;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A session as its users see it. Messages from any thread go through `inbox` to the messenger's loop,
/// which alone touches the [PeerSession].
final class TcpConnection implements Connection {
    private record Entry(Message message, long tid) {}

    final NettyMessenger messenger;
    final Dispatcher dispatcher;
    final EntityType type;
    final EntityAddrVec target;
    final ConnectionPolicy policy;

    private final Queue<Entry> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicLong inboxBytes = new AtomicLong();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    private final EntityName name;
    /// Set for a client that connected to us.
    private final @Nullable ClientThrottle throttle;
    /// Bytes of its requests that are under way.
    private final AtomicLong held = new AtomicLong();
    private volatile EntityAddrVec addrs;
    private volatile EntityAddr socketAddr = EntityAddr.NONE;
    private volatile long features;
    private volatile @Nullable Identity identity;
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile @Nullable Object attachment;
    private volatile @Nullable PeerSession session;
    private volatile int closeCode;
    private volatile String closeReason = "";
    private @Nullable TcpSocket socket;
    /// Of the next attempt to connect; 0 before the first failed.
    long backoffMillis;

    TcpConnection(
            NettyMessenger messenger,
            Dispatcher dispatcher,
            EntityType type,
            EntityAddrVec target,
            ConnectionPolicy policy,
            @Nullable ClientThrottle throttle) {
        this.throttle = throttle;
        this.messenger = messenger;
        this.dispatcher = dispatcher;
        this.type = type;
        this.target = target;
        this.policy = policy;
        this.name = new EntityName(type, -1);
        this.addrs = target;
    }

    /// On the loop: what messages can be written to now.
    @Nullable TcpSocket socket() {
        return socket;
    }

    @Nullable PeerSession session() {
        return session;
    }

    void session(PeerSession of) {
        session = of;
        of.owner(this);
    }

    /// On the loop: a socket carries the session now.
    void up(PeerSession of, TcpSocket on) {
        socket = on;
        session(of);
        addrs = of.addrs();
        features = of.features();
        if (of.identity() != null) {
            identity = of.identity();
        }
        socketAddr = on.peer;
        backoffMillis = 0;
        connected = true;
    }

    void down(int code, String reason) {
        socket = null;
        connected = false;
        closeCode = code;
        closeReason = reason;
    }

    /// The global id that a monitor gave us, or 0.
    long assignedId() {
        PeerSession of = session;
        return of == null ? 0 : of.assignedId();
    }

    /// The negative errno with which the last socket was refused, or 0.
    int closeCode() {
        return closeCode;
    }

    String closeReason() {
        return closeReason;
    }

    boolean isClosed() {
        return closed;
    }

    /// Nothing will be sent any more.
    void dead() {
        closed = true;
        connected = false;
        inbox.clear();
        inboxBytes.set(0);
    }

    @Override
    public EntityName peerName() {
        PeerSession of = session;
        return of == null ? name : of.name();
    }

    @Override
    public EntityAddrVec peerAddrs() {
        return addrs;
    }

    @Override
    public EntityAddr peerSocketAddr() {
        return socketAddr;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public @Nullable Identity identity() {
        return identity;
    }

    @Override
    public void setIdentity(Identity proven) {
        identity = proven;
        PeerSession of = session;
        if (of != null) {
            of.identity(proven);
        }
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public void send(Message message, long tid) {
        if (closed) {
            return;
        }
        MessageLog.sent(messenger.name(), this, message, tid);
        inboxBytes.addAndGet(PeerSession.weight(message));
        inbox.add(new Entry(message, tid));
        if (drainScheduled.compareAndSet(false, true)) {
            messenger.loop().execute(this::drain);
        }
    }

    /// On the loop: hands what was sent to the session and writes what can be written.
    void drain() {
        drainScheduled.set(false);
        PeerSession to = session;
        if (to == null) {
            return;
        }
        Entry entry;
        long count = 0;
        while ((entry = inbox.poll()) != null) {
            inboxBytes.addAndGet(-PeerSession.weight(entry.message));
            to.enqueue(entry.message, entry.tid);
            count++;
        }
        messenger.counters().sentMessages(count);
        messenger.pump(this, to);
    }

    @Override
    public void sendKeepalive() {
        messenger.loop().execute(() -> messenger.keepalive(this));
    }

    @Override
    public void close() {
        if (!closed) {
            dead();
            messenger.forget(this);
        }
    }

    @Override
    public @Nullable Object attachment() {
        return attachment;
    }

    @Override
    public void attach(@Nullable Object value) {
        attachment = value;
    }

    @Override
    public long queuedBytes() {
        PeerSession of = session;
        return inboxBytes.get() + (of == null ? 0 : of.queuedBytes());
    }

    @Override
    public void hold(long bytes) {
        if (throttle != null) {
            held.addAndGet(bytes);
            throttle.hold(bytes);
        }
    }

    @Override
    public void release(long bytes) {
        if (throttle != null) {
            held.addAndGet(-bytes);
            throttle.release(bytes);
        }
    }

    @Nullable ClientThrottle throttle() {
        return throttle;
    }

    long heldBytes() {
        return held.get();
    }

    @Override
    public String toString() {
        return messenger.name() + "→" + peerName() + " " + addrs;
    }
}
