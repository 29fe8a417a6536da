package dev.inkfish.net;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A daemon's unix socket for commands (`src/common/admin_socket.cc`): JSON that ends with a zero byte or a line's end, answered
/// with a length (big-endian) and that many bytes; one command a connection.
public final class AdminSocket implements AutoCloseable {
    /// Takes the outcome of a command.
    @FunctionalInterface
    public interface Answer {
        /// @param code 0 or a negative errno
        void done(int code, String status, Bytes output);
    }

    /// Runs a command and answers, on whatever thread.
    @FunctionalInterface
    public interface Commands {
        void run(String json, Answer answer);
    }

    private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
    private static final int MAX_COMMAND = 1 << 16;
    private static final int LONGEST_PATH = 107;
    private static final long ANSWER_SECONDS = 300;

    private final Path path;
    private final ServerSocketChannel server;
    private final Commands commands;

    private AdminSocket(Path path, ServerSocketChannel server, Commands commands) {
        this.path = path;
        this.server = server;
        this.commands = commands;
    }

    /// Null where there is to be none, or it cannot be: that is logged, and no reason not to start.
    ///
    /// @param where `admin_socket`; empty for none
    public static @Nullable AdminSocket open(String where, Commands commands) {
        if (where.isEmpty()) {
            return null;
        }
        if (where.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            LOG.warn("no admin socket: {} is longer than a socket's path may be", where);
            return null;
        }
        Path path = Path.of(where);
        try {
            Path directory = path.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Files.deleteIfExists(path); // of an earlier life; the daemon's store is locked by now
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            AdminSocket socket = new AdminSocket(path, server, commands);
            Thread.ofPlatform().name("admin-socket " + path.getFileName()).daemon().start(socket::accept);
            return socket;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("no admin socket {}: {}", path, e.toString());
            return null;
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.warn("{}: {}", path, e.toString());
                }
                return;
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            String command = read(client);
            if (command == null) {
                return;
            }
            CompletableFuture<Bytes> answer = new CompletableFuture<>();
            commands.run(command, (code, status, output) -> answer.complete(text(code, status, output)));
            Bytes bytes = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            ByteBuffer out = ByteBuffer.allocate(4 + bytes.length()).putInt(bytes.length()).put(bytes.toArray()).flip();
            while (out.hasRemaining()) {
                client.write(out);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("{}: {}", path, e.toString());
        }
    }

    private static Bytes text(int code, String status, Bytes output) {
        boolean wantsNewline = !output.isEmpty() && output.get(output.length() - 1) != '\n';
        Bytes data = wantsNewline ? Bytes.concat(output, Bytes.utf8("\n")) : output;
        if (code >= 0) {
            return data;
        }
        return Bytes.concat(Bytes.utf8("ERROR: (" + -code + ") " + Errno.describe(code) + "\n" + status + "\n"), data);
    }

    private static @Nullable String read(SocketChannel client) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(MAX_COMMAND);
        while (in.hasRemaining() && client.read(in) >= 0) {
            int last = in.position() - 1;
            if (last >= 0 && (in.get(last) == 0 || in.get(last) == '\n')) {
                return new String(in.array(), 0, last, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    @Override
    public void close() {
        if (!server.isOpen()) {
            return; // the path may be that of a later one
        }
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("{}: {}", path, e.toString());
        }
    }
}
