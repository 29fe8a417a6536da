package dev.inkfish.mgr.daemon;

import dev.inkfish.conf.Conf;
import dev.inkfish.conf.CrashDump;
import dev.inkfish.conf.RuntimeConfig;
import dev.inkfish.wire.message.MConfig;
import dev.inkfish.mgr.prometheus.Snapshot;
import dev.inkfish.mgr.prometheus.PrometheusModule;
import dev.inkfish.mgr.restful.RestfulModule;
import dev.inkfish.mgr.core.ModuleStore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.net.InetSocketAddress;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.conf.LocalCommands;
import dev.inkfish.net.AdminSocket;
import java.util.NavigableMap;
import dev.inkfish.wire.mon.OsdPerfQuery;
import dev.inkfish.mgr.command.MgrModuleCommands;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.mgr.rbd.RbdHost;
import dev.inkfish.mgr.rbd.RbdSupport;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CephxServiceAuth;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.cephx.caps.MgrCap;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.mgr.command.Modules;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.MgrEffects;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.MessengerGroups;
import dev.inkfish.net.MonClient;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MMgrMap;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MPoolOp;
import dev.inkfish.wire.message.MPoolOpReply;
import dev.inkfish.wire.message.Message;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running manager (`ceph-mgr`): the core on its own thread, a messenger, a session with the monitors.
public final class MgrDaemon implements AutoCloseable, MgrEffects, Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(MgrDaemon.class);
    private static final long TICK_MILLIS = 200;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MgrConfig config;
    private final MgrCore core;
    private final NettyMessenger messenger;
    private final MonClient monitors;
    private final MonitorQuestions asked;
    private final PoolOps poolOps;
    private final RadosClient rados;
    private final RbdSupport rbd;
    private final PrometheusModule prometheus;
    private final RestfulModule restful;
    private @Nullable AdminSocket adminSocket;
    private volatile Runnable aborted = () -> {};
    private boolean active;
    private int passedOn;
    private final CoreThread thread;
    private final ConcurrentMap<Long, Connection> connections = new ConcurrentHashMap<>();
    private final AtomicLong nextSession = new AtomicLong(1);

    private MgrDaemon(MgrConfig config) {
        this.config = config;
        thread = new CoreThread("mgr." + config.name());
        EntityAuthName name = EntityAuthName.parse("mgr." + config.name());
        CryptoKey key = config.key();
        ClientAuth clientAuth;
        ServerAuth serverAuth;
        if (key == null) {
            clientAuth = NoneAuth.client(name);
            serverAuth = NoneAuth.server(() -> Math.abs(RANDOM.nextLong()));
        } else {
            CephxClient cephx = new CephxClient(
                    name,
                    key,
                    List.of(EntityType.OSD, EntityType.MGR),
                    List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE),
                    MgrDaemon::random,
                    MgrDaemon::now);
            clientAuth = cephx;
            serverAuth = new CephxServiceAuth(cephx.serviceKeys(), AuthPolicy.CEPHX, MgrDaemon::random, MgrDaemon::now);
        }
        int nonce = RANDOM.nextInt() & Integer.MAX_VALUE;
        NettyMessenger.Builder builder = NettyMessenger.builder(new EntityName(EntityType.MGR, 0), config.loops())
                .clientAuth(clientAuth)
                .serverAuth(serverAuth)
                .dispatcher(this)
                .identity(new Identity(name, 0, Bytes.utf8("allow *"), true))
                .nonce(nonce)
                .localNetwork(config.network());
        config.bind().forEach(builder::bind);
        messenger = builder.build();
        TreeMap<String, String> metadata = new TreeMap<>(config.metadata());
        String address = config.bind().getFirst().toSocketAddress().getAddress().getHostAddress();
        metadata.put("addr", address);
        // of the session to the monitors, which no port is bound for
        metadata.put("addrs", address + ":0/" + nonce);
        rados = new RadosClient(messenger, "mgr." + config.name() + "-rados");
        rbd = new RbdSupport(new RbdSurroundings());
        List<MgrModuleCommands> modules = new ArrayList<>(Modules.all(this::coreOf, config.conf()));
        modules.add(rbd);
        prometheus = new PrometheusModule(new MetricsHost());
        modules.add(prometheus);
        restful = new RestfulModule(new RestfulHost());
        modules.add(restful);
        core = new MgrCore(config.name(), config.fsid(), config.conf(), metadata, modules, new CommandTable(), this);
        new ObjecterCommand(rados, this::post).register(core.tells());
        asked = new MonitorQuestions(this::monitors);
        poolOps = new PoolOps(config.fsid(), this::monitors);
        monitors = MonClient.create(messenger, name, clientAuth, config.monitors(), new Monitors());
    }

    private MonClient monitors() {
        return monitors;
    }

    private MgrCore coreOf() {
        return core;
    }

    /// @throws CephException with one line to show
    public static MgrDaemon start(MgrConfig config) {
        MgrDaemon daemon = new MgrDaemon(config);
        daemon.messenger.start();
        daemon.monitors.start();
        daemon.monitors.subscribe("mgrmap", 0);
        daemon.monitors.subscribe("osdmap", 0);
        daemon.monitors.subscribe("config", 0);
        daemon.adminSocket = AdminSocket.open(config.conf().string("admin_socket"), (json, answer) ->
                daemon.post(() -> LocalCommands.run(daemon.core.tells(), json, now(),
                        done -> answer.done(done.code(), done.outs(), done.data()))));
        daemon.thread.tick(() -> daemon.guarded(() -> daemon.core.tick(now())), TICK_MILLIS);
        return daemon;
    }

    /// Called when it has ended by a bug: nothing else tells.
    public void whenAborted(Runnable action) {
        aborted = action;
    }

    public NettyMessenger messenger() {
        return messenger;
    }

    @Override
    public void close() {
        if (adminSocket != null) {
            adminSocket.close();
        }
        prometheus.close();
        restful.close();
        rbd.stop();
        rados.close();
        thread.stop();
        monitors.close();
        messenger.close();
        thread.awaitEnd();
    }

    private void post(Runnable task) {
        thread.post(() -> guarded(task));
    }

    /// A bug stops the manager: the monitors see no more beacons and choose another one.
    private void guarded(Runnable task) {
        try {
            task.run();
            followMap();
        } catch (RuntimeException | Error e) {
            LOG.error("mgr.{}: halted by a bug", config.name(), e);
            String name = "mgr." + config.name();
            LOG.error("crash report: {}", CrashDump.write(config.conf(), name, name, e));
            thread.stop();
            messenger.close();
            aborted.run();
            throw e;
        }
    }

    /// Passes on the OSD map, and whether we are the active manager. On the core's thread.
    private void followMap() {
        OsdMap map = core.pgMap().osdMap();
        if (map.epoch() > passedOn) {
            passedOn = map.epoch();
            rados.onMap(map);
        }
        if (core.isActive() != active) {
            active = core.isActive();
            if (active) {
                rbd.start();
            } else {
                rbd.stop();
            }
        }
        prometheus.follow(active && core.isEnabled(prometheus.name()));
        restful.follow(active && core.isEnabled(restful.name()));
    }

    /// Asks the core's thread, and waits.
    private <T> T onCore(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        post(() -> answer.complete(question.get()));
        return MonitorQuestions.await(answer);
    }

    private final class RestfulHost implements RestfulModule.Host {
        @Override
        public Map<String, String> options() {
            return RuntimeConfig.current(config.conf());
        }

        @Override
        public NavigableMap<String, NavigableMap<String, MgrSession.Counter>> counters() {
            return onCore(() -> Snapshot.counters(core));
        }

        @Override
        public JsonNode ask(String members) {
            return asked.inJson(members);
        }

        @Override
        public ModuleStore store() {
            return core.store();
        }

        @Override
        public String name() {
            return config.name();
        }

        @Override
        public InetSocketAddress address() {
            return config.serving("restful", messenger.addrs());
        }

        @Override
        public void serving(@Nullable String uri) {
            core.endpoint("restful", uri);
        }

        @Override
        public void post(Runnable task) {
            MgrDaemon.this.post(task);
        }
    }

    private final class MetricsHost implements PrometheusModule.Host {
        @Override
        public Snapshot snapshot() {
            return onCore(() -> Snapshot.of(core));
        }

        @Override
        public <T> T onCore(Supplier<T> question) {
            return MgrDaemon.this.onCore(question);
        }

        @Override
        public void post(Runnable task) {
            MgrDaemon.this.post(task);
        }

        @Override
        public ModuleStore store() {
            return core.store();
        }

        @Override
        public JsonNode ask(String members) {
            return asked.inJson(members);
        }

        @Override
        public String option(String name) {
            return config.conf().string("mgr/prometheus/" + name);
        }

        @Override
        public Map<List<String>, long[]> imageSums(String spec) {
            return rbd.imageSums(spec);
        }

        @Override
        public InetSocketAddress address() {
            return config.serving("prometheus", messenger.addrs());
        }

        @Override
        public void serving(@Nullable String uri) {
            core.endpoint("prometheus", uri);
        }

        @Override
        public void problem(@Nullable String text) {
            core.problem("prometheus", text);
        }
    }

    private final class RbdSurroundings implements RbdHost {
        @Override
        public RadosClient rados() {
            return rados;
        }

        @Override
        public String defaultPool() {
            return "rbd"; // rbd_default_pool is an option of clients
        }

        @Override
        public void awaitLatestMap() {
            CompletableFuture<Long> newest = new CompletableFuture<>();
            monitors.getVersion("osdmap", (last, first) -> newest.complete(last));
            rados.awaitMap(newest);
        }

        @Override
        public String moduleOption(String module, String name) {
            return config.conf().string("mgr/" + module + "/" + name);
        }

        @Override
        public void setModuleOption(String module, String name, @Nullable String value) {
            var command = JSON.createObjectNode().put("prefix", value == null ? "config rm" : "config set")
                    .put("who", "mgr").put("name", "mgr/" + module + "/" + name);
            if (value != null) {
                command.put("value", value);
            }
            asked.ask(command);
        }

        @Override
        public void blocklist(EntityAddr client) {
            asked.ask(JSON.createObjectNode().put("prefix", "osd blocklist").put("blocklistop", "add").put("addr", client.bare()));
            awaitLatestMap();
        }

        @Override
        public long createSnapId(long pool) {
            return poolOps.run(pool, MPoolOp.CREATE_UNMANAGED_SNAP, 0).reader().u64();
        }

        @Override
        public void removeSnapId(long pool, long snap) {
            poolOps.run(pool, MPoolOp.DELETE_UNMANAGED_SNAP, snap);
        }

        @Override
        public String configKey(String key) {
            return asked.ask(JSON.createObjectNode().put("prefix", "config-key get").put("key", key)).utf8();
        }

        @Override
        public void addPerfQuery(OsdPerfQuery query, List<OsdPerfQuery.Limit> limits) {
            post(() -> core.addPerfQuery(query, limits));
        }

        @Override
        public void removePerfQuery(OsdPerfQuery query) {
            post(() -> core.removePerfQuery(query));
        }

        @Override
        public NavigableMap<List<List<String>>, long[]> takePerf(OsdPerfQuery query) {
            return onCore(() -> core.perf().take(query));
        }

        @Override
        public void progress(String id, String message, double progress, JsonNode refs) {
            post(() -> core.progress().update(id, message, progress, refs, false, now()));
        }

        @Override
        public void completed(String id) {
            post(() -> core.progress().complete(id, now()));
        }

        @Override
        public void failed(String id, String why) {
            post(() -> core.progress().fail(id, why, now()));
        }
    }

    static Utime now() {
        Instant instant = Instant.now();
        return new Utime((int) instant.getEpochSecond(), instant.getNano());
    }

    private static Bytes random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    // ---- effects, on the core's thread

    @Override
    public void toMonitor(Message message, long tid) {
        monitors.send(message, tid);
    }

    @Override
    public void askMonitors(String command, Consumer<CommandResult.Done> answer) {
        monitors.command(command, Bytes.EMPTY, (code, status, output) ->
                post(() -> answer.accept(new CommandResult.Done(code, status, output))));
    }

    @Override
    public void send(MgrSession session, Message message, long tid) {
        Connection connection = connections.get(session.id());
        if (connection != null) {
            connection.send(message, tid);
        }
    }

    @Override
    public void toOsd(int osd, Message message) {
        var addrs = core.pgMap().osdMap().publicAddrs(osd);
        messenger.connect(EntityType.OSD, addrs, ConnectionPolicy.LOSSY).send(message);
    }

    @Override
    public void counters(PerfGroups all) {
        MessengerGroups.add(all, List.of(messenger));
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void log(String text) {
        LOG.info("mgr.{}: {}", config.name(), text);
    }

    // ---- the network, on an event loop's thread

    private final class Monitors implements MonClient.Listener {
        @Override
        public void onSession(long globalId) {
            post(() -> core.session(globalId, messenger.addrs(), now()));
        }

        @Override
        public void onRefused(int code, String reason) {
            LOG.warn("mgr.{}: the monitor refuses: {}", config.name(), reason);
        }

        @Override
        public void onMessage(Connection connection, Message message, long tid) {
            switch (message) {
                case MConfig settings ->
                    post(() -> config.conf().replaceLayer(Conf.Layer.MON, settings.config()));
                case MPoolOpReply reply -> poolOps.answered(reply, tid);
                case MMgrMap map -> monitors.received("mgrmap", map.map().epoch());
                case MOSDMap maps -> {
                    int newest = Math.max(
                            maps.maps().isEmpty() ? 0 : maps.maps().lastKey(),
                            maps.incrementals().isEmpty() ? 0 : maps.incrementals().lastKey());
                    monitors.received("osdmap", newest);
                }
                default -> {}
            }
            post(() -> core.fromMonitor(message, tid, now()));
        }
    }

    @Override
    public void onAccepted(Connection connection) {
        Identity identity = connection.identity();
        if (identity == null) {
            connection.close();
            return;
        }
        MgrSession session = new MgrSession(
                nextSession.getAndIncrement(),
                connection.peerName(),
                identity.name(),
                clientAddr(connection),
                capsOf(identity));
        connection.attach(session);
        connections.put(session.id(), connection);
        post(() -> core.opened(session));
    }

    private static EntityAddr clientAddr(Connection connection) {
        return connection.peerAddrs().isEmpty() ? connection.peerSocketAddr() : connection.peerAddrs().front();
    }

    private MgrCap capsOf(Identity identity) {
        if (identity.allowAll() || config.key() == null) {
            return MgrCap.ALL;
        }
        if (identity.caps().isEmpty()) {
            return MgrCap.NONE; // as `profile rbd` for mon and osd only: nothing to complain about
        }
        try {
            return MgrCap.parse(identity.caps().utf8());
        } catch (CephException e) {
            LOG.warn("mgr.{}: {} has capabilities that make no sense: {}", config.name(), identity.name(), e.getMessage());
            return MgrCap.NONE;
        }
    }

    @Override
    public void onMessage(Connection connection, Message message, long tid) {
        if (attached(connection) instanceof MgrSession session) {
            post(() -> core.message(session, message, tid, now()));
        }
    }

    @Override
    public void onReset(Connection connection) {
        MgrSession session = attached(connection);
        if (session != null && connections.remove(session.id(), connection)) {
            post(() -> core.closed(session));
        }
    }

    private static @Nullable MgrSession attached(Connection connection) {
        return connection.attachment() instanceof MgrSession session ? session : null;
    }
}
