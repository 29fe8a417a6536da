package dev.inkfish.mon.daemon;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonEffects;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.net.Connection;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.wire.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that owns a monitor's core. It takes everything that has arrived, hands it to the core, and
/// only then makes the proposal that came of it durable, so that what arrives together is committed together.
///
/// With a quorum of one, a proposal is agreed on as soon as it is on disk.
final class MonLoop implements MonEffects, Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(MonLoop.class);
    private static final long TICK_MILLIS = 1000;
    private static final int MAX_MAILBOX = 100_000;

    private final String name;
    private final MonStore store;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>(MAX_MAILBOX);
    private final ConcurrentMap<Long, Connection> connections = new ConcurrentHashMap<>();
    private final AtomicLong nextSession = new AtomicLong(1);
    private @Nullable MonCore core;
    private @Nullable MonTransaction proposal;
    private @Nullable Thread thread;
    private volatile boolean stopping;

    MonLoop(String name, MonStore store) {
        this.name = name;
        this.store = store;
    }

    void start(MonCore owned) {
        core = owned;
        thread = Thread.ofPlatform().name(name).start(this::run);
    }

    void stop() {
        stopping = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Runs on the core's thread; dropped when the mailbox is full, as a broken connection would.
    void post(Runnable task) {
        if (!mailbox.offer(task)) {
            LOG.warn("{}: mailbox full, an event is dropped", name);
        }
    }

    private void run() {
        List<Runnable> batch = new ArrayList<>();
        long nextTick = System.nanoTime();
        while (!stopping) {
            try {
                long wait = Math.max(0, nextTick - System.nanoTime());
                Runnable first = mailbox.poll(wait, TimeUnit.NANOSECONDS);
                if (first != null) {
                    batch.add(first);
                    mailbox.drainTo(batch);
                }
                batch.forEach(Runnable::run);
                batch.clear();
                if (System.nanoTime() >= nextTick) {
                    nextTick = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
                    core().tick(MonDaemon.now());
                }
                commit();
            } catch (InterruptedException e) {
                stopping = true;
            } catch (RuntimeException | Error e) {
                // the state of a service that threw halfway is not to be trusted; what is committed is
                LOG.error("{}: halted by a bug", name, e);
                stopping = true;
                connections.values().forEach(Connection::close);
                throw e;
            }
        }
    }

    private void commit() {
        while (proposal != null) {
            MonTransaction agreed = proposal;
            proposal = null;
            store.apply(agreed);
            core().committed(agreed, MonDaemon.now());
        }
    }

    private MonCore core() {
        if (core == null) {
            throw new IllegalStateException("not started");
        }
        return core;
    }

    // ---- effects

    @Override
    public void propose(MonTransaction transaction) {
        proposal = transaction;
    }

    @Override
    public void send(MonSession session, Message message, long tid) {
        Connection connection = connections.get(session.id());
        if (connection != null) {
            connection.send(message, tid);
        }
    }

    @Override
    public void identify(MonSession session, Identity identity) {
        Connection connection = connections.get(session.id());
        if (connection != null) {
            connection.setIdentity(identity);
        }
    }

    @Override
    public void close(MonSession session) {
        Connection connection = connections.get(session.id());
        if (connection != null) {
            connection.close();
            closed(connection, session);
        }
    }

    @Override
    public byte[] random(int count) {
        return MonDaemon.randomBytes(count);
    }

    @Override
    public void log(Level level, String text) {
        switch (level) {
            case DEBUG -> LOG.debug("{}: {}", name, text);
            case INFO -> LOG.info("{}: {}", name, text);
            case WARN -> LOG.warn("{}: {}", name, text);
            case ERROR -> LOG.error("{}: {}", name, text);
        }
    }

    @Override
    public void failed(String what, RuntimeException bug) {
        LOG.error("{}: {} failed", name, what, bug);
    }

    // ---- from the network, on an event loop's thread

    @Override
    public void onAccepted(Connection connection) {
        MonSession session = new MonSession(
                nextSession.getAndIncrement(), connection.peerName(), connection.peerAddrs(),
                connection.peerSocketAddr(), connection.features());
        connection.attach(session);
        connections.put(session.id(), connection);
        Identity identity = connection.identity();
        post(() -> core().opened(session, identity, MonDaemon.now()));
    }

    @Override
    public void onMessage(Connection connection, Message message, long tid) {
        if (connection.attachment() instanceof MonSession session) {
            post(() -> core().message(session, message, tid, MonDaemon.now()));
        }
    }

    @Override
    public void onReset(Connection connection) {
        if (connection.attachment() instanceof MonSession session) {
            closed(connection, session);
        }
    }

    private void closed(Connection connection, MonSession session) {
        if (connections.remove(session.id(), connection)) {
            post(() -> core().closed(session, MonDaemon.now()));
        }
    }
}
