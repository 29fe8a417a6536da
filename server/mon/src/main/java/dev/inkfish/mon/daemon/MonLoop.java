package dev.inkfish.mon.daemon;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonEffects;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.StoreDisk;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.net.Connection;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.MMonPeer;
import dev.inkfish.wire.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that owns a monitor's core. It takes everything that has arrived, hands it to the core, and
/// only then makes the proposal that came of it durable, so that what arrives together is committed together.
///
/// A monitor alone agrees with itself: a proposal is agreed on as soon as it is on disk. Where there are others, the
/// log of [Companions] says what is agreed on.
final class MonLoop implements MonEffects, Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(MonLoop.class);
    private static final long TICK_MILLIS = 1000;
    private static final long BEAT_MILLIS = 100;
    private static final int MAX_MAILBOX = 100_000;
    /// What a client's request counts for at least in what all of them may take: no single one may have so many waiting
    /// that the others wait for seconds.
    private static final long LEAST_COST = 64 << 10;

    private final String name;
    private final MonStore store;
    private final Supplier<StoreDisk> disk;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>(MAX_MAILBOX);
    private final ConcurrentMap<Long, Connection> connections = new ConcurrentHashMap<>();
    private final AtomicLong nextSession = new AtomicLong(1);
    private volatile @Nullable Companions companions;
    private @Nullable ClusterLogFiles logFiles;
    private Runnable whenNotAlone = () -> {};
    private Runnable everySecond = () -> {};
    private Consumer<PerfGroups> counted = all -> {};
    private @Nullable MonCore core;
    private @Nullable MonTransaction proposal;
    private @Nullable Thread thread;
    private volatile boolean stopping;

    MonLoop(String name, MonStore store, Supplier<StoreDisk> disk) {
        this.name = name;
        this.disk = disk;
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

    /// There are other monitors, or will be. Before [#start], or on the thread.
    void companions(Companions others) {
        companions = others;
    }

    /// Where the cluster's log goes beside the store. Before [#start].
    void clusterLog(ClusterLogFiles files) {
        logFiles = files;
    }

    /// What to do when a second monitor was added; it gives this one [#companions]. Before [#start].
    void whenNotAlone(Runnable action) {
        whenNotAlone = action;
    }

    /// Runs after each tick of the core. Before [#start].
    void everySecond(Runnable action) {
        everySecond = action;
    }

    /// What the surroundings have counted. Before [#start].
    void counted(Consumer<PerfGroups> source) {
        counted = source;
    }

    /// Runs on the core's thread; waits where too much waits.
    ///
    /// @return false where the monitor stops
    boolean run(Runnable task) {
        try {
            while (!stopping) {
                if (mailbox.offer(task, TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /// Runs on the core's thread; dropped when the mailbox is full, as a broken connection would.
    boolean post(Runnable task) {
        boolean taken = mailbox.offer(task);
        if (!taken) {
            LOG.warn("{}: mailbox full, an event is dropped", name);
        }
        return taken;
    }

    private void run() {
        List<Runnable> batch = new ArrayList<>();
        long nextTick = System.nanoTime();
        long nextBeat = nextTick;
        while (!stopping) {
            try {
                long until = companions == null ? nextTick : Math.min(nextTick, nextBeat);
                long wait = Math.max(0, until - System.nanoTime());
                Runnable first = mailbox.poll(wait, TimeUnit.NANOSECONDS);
                if (first != null) {
                    batch.add(first);
                    mailbox.drainTo(batch);
                }
                Companions others = companions;
                if (others != null && System.nanoTime() >= nextBeat) {
                    // before what has waited: the lease may be over
                    nextBeat = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);
                    others.beat(core());
                }
                batch.forEach(Runnable::run);
                batch.clear();
                if (System.nanoTime() >= nextTick) {
                    nextTick = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
                    core().disk(disk.get());
                    core().tick(MonDaemon.now());
                    everySecond.run();
                }
                commit();
                Companions after = companions;
                if (after != null) {
                    after.tell();
                }
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
            if (!core().isUnderWay(agreed)) {
                // this monitor has ceased to lead since, in the same batch
                continue;
            }
            Companions others = companions;
            if (others != null) {
                others.propose(agreed);
                continue;
            }
            agreed.putNumber(MonCore.META, MonCore.VERSION_KEY, store.number(MonCore.META, MonCore.VERSION_KEY) + 1);
            long began = System.nanoTime();
            store.apply(agreed);
            core().tally().commit(agreed, System.nanoTime() - began);
            core().committed(agreed, MonDaemon.now());
            if (core().service(MonMapService.class).map().ranks().size() > 1) {
                whenNotAlone.run();
            }
        }
    }

    MonCore core() {
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
    public void toMonitor(String monitor, PeerMessage message) {
        Companions others = companions;
        if (others != null) {
            others.send(monitor, message);
        }
    }

    @Override
    public boolean promise(long epoch, long until) {
        Companions others = companions;
        return others != null && others.promise(epoch, until);
    }

    @Override
    public void takePart(boolean whether) {
        Companions others = companions;
        if (others != null) {
            others.takePart(whether);
        }
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
    public long compact() {
        long began = System.nanoTime();
        store.compact();
        return System.nanoTime() - began;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void counters(PerfGroups all) {
        counted.accept(all);
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
    public void clusterLog(String channel, int priority, String line) {
        ClusterLogFiles to = logFiles;
        if (to != null) {
            to.write(channel, priority, line);
        }
    }

    @Override
    public void debug(Supplier<String> text) {
        if (LOG.isDebugEnabled()) {
            LOG.debug("{}: {}", name, text.get());
        }
    }

    @Override
    public void failed(String what, RuntimeException bug) {
        LOG.error("{}: {} failed", name, what, bug);
    }

    // ---- from the network, on an event loop's thread

    @Override
    public void onAccepted(Connection connection) {
        if (isMonitor(connection)) {
            return;
        }
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
            long cost = Math.max(message.weight(), LEAST_COST);
            connection.hold(cost);
            boolean taken = post(() -> {
                connection.release(cost);
                core().message(session, message, tid, MonDaemon.now());
            });
            if (!taken) {
                connection.release(cost);
            }
        } else if (message instanceof MMonPeer peer && isMonitor(connection)) {
            Companions others = companions;
            if (others != null) {
                others.received(connection, peer);
            }
        }
    }

    private static boolean isMonitor(Connection connection) {
        Identity identity = connection.identity();
        return identity != null && identity.name().type() == EntityType.MON
                && connection.peerName().type() == EntityType.MON;
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
