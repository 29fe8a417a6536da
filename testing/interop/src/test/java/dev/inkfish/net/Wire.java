package dev.inkfish.net;

import dev.inkfish.wire.Bytes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// For tests of hostile peers: what no messenger would do with an authenticated connection.
public final class Wire {
    private Wire() {}

    /// Puts bytes on the wire between two frames.
    public static void raw(NettyMessenger messenger, Connection connection, Bytes bytes) {
        onLoop(messenger, () -> {
            TcpSocket socket = Objects.requireNonNull(((TcpConnection) connection).socket());
            socket.write(List.of(bytes));
            socket.channelReadComplete(null);
        });
    }

    /// Reads nothing any more.
    public static void deaf(NettyMessenger messenger, Connection connection) {
        onLoop(messenger, () -> Objects.requireNonNull(((TcpConnection) connection).socket()).autoRead(false));
    }

    private static void onLoop(NettyMessenger messenger, Runnable task) {
        CompletableFuture.runAsync(task, messenger.home()).orTimeout(10, TimeUnit.SECONDS).join();
    }
}
