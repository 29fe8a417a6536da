package dev.inkfish.net;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.messenger.Endpoint;
import dev.inkfish.messenger.Limits;
import dev.inkfish.messenger.PeerSession;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The messenger over TCP (msgr2 and msgr1) and within the process. Everything that touches sessions runs on
/// one event loop, the messenger's home; its dispatchers are called there.
public final class NettyMessenger implements Messenger {
    private static final Logger LOG = LoggerFactory.getLogger(NettyMessenger.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    /// Ceph's `ms_initial_backoff`, and less than its `ms_max_backoff` (15 s): a peer that is back is to be found soon.
    private static final long FIRST_BACKOFF_MILLIS = 200;
    private static final long LAST_BACKOFF_MILLIS = 2_000;
    private static final long CLOSE_MILLIS = 3000;
    private static final int NONCE_STEP = 1_000_000;
    /// Connections that have not got through their handshake.
    private static final int MAX_HANDSHAKES = 1024;

    private final EventLoops loops;
    private final EventLoop loop;
    private final Endpoint endpoint;
    private final List<EntityAddr> bind;
    private volatile int nonce;
    private final @Nullable LocalNetwork network;
    private final Dispatcher dispatcher;
    private final @Nullable Identity identity;
    private final long handshakeMillis;
    private final @Nullable ClientThrottle throttle;
    private final Map<EntityAddrVec, TcpConnection> lossless = new ConcurrentHashMap<>();
    private final Map<LocalConnection, ConnectionPolicy> local = new ConcurrentHashMap<>();
    private final Set<TcpSocket> sockets = new HashSet<>();
    private final MessengerCounters counters = new MessengerCounters();
    private final List<Channel> listeners = new ArrayList<>();
    /// Accepted sockets that are not through their handshake, the oldest first.
    private final Set<TcpSocket> handshakes = new LinkedHashSet<>();
    private volatile EntityName name;
    private volatile EntityAddrVec addrs;
    private volatile boolean closed;

    private NettyMessenger(Builder builder) {
        loops = builder.loops;
        loop = loops.next();
        name = builder.name;
        nonce = builder.nonce;
        bind = List.copyOf(builder.bind);
        network = builder.network;
        dispatcher = builder.dispatcher;
        identity = builder.identity;
        handshakeMillis = builder.handshakeMillis;
        throttle = builder.throttle;
        addrs = EntityAddrVec.of(new EntityAddr(EntityAddr.Kind.ANY, nonce, Bytes.EMPTY, 0));
        endpoint = new Endpoint(
                name, addrs, builder.clientAuth, builder.serverAuth, Limits.DEFAULT, RANDOM::nextLong);
    }

    public static Builder builder(EntityName name, EventLoops loops) {
        return new Builder(name, loops);
    }

    /// Binds the addresses and begins to accept.
    ///
    /// @throws CephException with one line to show, where a port is taken or an address not ours
    public void start() {
        List<EntityAddr> bound = new ArrayList<>();
        List<Listener> opened = new ArrayList<>();
        try {
            for (EntityAddr wish : bind) {
                Listener listener = Listener.bind(this, loops, wish);
                opened.add(listener);
                bound.add(wish.withPort(listener.port()).withNonce(nonce));
            }
        } catch (CephException e) {
            opened.forEach(Listener::close);
            throw e;
        }
        if (bound.isEmpty()) {
            return;
        }
        watchThrottle();
        addrs = new EntityAddrVec(bound);
        runOnLoop(() -> endpoint.addrs(addrs));
        if (network != null) {
            network.register(this);
        }
        for (Listener listener : opened) {
            listeners.add(listener.channel());
            listener.accept();
        }
    }

    private void watchThrottle() {
        ClientThrottle watched = throttle;
        if (watched != null && watched.runOn(loop)) {
            loop.scheduleWithFixedDelay(
                    () -> watched.checkProgress(List.copyOf(sockets), System.nanoTime()), 1, 1, TimeUnit.SECONDS);
        }
    }

    /// Goes on under addresses that nobody has seen before (`AsyncMessenger::rebind`): to its peers it is another
    /// instance. All connections are closed; what was not sent is lost. Not on an event loop.
    ///
    /// @throws CephException as [#start]
    public void rebind() {
        if (network != null) {
            network.unregister(this);
        }
        List.copyOf(local.keySet()).forEach(LocalConnection::close);
        runOnLoop(() -> {
            listeners.forEach(Channel::close);
            listeners.clear();
            List.copyOf(lossless.values()).forEach(TcpConnection::close);
            List.copyOf(sockets).forEach(socket -> socket.protocol().abandon("the address is given up"));
        });
        nonce = (nonce + NONCE_STEP) & Integer.MAX_VALUE;
        start();
    }

    private void runOnLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.submit(task).syncUninterruptibly();
        }
    }

    /// Runs what is to be near the connections on their event loop.
    public Executor home() {
        return loop;
    }

    EventLoop loop() {
        return loop;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    MessengerCounters counters() {
        return counters;
    }

    /// What it has moved over TCP.
    public MessengerCounters.Sums moved() {
        return counters.sums();
    }

    boolean isClosed() {
        return closed;
    }

    long handshakeMillis() {
        return handshakeMillis;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    /// Who we are to peers in the same process, which believe it.
    Identity localIdentity() {
        if (identity != null) {
            return identity;
        }
        EntityAuthName byNumber = new EntityAuthName(name.type(), Long.toString(name.number()));
        return new Identity(byNumber, Math.max(name.number(), 0), Bytes.EMPTY, true);
    }

    @Override
    public EntityName name() {
        return name;
    }

    @Override
    public void rename(EntityName other) {
        name = other;
        loop.execute(() -> endpoint.rename(other));
    }

    @Override
    public EntityAddrVec addrs() {
        return addrs;
    }

    @Override
    public Connection connect(EntityType type, EntityAddrVec peer, ConnectionPolicy policy) {
        return connect(type, peer, policy, dispatcher);
    }

    @Override
    public Connection connect(EntityType type, EntityAddrVec peer, ConnectionPolicy policy, Dispatcher own) {
        if (network != null) {
            Connection near = network.connect(this, own, peer, policy);
            if (near != null) {
                return near;
            }
        }
        return connectTcp(type, peer, policy, own);
    }

    /// Over TCP even where the peer is in this process.
    Connection connectTcp(EntityType type, EntityAddrVec peer, ConnectionPolicy policy, Dispatcher own) {
        if (policy == ConnectionPolicy.LOSSY) {
            TcpConnection connection = new TcpConnection(this, own, type, peer, policy, null);
            loop.execute(() -> begin(connection));
            return connection;
        }
        return lossless.computeIfAbsent(peer, key -> {
            TcpConnection connection = new TcpConnection(this, own, type, peer, policy, null);
            loop.execute(() -> begin(connection));
            return connection;
        });
    }

    private void begin(TcpConnection connection) {
        if (closed || connection.isClosed()) {
            return;
        }
        if (connection.session() == null) {
            EntityAddr target = connection.target.msgr2();
            if (target.isBlank()) {
                target = connection.target.legacy();
            }
            boolean lossy = connection.policy == ConnectionPolicy.LOSSY;
            connection.session(endpoint.connect(connection.type, connection.target, target, lossy));
            openSocket(connection);
        }
        connection.drain();
    }

    private void openSocket(TcpConnection connection) {
        PeerSession session = connection.session();
        if (closed || connection.isClosed() || session == null || session.closed() || session.socket() != null) {
            return;
        }
        EntityAddr target = session.target();
        TcpSocket socket = TcpSocket.connecting(this, session);
        if (target.isBlank()) {
            socket.unreachable("no address");
            return;
        }
        InetSocketAddress to = target.toSocketAddress();
        Bootstrap bootstrap = Listener.clientOptions(new Bootstrap())
                .group(loop)
                .channel(loops.socketChannel())
                .handler(socket);
        if (name.type() != EntityType.CLIENT && (connection.type == EntityType.MON || !session.lossy())) {
            Listener.noticeSilence(bootstrap, loops);
        }
        ChannelFuture connecting = bootstrap.connect(to);
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                failed(connection, socket, String.valueOf(done.cause().getMessage()));
            }
        });
    }

    /// Only a refusal says that nobody is there; no route or no answer may be the network's fault. An attempt that was given
    /// up, as the peer connected meanwhile, says nothing of the session.
    void failed(TcpConnection connection, TcpSocket socket, String reason) {
        PeerSession session = connection.session();
        boolean current = session != null && session.socket() == socket.protocol();
        if (current && reason.contains("refused")) {
            connection.dispatcher.onRefused(connection);
        }
        socket.unreachable(reason);
    }

    // What sockets tell, on the loop.

    void socketOpened(TcpSocket socket) {
        sockets.add(socket);
        counters.opened();
        if (!socket.accepted) {
            return;
        }
        if (handshakes.size() >= MAX_HANDSHAKES) {
            // who means it is through in milliseconds: not the newest has to go
            handshakes.iterator().next().protocol().lost("too many unfinished handshakes");
        }
        handshakes.add(socket);
    }

    private void handshakeOver(TcpSocket socket) {
        handshakes.remove(socket);
    }

    void opened(TcpSocket socket, PeerSession session) {
        handshakeOver(socket);
        TcpConnection connection = session.owner() instanceof TcpConnection known ? known : adopt(session);
        connection.up(session, socket);
        LOG.debug("{}: {} is up", name, connection);
        if (socket.accepted) {
            connection.dispatcher.onAccepted(connection);
        } else {
            connection.dispatcher.onConnected(connection);
        }
        connection.drain();
    }

    private TcpConnection adopt(PeerSession session) {
        if (session.lossy()) {
            ClientThrottle limited = session.type() == EntityType.CLIENT ? throttle : null;
            return new TcpConnection(
                    this, dispatcher, session.type(), session.addrs(), ConnectionPolicy.LOSSY, limited);
        }
        return lossless.computeIfAbsent(
                session.addrs(),
                peer -> new TcpConnection(
                        this, dispatcher, session.type(), peer, ConnectionPolicy.LOSSLESS_PEER, null));
    }

    void refused(TcpSocket socket, String reason) {
        LOG.info("{}: refuses {}: {}", name, socket.peer, reason);
    }

    void closed(TcpSocket socket, @Nullable PeerSession session, int code, String reason) {
        if (sockets.remove(socket)) {
            counters.closed();
        }
        handshakeOver(socket);
        if (closed) {
            return;
        }
        if (session == null || !(session.owner() instanceof TcpConnection connection)) {
            LOG.info("{}: closed a connection with {}: {}", name, socket.peer, reason);
            return;
        }
        boolean wasUp = connection.isConnected();
        if (code == Errno.EPROTO.code()) {
            LOG.warn("{}: closed {}: {}", name, connection, reason);
        } else {
            LOG.debug("{}: {} lost its socket: {}", name, connection, reason);
        }
        connection.down(code, reason);
        if (session.lossy()) {
            connection.dead();
            connection.dispatcher.onReset(connection);
        } else if (session.pending() || !wasUp) {
            reconnectLater(connection);
        }
    }

    /// A lossless session that cannot go on: sending the same again would fail again.
    void giveUp(@Nullable PeerSession session) {
        if (session != null && !session.closed() && session.owner() instanceof TcpConnection connection) {
            connection.close();
            connection.dispatcher.onReset(connection);
        }
    }

    private void reconnectLater(TcpConnection connection) {
        long wait = connection.backoffMillis;
        connection.backoffMillis = Math.min(Math.max(wait * 2, FIRST_BACKOFF_MILLIS), LAST_BACKOFF_MILLIS);
        loop.schedule(() -> openSocket(connection), wait, TimeUnit.MILLISECONDS);
    }

    void pump(TcpConnection connection, PeerSession session) {
        TcpSocket socket = connection.socket();
        if (socket != null) {
            socket.pump();
            socket.adjustReading();
        } else if (session.hasQueued() && connection.backoffMillis == 0) {
            openSocket(connection);
        }
    }

    void keepalive(TcpConnection connection) {
        TcpSocket socket = connection.socket();
        if (socket != null) {
            socket.keepalive(Utime.ofMillis(System.currentTimeMillis()));
        }
    }

    void forget(TcpConnection connection) {
        lossless.remove(connection.target, connection);
        loop.execute(() -> {
            PeerSession session = connection.session();
            if (session != null) {
                lossless.remove(session.addrs(), connection);
                session.close();
                endpoint.remove(session);
            }
        });
    }

    /// For tests: all TCP connections break.
    void breakSockets() {
        loop.execute(() -> List.copyOf(sockets).forEach(socket -> socket.protocol().lost("broken on purpose")));
    }

    /// For tests: what comes stays in the sockets' buffers.
    void stopReading() {
        loop.execute(() -> sockets.forEach(socket -> socket.autoRead(false)));
    }

    void resumeReading() {
        loop.execute(() -> sockets.forEach(socket -> socket.autoRead(true)));
    }

    // Within the process.

    void addLocal(LocalConnection end, ConnectionPolicy policy) {
        local.put(end, policy);
    }

    @Nullable LocalConnection localPeer(NettyMessenger peer) {
        for (Map.Entry<LocalConnection, ConnectionPolicy> each : local.entrySet()) {
            if (each.getKey().peer() == peer && each.getValue() == ConnectionPolicy.LOSSLESS_PEER) {
                return each.getKey();
            }
        }
        return null;
    }

    void forgetLocal(LocalConnection end) {
        local.remove(end);
    }

    /// Closes all connections without telling the dispatchers.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (network != null) {
            network.unregister(this);
        }
        List.copyOf(local.keySet()).forEach(LocalConnection::close);
        Runnable shut = () -> {
            listeners.forEach(Channel::close);
            for (TcpSocket socket : List.copyOf(sockets)) {
                socket.protocol().abandon("shut down");
            }
            lossless.values().forEach(TcpConnection::dead);
        };
        if (loop.inEventLoop()) {
            shut.run();
        } else if (!loop.isShuttingDown()) {
            loop.submit(shut).awaitUninterruptibly(CLOSE_MILLIS);
        }
    }

    /// Collects what a messenger needs.
    public static final class Builder {
        private final EntityName name;
        private final EventLoops loops;
        private final List<EntityAddr> bind = new ArrayList<>();
        private @Nullable ServerAuth serverAuth;
        private @Nullable ClientAuth clientAuth;
        private Dispatcher dispatcher = (connection, message, tid) -> {};
        private @Nullable LocalNetwork network;
        private @Nullable Identity identity;
        private int nonce;
        private @Nullable ClientThrottle throttle;
        /// Ceph's `ms_connection_ready_timeout`.
        private long handshakeMillis = 10_000;

        private Builder(EntityName name, EventLoops loops) {
            this.name = name;
            this.loops = loops;
        }

        /// How peers that connect prove who they are; needed where addresses are bound.
        public Builder serverAuth(ServerAuth auth) {
            serverAuth = auth;
            return this;
        }

        /// How we prove who we are; needed to connect.
        public Builder clientAuth(ClientAuth auth) {
            clientAuth = auth;
            return this;
        }

        /// Gets what accepted connections bring, and opened ones that have no dispatcher of their own.
        public Builder dispatcher(Dispatcher target) {
            dispatcher = target;
            return this;
        }

        /// Peers in the same process are reached without sockets.
        public Builder localNetwork(@Nullable LocalNetwork local) {
            network = local;
            return this;
        }

        /// What peers in the same process believe we are; made of the messenger's name where not given.
        public Builder identity(Identity trusted) {
            identity = trusted;
            return this;
        }

        /// Listens there; kind `MSGR2` or `LEGACY`; port 0 takes a free one. May be called for several.
        public Builder bind(EntityAddr addr) {
            bind.add(addr);
            return this;
        }

        /// Tells instances on the same port apart: the process id, or a random number for clients.
        public Builder nonce(int value) {
            nonce = value;
            return this;
        }

        /// How long a peer may take to say who it is.
        public Builder handshakeMillis(long millis) {
            handshakeMillis = millis;
            return this;
        }

        /// Limits what clients that connect may have under way.
        public Builder throttle(ClientThrottle limits) {
            throttle = limits;
            return this;
        }

        public NettyMessenger build() {
            if (!bind.isEmpty() && serverAuth == null) {
                throw new CephException(Errno.EINVAL, "a messenger that listens needs to authenticate its peers");
            }
            return new NettyMessenger(this);
        }
    }
}
