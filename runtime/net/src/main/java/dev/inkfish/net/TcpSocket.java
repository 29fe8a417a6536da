package dev.inkfish.net;

import dev.inkfish.messenger.PeerSession;
import dev.inkfish.messenger.SocketHost;
import dev.inkfish.messenger.SocketProtocol;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Loan;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One TCP connection: moves bytes between the channel and its [SocketProtocol]. Small writes of one event
/// share a buffer; nothing is encoded while the channel has enough to write.
final class TcpSocket extends ChannelInboundHandlerAdapter implements SocketHost {
    private static final Logger LOG = LoggerFactory.getLogger(TcpSocket.class);
    private static final int FIRST_BUFFER = 4 << 10;
    private static final int NEXT_BUFFER = 64 << 10;
    private static final int LARGEST_BUFFER = 512 << 10;
    private static final long PUMP = 256 << 10;
    /// Replies waiting for a peer that does not read them: beyond this we do not read its requests either.
    private static final long STOP_READING = 32L << 20;
    private static final long RESUME_READING = 8L << 20;
    /// Beyond this the peer is given up.
    private static final long GIVE_UP = 128L << 20;
    /// Of what the channel holds, so much does not count: it may lie there without our being told when it is gone.
    private static final long SPARED = 256 << 10;
    /// Ceph's `ms_connection_idle_timeout`.
    private static final long IDLE_SECONDS = 900;

    final EntityAddr peer;
    final boolean accepted;
    private final NettyMessenger messenger;
    private final SocketProtocol protocol;
    private @Nullable Channel channel;
    private @Nullable ByteBuf batch;
    /// Taken since the last flush.
    private int buffers;
    private @Nullable PeerSession carried;
    private boolean reading;
    /// The dispatcher was told of a burst.
    private boolean inBurst;
    private boolean paused;
    private boolean closed;
    private long lastActivity;
    private @Nullable ClientThrottle throttle;
    /// The next message must wait; what came of it and after it.
    private boolean stalled;
    private final Deque<ByteBuf> rest = new ArrayDeque<>();
    /// Counted in the throttle for the message that is being received, and for what is not written.
    private long receiving;
    private long receivingSince;
    private long unwritten;
    private long written;
    private long progress;
    private long progressAt;

    private TcpSocket(
            NettyMessenger messenger,
            EntityAddr peer,
            boolean accepted,
            Function<SocketHost, SocketProtocol> protocol) {
        this.messenger = messenger;
        this.peer = peer;
        this.accepted = accepted;
        this.protocol = protocol.apply(this);
    }

    static TcpSocket accepting(NettyMessenger messenger, EntityAddr peer) {
        return new TcpSocket(
                messenger, peer, true, host -> Protocols.acceptor(messenger.endpoint(), host, peer));
    }

    static TcpSocket connecting(NettyMessenger messenger, PeerSession session) {
        return new TcpSocket(
                messenger,
                session.target(),
                false,
                host -> Protocols.connector(messenger.endpoint(), host, session));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        lastActivity = System.nanoTime();
        if (closed || messenger.isClosed()) {
            // accepted while the messenger was being closed: nobody would ever close it
            context.close();
            return;
        }
        context.executor().schedule(this::handshakeOver, messenger.handshakeMillis(), TimeUnit.MILLISECONDS);
        messenger.socketOpened(this);
        protocol.start();
        flush();
    }

    private void handshakeOver() {
        if (!closed && !protocol.established()) {
            protocol.lost("no handshake within " + messenger.handshakeMillis() + " ms");
        } else if (!closed) {
            checkIdle();
        }
    }

    private void checkIdle() {
        Channel on = channel;
        if (closed || on == null) {
            return;
        }
        long idle = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastActivity);
        if (idle >= IDLE_SECONDS) {
            protocol.lost("idle for " + idle + " s");
        } else {
            on.eventLoop().schedule(this::checkIdle, IDLE_SECONDS - idle, TimeUnit.SECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        lastActivity = System.nanoTime();
        messenger.counters().received(bytes.readableBytes());
        if (!inBurst) {
            inBurst = true;
            messenger.dispatcher().onBurst();
        }
        if (stalled) {
            rest.add(bytes);
        } else {
            feed(bytes);
        }
    }

    private void feed(ByteBuf bytes) {
        boolean kept = false;
        try {
            reading = true;
            if (!closed) {
                ByteBuffer in = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
                protocol.receive(in);
                if (stalled && in.hasRemaining() && !closed) {
                    bytes.skipBytes(bytes.readableBytes() - in.remaining());
                    rest.addFirst(bytes);
                    kept = true;
                }
            }
        } finally {
            reading = false;
            if (!kept) {
                bytes.release();
            }
        }
    }

    @Override
    public boolean admits(long size) {
        ClientThrottle limits = throttle;
        if (limits == null) {
            return true;
        }
        received();
        long counted = limits.admit(this, size);
        stalled = counted < 0;
        if (stalled) {
            autoRead(false);
        } else {
            receiving = counted;
            receivingSince = System.nanoTime();
        }
        return !stalled;
    }

    /// The throttle has room for what waits here.
    void resume() {
        stalled = false;
        while (!stalled && !rest.isEmpty()) {
            feed(rest.poll());
        }
        flush();
        if (!stalled) {
            autoRead(true);
        }
    }

    /// The message was handed over, which counts it from now on if need be.
    private void received() {
        ClientThrottle limits = throttle;
        if (receiving != 0 && limits != null) {
            limits.count(-receiving);
            receiving = 0;
        }
    }

    private void countUnwritten() {
        ClientThrottle limits = throttle;
        if (limits != null) {
            PeerSession session = carried;
            long now = session == null ? 0 : session.queuedBytes() + Math.max(0, pending() - SPARED);
            if (now != unwritten) {
                limits.count(now - unwritten);
                unwritten = now;
            }
        }
    }

    /// What the channel has yet to give to the kernel.
    private long pending() {
        Channel on = channel;
        ChannelOutboundBuffer buffer = on == null ? null : on.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /// What the client's requests and the replies to it take.
    long heldBytes() {
        PeerSession session = carried;
        long requests = session != null && session.owner() instanceof TcpConnection connection ? connection.heldBytes() : 0;
        return requests + receiving + unwritten;
    }

    /// What waits for the client to take it.
    long unwritten() {
        return unwritten;
    }

    /// For how long, in nanoseconds, the client has taken nothing of what waits for it.
    long unreadFor(long now) {
        countUnwritten();
        long mark = written - pending();
        if (unwritten == 0 || mark != progress) {
            progress = mark;
            progressAt = now;
        }
        return now - progressAt;
    }

    /// For how long, in nanoseconds, a message that is counted has been coming; 0 if none is.
    long receivingFor(long now) {
        return receiving == 0 ? 0 : now - receivingSince;
    }

    void tooSlow() {
        protocol.lost("sends a message of " + receiving + " bytes too slowly while others wait");
    }

    void giveUp() {
        protocol.lost("takes nothing of " + unwritten + " bytes of replies while others wait");
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (inBurst) {
            inBurst = false;
            messenger.dispatcher().onBurstEnd();
        }
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            pump();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        protocol.lost("closed by the peer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            protocol.lost(String.valueOf(cause.getMessage()));
        } else {
            LOG.error("{}: connection with {} failed", messenger.name(), peer, cause);
            protocol.lost(cause.toString());
        }
    }

    /// Writes queued messages as far as the channel takes them.
    void pump() {
        Channel on = channel;
        if (closed || on == null) {
            return;
        }
        try {
            long count;
            while (on.isWritable() && (count = protocol.pump(PUMP)) > 0) {
                written += count;
                emitBatch();
            }
        } catch (RuntimeException e) {
            LOG.error("{}: a message for {} cannot be sent", messenger.name(), peer, e);
            PeerSession session = carried;
            protocol.lost("a message cannot be sent: " + e);
            messenger.giveUp(session);
            return;
        }
        flush();
        countUnwritten();
        if (paused) {
            adjustReading();
        }
    }

    void keepalive(Utime now) {
        if (!closed) {
            protocol.keepalive(now);
            flush();
        }
    }

    /// Looks at how much the peer leaves unread. Only who accepts may stop reading: if both sides did, they
    /// would wait for each other.
    void adjustReading() {
        Channel on = channel;
        PeerSession session = carried;
        if (on == null || session == null || !accepted || !session.lossy() || throttle != null) {
            return;
        }
        long waiting = session.queuedBytes();
        if (waiting > GIVE_UP) {
            protocol.lost("the peer does not read: " + waiting + " bytes are waiting for it");
        } else if (!paused && waiting > STOP_READING) {
            paused = true;
            on.config().setAutoRead(false);
        } else if (paused && waiting < RESUME_READING) {
            paused = false;
            on.config().setAutoRead(true);
        }
    }

    void autoRead(boolean on) {
        Channel of = channel;
        if (of != null) {
            of.config().setAutoRead(on);
        }
    }

    @Override
    public void write(List<Bytes> bytes) {
        Channel on = channel;
        if (on == null || closed) {
            return;
        }
        lastActivity = System.nanoTime();
        for (Bytes each : bytes) {
            Loan loan = each.loan();
            if (loan != null) {
                emitBatch();
                writeLent(on, each, loan);
                continue;
            }
            int at = 0;
            while (at < each.length()) {
                ByteBuf into = batch;
                if (into == null) {
                    int least = buffers++ == 0 ? FIRST_BUFFER : NEXT_BUFFER;
                    int size = Math.min(Math.max(each.length() - at, least), LARGEST_BUFFER);
                    into = on.alloc().directBuffer(size, size);
                    batch = into;
                }
                int count = Math.min(into.writableBytes(), each.length() - at);
                each.slice(at, count).putTo(into.internalNioBuffer(into.writerIndex(), count));
                into.writerIndex(into.writerIndex() + count);
                at += count;
                if (!into.isWritable()) {
                    emitBatch();
                }
            }
        }
    }

    /// Nobody else looks at what a lossy session sends, and it is never sent again.
    private void writeLent(Channel on, Bytes bytes, Loan loan) {
        messenger.counters().sent(bytes.length());
        ChannelFuture written = on.write(Unpooled.wrappedBuffer(bytes.asByteBuffer()));
        PeerSession session = carried;
        if (session != null && session.lossy()) {
            written.addListener(done -> loan.giveBack());
        }
    }

    private void emitBatch() {
        ByteBuf full = batch;
        Channel on = channel;
        batch = null;
        if (full != null && on != null) {
            messenger.counters().sent(full.readableBytes());
            on.write(full);
        }
    }

    private void flush() {
        Channel on = channel;
        if (on != null && !reading) {
            emitBatch();
            buffers = 0;
            on.flush();
        }
    }

    @Override
    public void opened(PeerSession session) {
        carried = session;
        messenger.opened(this, session);
        throttle = session.owner() instanceof TcpConnection connection ? connection.throttle() : null;
    }

    @Override
    public void message(PeerSession session, Message message, long tid) {
        if (session.owner() instanceof TcpConnection connection) {
            messenger.counters().receivedMessage();
            MessageLog.received(messenger.name(), connection, message, tid);
            connection.dispatcher.onMessage(connection, message, tid);
        }
        received();
    }

    @Override
    public void peerReset(PeerSession session) {
        if (session.owner() instanceof TcpConnection connection) {
            connection.dispatcher.onReset(connection);
        }
    }

    @Override
    public void keepaliveAnswered(Utime stamp) {
        PeerSession session = carried;
        if (session != null && session.owner() instanceof TcpConnection connection) {
            connection.dispatcher.onKeepaliveAnswer(connection);
        }
    }

    @Override
    public void refused(String reason) {
        messenger.refused(this, reason);
    }

    @Override
    public void closed(@Nullable PeerSession session, int code, String reason) {
        closed = true;
        carried = null;
        leaveThrottle();
        Channel on = channel;
        emitBatch();
        if (on != null) {
            on.flush();
            on.close();
        }
        messenger.closed(this, session, code, reason);
    }

    private void leaveThrottle() {
        ClientThrottle limits = throttle;
        rest.forEach(ByteBuf::release);
        rest.clear();
        if (limits != null) {
            limits.forget(this);
            received();
            countUnwritten();
            throttle = null;
        }
    }

    /// Could not be connected at all.
    void unreachable(String reason) {
        protocol.lost(reason);
    }

    SocketProtocol protocol() {
        return protocol;
    }
}
