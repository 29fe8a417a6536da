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
    private static final long GIVE_UP = 512L << 20;
    /// Ceph's `ms_connection_idle_timeout`.
    private static final long IDLE_SECONDS = 900;

    final EntityAddr peer;
    final boolean accepted;
    boolean handshaking;
    private final NettyMessenger messenger;
    private final SocketProtocol protocol;
    private @Nullable Channel channel;
    private @Nullable ByteBuf batch;
    /// Taken since the last flush.
    private int buffers;
    private @Nullable PeerSession carried;
    private boolean reading;
    private boolean paused;
    private boolean closed;
    private long lastActivity;

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
        if (closed) {
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
        try {
            lastActivity = System.nanoTime();
            reading = true;
            if (!closed) {
                protocol.receive(bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes()));
            }
        } finally {
            reading = false;
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
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
            while (on.isWritable() && protocol.pump(PUMP) > 0) {
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
        if (on == null || session == null || !accepted || !session.lossy()) {
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
    }

    @Override
    public void message(PeerSession session, Message message, long tid) {
        if (session.owner() instanceof TcpConnection connection) {
            connection.dispatcher.onMessage(connection, message, tid);
        }
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
    public void closed(@Nullable PeerSession session, int code, String reason) {
        closed = true;
        carried = null;
        Channel on = channel;
        emitBatch();
        if (on != null) {
            on.flush();
            on.close();
        }
        messenger.closed(this, session, code, reason);
    }

    /// Could not be connected at all.
    void unreachable(String reason) {
        protocol.lost(reason);
    }

    SocketProtocol protocol() {
        return protocol;
    }
}
