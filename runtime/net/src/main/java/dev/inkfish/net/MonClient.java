package dev.inkfish.net;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MAuth;
import dev.inkfish.wire.message.MAuthReply;
import dev.inkfish.wire.message.MLog;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonCommandAck;
import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MMonGetVersion;
import dev.inkfish.wire.message.MMonGetVersionReply;
import dev.inkfish.wire.message.MMonMap;
import dev.inkfish.wire.message.MMonSubscribe;
import dev.inkfish.wire.message.MMonSubscribeAck;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A daemon's or client's session with the monitors (`src/mon/MonClient.h`): finds one that answers,
/// authenticates, keeps subscriptions across reconnects, sends commands. Methods may be called from any
/// thread; callbacks come on the messenger's event loop.
public final class MonClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MonClient.class);
    /// Ceph's `mon_client_hunt_interval`; `mon_client_ping_interval` and `mon_client_ping_timeout` are half of Ceph's: an OSD
    /// whose monitor is cut off reports a dead peer no earlier than this lets it find another.
    private static final long HUNT_MILLIS = 3000;
    /// Where all monitors were silent for too long, each may take longer (`mon_client_hunt_interval_backoff`).
    private static final long LONGEST_HUNT_MILLIS = 30_000;
    private static final long PING_SECONDS = 5;
    private static final long PING_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(15);
    /// Something was sent: a monitor not heard of for the first of these is asked whether it is there, and has the second to
    /// say so. Others may wait for what we have to say, as for the report of a dead OSD on the monitor's host.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SILENT_MILLIS = 4000;
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LAST_BACKOFF_MILLIS = 1000;
    private static final int MAX_WAITING = 10_000;

    /// What the owner is told.
    public interface Listener {
        /// A session with a monitor is up, the first time and after each reconnect. A daemon has its
        /// rotating keys then.
        default void onSession(long globalId) {}

        /// A monitor map arrived, encoded.
        default void onMonMap(Bytes monMap) {}

        /// A monitor refuses us (`code` below zero); others are tried, and the same one again later.
        default void onRefused(int code, String reason) {}

        /// Whatever else the monitor sends: maps, configuration, replies to what [#send] sent.
        void onMessage(Connection connection, Message message, long tid);
    }

    /// Takes the answer to a command.
    @FunctionalInterface
    public interface CommandCallback {
        /// @param code 0 or above, or a negative errno
        /// @param status the one line for people
        void onReply(int code, String status, Bytes output);
    }

    /// Takes the answer to [#getVersion].
    @FunctionalInterface
    public interface VersionCallback {
        void onVersion(long newest, long oldest);
    }

    private record Command(String text, Bytes input, CommandCallback callback) {}

    private record Query(String map, VersionCallback callback) {}

    private record Waiting(Message message, long tid) {}

    private final NettyMessenger messenger;
    private final EntityAuthName name;
    private final ClientAuth auth;
    private final Listener listener;
    private final EventLoop loop;
    private final String hostname;
    private final Subscriptions subscriptions = new Subscriptions();
    private final NavigableMap<Long, Command> commands = new TreeMap<>();
    private final NavigableMap<Long, Query> queries = new TreeMap<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private List<EntityAddrVec> monitors;
    private final List<EntityAddrVec> untried = new ArrayList<>();
    /// Those that did not answer in time when they were tried last: tried after the others.
    private final Set<EntityAddrVec> silent = new HashSet<>();
    private @Nullable MonMap monMap;
    private @Nullable Connection connection;
    private @Nullable MonAuth monAuth;
    /// The session is up: everything may be sent.
    private boolean established;
    private boolean closed;
    private int attempt;
    private long backoffMillis = FIRST_BACKOFF_MILLIS;
    private long huntMillis = HUNT_MILLIS;
    private long lastAnswer;
    private boolean askedWhetherThere;
    private long lastTid;
    private long lastLogSeq;
    private volatile long globalId;

    private MonClient(
            NettyMessenger messenger,
            EntityAuthName name,
            ClientAuth auth,
            List<EntityAddrVec> monitors,
            Listener listener) {
        this.messenger = messenger;
        this.name = name;
        this.auth = auth;
        this.monitors = List.copyOf(monitors);
        this.listener = listener;
        this.loop = messenger.loop();
        String host = System.getenv("HOSTNAME");
        this.hostname = host == null ? "localhost" : host;
    }

    /// @param auth the one the messenger connects with; with cephx its tickets and rotating keys are kept up
    /// @param monitors addresses to try, one vector per monitor, as from `mon_host`
    public static MonClient create(
            NettyMessenger messenger,
            EntityAuthName name,
            ClientAuth auth,
            List<EntityAddrVec> monitors,
            Listener listener) {
        if (monitors.isEmpty()) {
            throw new CephException(Errno.EINVAL, "no monitors are known (mon_host)");
        }
        return new MonClient(messenger, name, auth, monitors, listener);
    }

    /// Begins to look for a monitor.
    public void start() {
        loop.execute(() -> {
            subscriptions.want("monmap", 0, false);
            hunt();
        });
        loop.schedule(this::tick, PING_SECONDS, TimeUnit.SECONDS);
    }

    /// 0 before the first session.
    public long globalId() {
        return globalId;
    }

    /// Wants every version of a map from `start` on ("osdmap", "mgrmap", "config"); 0 is whatever is newest.
    public void subscribe(String what, long start) {
        loop.execute(() -> want(what, start, false));
    }

    /// Wants the next version from `start` on, once.
    public void subscribeOnce(String what, long start) {
        loop.execute(() -> want(what, start, true));
    }

    private void want(String what, long start, boolean once) {
        if (subscriptions.want(what, start, once) && established) {
            renewSubscriptions();
        }
    }

    public void unsubscribe(String what) {
        loop.execute(() -> subscriptions.unwant(what));
    }

    /// Says that versions up to this one have come, so that after a reconnect the subscription goes on behind it.
    public void received(String what, long version) {
        loop.execute(() -> subscriptions.got(what, version));
    }

    /// @param command the JSON text of the command, `{"prefix": "status"}`
    public void command(String command, Bytes input, CommandCallback callback) {
        loop.execute(() -> {
            if (closed) {
                callback.onReply(Errno.ENOTCONN.code(), "shut down", Bytes.EMPTY);
                return;
            }
            long tid = ++lastTid;
            commands.put(tid, new Command(command, input, callback));
            if (established) {
                sendCommand(tid, commands.get(tid));
                beSureOfIt(now());
            }
        });
    }

    public void getVersion(String map, VersionCallback callback) {
        loop.execute(() -> {
            long handle = ++lastTid;
            queries.put(handle, new Query(map, callback));
            if (established) {
                now().send(new MMonGetVersion(handle, map), handle);
                beSureOfIt(now());
            }
        });
    }

    private void beSureOfIt(Connection mine) {
        long asked = System.nanoTime();
        if (askedWhetherThere || asked - lastAnswer < QUIET_NANOS) {
            return;
        }
        askedWhetherThere = true;
        mine.sendKeepalive();
        loop.schedule(
                () -> {
                    if (mine == connection && established) {
                        askedWhetherThere = false;
                        if (lastAnswer - asked < 0) {
                            lookForAnother();
                        }
                    }
                },
                SILENT_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private void lookForAnother() {
        LOG.warn("{}: the monitor does not answer, looking for another", name);
        silent.add(now().peerAddrs());
        abandonSession();
        huntLater();
    }

    /// Sends to the monitor of the session, or to the next one as soon as there is a session; not sent
    /// again when the session breaks: what must arrive is sent again in [Listener#onSession].
    public void send(Message message, long tid) {
        loop.execute(() -> {
            if (established) {
                now().send(message, tid);
                beSureOfIt(now());
            } else if (!closed && waiting.size() < MAX_WAITING) {
                waiting.add(new Waiting(message, tid));
            }
        });
    }

    public void send(Message message) {
        send(message, 0);
    }

    /// A number for a request that no other request of this client has.
    public void withTid(java.util.function.LongConsumer use) {
        loop.execute(() -> use.accept(++lastTid));
    }

    /// Puts a line into the cluster log.
    ///
    /// @param priority as in [LogEntry]
    public void log(int priority, String channel, String text) {
        loop.execute(() -> {
            MonMap map = monMap;
            if (!established || map == null) {
                return;
            }
            LogEntry entry = new LogEntry(
                    name,
                    messenger.name(),
                    messenger.addrs(),
                    dev.inkfish.wire.Utime.ofMillis(System.currentTimeMillis()),
                    ++lastLogSeq,
                    priority,
                    text,
                    channel);
            now().send(new MLog(0, map.fsid(), List.of(entry)));
        });
    }

    private Connection now() {
        Connection current = connection;
        if (current == null) {
            throw new IllegalStateException("no session");
        }
        return current;
    }

    // Finding a monitor.

    private void hunt() {
        if (closed || connection != null) {
            return;
        }
        if (untried.isEmpty()) {
            untried.addAll(monitors);
        }
        List<EntityAddrVec> best = untried.stream().filter(each -> !silent.contains(each)).toList();
        List<EntityAddrVec> choice = best.isEmpty() ? untried : best;
        EntityAddrVec next = choice.get(ThreadLocalRandom.current().nextInt(choice.size()));
        untried.remove(next);
        int mine = ++attempt;
        long limit = huntMillis;
        monAuth = null;
        connection = messenger.connectTcp(EntityType.MON, next, ConnectionPolicy.LOSSY, new MonDispatcher());
        loop.schedule(
                () -> {
                    if (mine == attempt && !established) {
                        LOG.info("{}: no session with {} within {} ms", name, next, limit);
                        silent.add(next);
                        if (untried.isEmpty()) {
                            huntMillis = Math.min(limit * 3 / 2, LONGEST_HUNT_MILLIS);
                        }
                        abandonSession();
                        huntLater();
                    }
                },
                limit,
                TimeUnit.MILLISECONDS);
    }

    private void huntLater() {
        if (closed) {
            return;
        }
        // all have been tried: give them time
        boolean all = untried.isEmpty();
        long wait = all ? backoffMillis : 0;
        if (all) {
            backoffMillis = Math.min(backoffMillis * 2, LAST_BACKOFF_MILLIS);
        }
        loop.schedule(this::hunt, wait, TimeUnit.MILLISECONDS);
    }

    private void abandonSession() {
        Connection old = connection;
        connection = null;
        established = false;
        monAuth = null;
        attempt++;
        if (old != null) {
            old.close();
        }
    }

    private void connected(TcpConnection to) {
        lastAnswer = System.nanoTime();
        boolean loggedIn = to.assignedId() != 0;
        MonAuth session = new MonAuth(name, auth, loggedIn);
        monAuth = session;
        if (loggedIn) {
            globalId = to.assignedId();
            proceed();
        } else {
            to.send(session.begin(monMap == null ? 0 : monMap.epoch()));
        }
    }

    /// Goes on with the session once we are logged in: monitor map, keys, then everything else.
    private void proceed() {
        MonAuth session = monAuth;
        if (session == null || !session.loggedIn() || established) {
            return;
        }
        if (session.globalId() != 0) {
            globalId = session.globalId();
        }
        if (messenger.name().type() == EntityType.CLIENT && messenger.name().number() != globalId) {
            messenger.rename(EntityName.client(globalId));
        }
        renewTickets();
        if (session.waitsForKeys()) {
            return;
        }
        if (monMap == null) {
            now().send(new MMonGetMap());
            return;
        }
        established = true;
        askedWhetherThere = false;
        silent.remove(now().peerAddrs());
        subscriptions.reload();
        renewSubscriptions();
        commands.forEach(this::sendCommand);
        queries.forEach((handle, query) -> now().send(new MMonGetVersion(handle, query.map), handle));
        listener.onSession(globalId);
        for (Waiting each = waiting.poll(); each != null && established; each = waiting.poll()) {
            now().send(each.message, each.tid);
        }
    }

    private void renewSubscriptions() {
        NavigableMap<String, MMonSubscribe.Item> ask = subscriptions.take();
        if (!ask.isEmpty()) {
            now().send(new MMonSubscribe(ask, hostname));
        }
    }

    private void sendCommand(long tid, Command command) {
        MonMap map = monMap;
        if (map != null) {
            now().send(new MMonCommand(map.fsid(), List.of(command.text), command.input), tid);
        }
    }

    private void renewTickets() {
        MonAuth session = monAuth;
        MAuth ask = session == null ? null : session.renewal();
        if (ask != null) {
            now().send(ask);
        }
    }

    private void tick() {
        if (closed) {
            return;
        }
        if (established) {
            // not at once: a monitor without a quorum ends each session soon after it has begun, and others are to have their turn
            untried.clear();
            huntMillis = HUNT_MILLIS;
            backoffMillis = FIRST_BACKOFF_MILLIS;
            if (System.nanoTime() - lastAnswer > PING_TIMEOUT_NANOS) {
                lookForAnother();
            } else if (monAuth != null && monAuth.needsLogin()) {
                abandonSession();
                huntLater();
            } else {
                now().sendKeepalive();
                renewTickets();
            }
        }
        loop.schedule(this::tick, PING_SECONDS, TimeUnit.SECONDS);
    }

    // What the monitor says.

    private final class MonDispatcher implements Dispatcher {
        @Override
        public void onConnected(Connection to) {
            if (to == connection && to instanceof TcpConnection tcp) {
                connected(tcp);
            }
        }

        @Override
        public void onReset(Connection lost) {
            if (lost != connection) {
                return;
            }
            TcpConnection tcp = (TcpConnection) lost;
            LOG.debug("{}: session with {} is over: {}", name, lost.peerAddrs(), tcp.closeReason());
            abandonSession();
            if (tcp.closeCode() < 0) {
                listener.onRefused(tcp.closeCode(), tcp.closeReason());
            }
            huntLater();
        }

        @Override
        public void onKeepaliveAnswer(Connection from) {
            lastAnswer = System.nanoTime();
        }

        @Override
        public void onMessage(Connection from, Message message, long tid) {
            if (from == connection) {
                lastAnswer = System.nanoTime();
                handle(from, message, tid);
            }
        }
    }

    private void handle(Connection from, Message message, long tid) {
        switch (message) {
            case MAuthReply reply -> authReply(reply);
            case MMonMap map -> monMap(map.monMap());
            case MMonSubscribeAck ack -> LOG.debug("{}: subscribed", name);
            case MMonCommandAck ack -> {
                Command command = commands.remove(tid);
                if (command != null) {
                    command.callback.onReply(ack.result(), ack.status(), ack.data());
                }
            }
            case MMonGetVersionReply reply -> {
                Query query = queries.remove(reply.handle());
                if (query != null) {
                    query.callback.onVersion(reply.version(), reply.oldest());
                }
            }
            default -> listener.onMessage(from, message, tid);
        }
    }

    private void authReply(MAuthReply reply) {
        MonAuth session = monAuth;
        if (session == null) {
            return;
        }
        try {
            boolean before = session.loggedIn();
            MAuth next = session.reply(reply);
            if (next != null) {
                now().send(next);
            } else if (!before || !established) {
                proceed();
            } else {
                renewTickets();
            }
        } catch (CephException e) {
            LOG.warn("{}: {}", name, e.getMessage());
            abandonSession();
            listener.onRefused(e.code(), String.valueOf(e.getMessage()));
            huntLater();
        }
    }

    private void monMap(Bytes encoded) {
        MonMap map;
        try {
            map = MonMap.decode(encoded.reader());
        } catch (DecodeException e) {
            LOG.error("{}: monitor map: {}", name, e.getMessage());
            return;
        }
        List<EntityAddrVec> known = new ArrayList<>();
        for (MonInfo monitor : map.monitors().values()) {
            known.add(monitor.addrs());
        }
        if (!known.isEmpty()) {
            monitors = List.copyOf(known);
        }
        monMap = map;
        subscriptions.got("monmap", map.epoch());
        listener.onMonMap(encoded);
        proceed();
    }

    /// Ends the session; commands not answered fail.
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            abandonSession();
            commands.values()
                    .forEach(each -> each.callback.onReply(Errno.ENOTCONN.code(), "shut down", Bytes.EMPTY));
            commands.clear();
            queries.clear();
            waiting.clear();
        });
    }
}
