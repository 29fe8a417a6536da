package dev.inkfish.net;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Errno;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import java.net.InetSocketAddress;

/// A bound port: gives each connection that comes a socket with the protocol of the address.
final class Listener {
    private static final int BACKLOG = 512;
    /// A peer that was cut off is to be reached soon after it is back: the kernel tries again at longer and longer
    /// intervals, on a connection that is being opened as on one that is.
    private static final int CONNECT_MILLIS = 3_000;
    /// Where the peer takes nothing for so long, although there is something for it, a connection among daemons is over.
    private static final int UNACKNOWLEDGED_MILLIS = 4_000;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private final Channel channel;

    private Listener(Channel channel) {
        this.channel = channel;
    }

    static Listener bind(NettyMessenger messenger, EventLoops loops, EntityAddr addr) {
        InetSocketAddress on = addr.toSocketAddress();
        boolean msgr2 = addr.kind() != EntityAddr.Kind.LEGACY;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(messenger.loop(), messenger.loop())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        accepted(messenger, child, msgr2);
                    }
                });
        ChannelFuture bound = bootstrap.bind(on).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw explain(addr, bound.cause());
        }
        return new Listener(bound.channel());
    }

    private static AdaptiveRecvByteBufAllocator receiveSizes() {
        return new AdaptiveRecvByteBufAllocator(2 << 10, 16 << 10, 256 << 10);
    }

    private static CephException explain(EntityAddr addr, Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        if (text.contains("in use")) {
            return new CephException(
                    -EADDRINUSE, "port taken: another program listens on " + addr.hostAndPort());
        }
        if (text.contains("assign requested address")) {
            return new CephException(-EADDRNOTAVAIL, addr.hostAndPort() + " is not an address of this machine");
        }
        return new CephException(Errno.EIO.code(), "cannot listen on " + addr.hostAndPort() + ": " + text);
    }

    private static void accepted(NettyMessenger messenger, Channel child, boolean msgr2) {
        InetSocketAddress from = (InetSocketAddress) child.remoteAddress();
        EntityAddr.Kind kind = msgr2 ? EntityAddr.Kind.MSGR2 : EntityAddr.Kind.LEGACY;
        EntityAddr peer = EntityAddr.of(kind, from, 0);
        child.pipeline().addLast(TcpSocket.accepting(messenger, peer));
    }

    /// What daemons say to each other is always read, so that silence is the network's.
    static void noticeSilence(Bootstrap bootstrap, EventLoops loops) {
        if (loops.epoll()) {
            bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS);
        }
    }

    static Bootstrap clientOptions(Bootstrap bootstrap) {
        return bootstrap
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes());
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    Channel channel() {
        return channel;
    }

    void accept() {
        channel.config().setAutoRead(true);
    }

    void close() {
        channel.close().awaitUninterruptibly();
    }
}
