package dev.inkfish.net;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.messenger.PeerSession;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.message.Message;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One end of a connection within the process. What the other end sends lies in `inbox` until this
/// end's loop dispatches it; while nothing lies there, a dispatcher may take messages on the sender's thread.
final class LocalConnection implements Connection {
    private static final Logger LOG = LoggerFactory.getLogger(LocalConnection.class);

    /// What comes to an end, in order.
    private sealed interface Event {
        record Delivery(Message message, long tid) implements Event {}

        record Up(boolean accepted) implements Event {}

        record Down() implements Event {}
    }

    final NettyMessenger messenger;
    private final NettyMessenger peer;
    private final Dispatcher dispatcher;
    private final Queue<Event> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicLong inboxBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    /// In `inbox` or being handled: what one thread sends must not overtake what it sent before.
    private final AtomicInteger underWay = new AtomicInteger();
    private @Nullable LocalConnection other;
    private volatile boolean connected;
    private volatile boolean closed;
    private volatile @Nullable Identity identity;
    private volatile @Nullable Object attachment;

    private LocalConnection(
            NettyMessenger messenger, NettyMessenger peer, Dispatcher dispatcher, @Nullable Identity identityOfPeer) {
        this.messenger = messenger;
        this.peer = peer;
        this.dispatcher = dispatcher;

        this.identity = identityOfPeer;
    }

    /// @return the end of `from`
    static LocalConnection open(NettyMessenger from, Dispatcher dispatcher, NettyMessenger to) {
        LocalConnection near = new LocalConnection(from, to, dispatcher, null);
        LocalConnection far = new LocalConnection(to, from, to.dispatcher(), from.localIdentity());
        near.other = far;
        far.other = near;
        far.post(new Event.Up(true));
        near.post(new Event.Up(false));
        return near;
    }

    LocalConnection other() {
        return Objects.requireNonNull(other);
    }

    NettyMessenger peer() {
        return peer;
    }

    private void post(Event event) {
        underWay.incrementAndGet();
        inbox.add(event);
        if (scheduled.compareAndSet(false, true)) {
            messenger.loop().execute(this::drain);
        }
    }

    private void drain() {
        scheduled.set(false);
        Event event;
        while ((event = inbox.poll()) != null) {
            if (closed) {
                inbox.clear();
                return;
            }
            try {
                handle(event);
            } catch (RuntimeException e) {
                LOG.error("{}: a message from {} cannot be handled", messenger.name(), peer.name(), e);
                close();
                dispatcher.onReset(this);
            }
            underWay.decrementAndGet();
        }
    }

    private void handle(Event event) {
        switch (event) {
            case Event.Delivery(Message message, long tid) -> {
                inboxBytes.addAndGet(-PeerSession.weight(message));
                MessageLog.received(messenger.name(), this, message, tid);
                dispatcher.onMessage(this, message, tid);
            }
            case Event.Up(boolean accepted) -> {
                connected = true;
                if (accepted) {
                    dispatcher.onAccepted(this);
                } else {
                    dispatcher.onConnected(this);
                }
            }
            case Event.Down() -> {
                closed = true;
                connected = false;
                messenger.forgetLocal(this);
                dispatcher.onReset(this);
            }
        }
    }

    @Override
    public EntityName peerName() {
        return peer.name();
    }

    @Override
    public EntityAddrVec peerAddrs() {
        return peer.addrs();
    }

    @Override
    public EntityAddr peerSocketAddr() {
        return peer.addrs().front();
    }

    @Override
    public long features() {
        return Features.PACIFIC;
    }

    @Override
    public @Nullable Identity identity() {
        return identity;
    }

    @Override
    public void setIdentity(Identity proven) {
        identity = proven;
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public void send(Message message, long tid) {
        LocalConnection to = other();
        MessageLog.sent(messenger.name(), this, message, tid);
        if (closed || to.closed || to.takesNow(message, tid)) {
            return;
        }
        to.inboxBytes.addAndGet(PeerSession.weight(message));
        to.post(new Event.Delivery(message, tid));
    }

    private boolean takesNow(Message message, long tid) {
        return connected && underWay.get() == 0 && dispatcher.onLocalMessage(this, message, tid);
    }

    @Override
    public void sendKeepalive() {
        messenger.loop().execute(() -> dispatcher.onKeepaliveAnswer(this));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            connected = false;
            messenger.forgetLocal(this);
            other().post(new Event.Down());
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
        return other().inboxBytes.get();
    }

    @Override
    public String toString() {
        return messenger.name() + "→" + peer.name() + " (same process)";
    }
}
