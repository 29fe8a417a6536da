package dev.inkfish.mon.daemon;

import dev.inkfish.mon.raft.PeerCalls;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.Messenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonPeer;
import dev.inkfish.wire.message.Message;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A monitor's ways to the others. Each monitor opens a connection of its own to each other one and sends there; only the
/// answer to a call comes back on the connection of the call, so that it comes, or the call fails, as soon as the
/// connection says so. What is sent while the way is closed is lost.
final class PeerLinks implements PeerCalls {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);
    /// Kinds of [MMonPeer], above those of the monitor's core: the log's calls.
    static final int CALL = 64;
    static final int ANSWER = 65;
    private static final long CALL_SECONDS = 5;
    private static final long UNREACHABLE_MILLIS = 100;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    /// A way on which more is waiting is no way.
    private static final long MAX_QUEUED = 64 << 20;

    private final String self;
    private final Consumer<String> whenOpen;
    private final Map<String, Link> links = new ConcurrentHashMap<>();
    private final AtomicLong lastCall = new AtomicLong();
    private @Nullable Messenger messenger;
    private boolean closed;

    /// @param whenOpen told the name of a monitor to which there is a way again
    PeerLinks(String self, Consumer<String> whenOpen) {
        this.self = self;
        this.whenOpen = whenOpen;
    }

    void start(Messenger over) {
        messenger = over;
    }

    /// Keeps the ways to these monitors open, and to no others. Called again and again.
    synchronized void maintain(Map<String, EntityAddrVec> others) {
        Messenger over = messenger;
        if (over == null || closed) {
            return;
        }
        links.forEach((name, link) -> {
            if (!link.addrs.equals(others.get(name))) {
                links.remove(name);
                link.connection.close();
                link.over();
            }
        });
        others.forEach((name, addrs) -> {
            Link link = links.get(name);
            boolean again = link != null && link.down && System.nanoTime() - link.since > RETRY_NANOS;
            if (link == null || again) {
                Link next = new Link(name, addrs);
                links.put(name, next);
                next.connection = over.connect(EntityType.MON, addrs, ConnectionPolicy.LOSSY, next);
            }
        });
    }

    boolean isOpen(String monitor) {
        Link link = links.get(monitor);
        return link != null && link.up;
    }

    boolean send(String monitor, int kind, Bytes payload) {
        Link link = links.get(monitor);
        return link != null && send(link, kind, payload);
    }

    private boolean send(Link link, int kind, Bytes payload) {
        if (!link.up) {
            return false;
        }
        if (link.connection.queuedBytes() > MAX_QUEUED) {
            LOG.warn("mon.{}: mon.{} takes nothing, too much waits for it", self, link.name);
            link.connection.close();
            link.over();
            return false;
        }
        link.connection.send(new MMonPeer(self, kind, payload));
        return true;
    }

    @Override
    public Bytes call(String monitor, Bytes request) throws IOException {
        Link link = links.get(monitor);
        long id = lastCall.incrementAndGet();
        CompletableFuture<Bytes> answer = new CompletableFuture<>();
        try {
            if (link != null) {
                // before it is sent: the way may close meanwhile
                link.waiting.put(id, answer);
            }
            if (link == null || !send(link, CALL, new WireWriter(request.length() + 8).u64(id).raw(request).toBytes())) {
                TimeUnit.MILLISECONDS.sleep(UNREACHABLE_MILLIS);
                throw new IOException("no way to mon." + monitor);
            }
            return answer.get(CALL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("mon." + monitor + " does not answer", e);
        } finally {
            if (link != null) {
                link.waiting.remove(id);
            }
        }
    }

    synchronized void close() {
        closed = true;
        links.values().forEach(link -> {
            link.connection.close();
            link.over();
        });
        links.clear();
    }

    /// The way to one monitor.
    private final class Link implements Dispatcher {
        private final String name;
        private final EntityAddrVec addrs;
        private final Map<Long, CompletableFuture<Bytes>> waiting = new ConcurrentHashMap<>();
        private final long since = System.nanoTime();
        private volatile Connection connection;
        private volatile boolean up;
        private volatile boolean down;

        Link(String name, EntityAddrVec addrs) {
            this.name = name;
            this.addrs = addrs;
        }

        @Override
        public void onConnected(Connection to) {
            connection = to;
            up = true;
            LOG.debug("mon.{}: way to mon.{} open", self, name);
            whenOpen.accept(name);
        }

        @Override
        public void onMessage(Connection from, Message message, long tid) {
            if (message instanceof MMonPeer answer && answer.kind() == ANSWER) {
                WireReader in = answer.payload().reader();
                CompletableFuture<Bytes> call = waiting.get(in.u64());
                if (call != null) {
                    call.complete(in.rest());
                }
            }
        }

        @Override
        public void onReset(Connection lost) {
            LOG.debug("mon.{}: way to mon.{} closed", self, name);
            over();
        }

        private void over() {
            // in this order: a call enters itself before it looks whether the way is open
            up = false;
            down = true;
            waiting.values().forEach(call -> call.completeExceptionally(new IOException("mon." + name + " is gone")));
        }
    }
}
