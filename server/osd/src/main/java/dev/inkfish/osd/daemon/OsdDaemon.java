package dev.inkfish.osd.daemon;

import dev.inkfish.conf.Conf;
import dev.inkfish.net.AdminSocket;
import dev.inkfish.net.ClientThrottle;
import dev.inkfish.net.MonClient;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.objectstore.FaultyStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.pg.PgSettings;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDMarkMeDown;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running OSD (`ceph-osd`): a control thread for maps, monitors and peers, and shards for groups.
///
/// Life of a write: messenger's loop → [OsdDispatcher] → [OsdShard] (gate, group, client operations, log,
/// replicas and store) → commits come back to the shard → reply through the session.
public final class OsdDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OsdDaemon.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long CHECK_MILLIS = 1000;
    private static final int SHARDS_MEET_SECONDS = 120;

    private static final String RECOVERY_DELAY = "osd_recovery_delay_start";
    private final OsdConfig config;
    private final MapStore maps;
    private final ScheduledThreadPoolExecutor control;
    private final List<OsdShard> shards = new ArrayList<>();
    private final NettyMessenger publicMessenger;
    private final NettyMessenger clusterMessenger;
    private final MonClient monClient;
    private final OsdPeers peers;
    private final MonLink monLink;
    private final Heartbeats heartbeats;
    private final ThreadHealth health = new ThreadHealth(System::nanoTime);
    private final Reporter reporter;
    private final Backfills backfills;
    private final ClientThrottle throttle = new ClientThrottle();
    private final Fullness fullness = new Fullness(this);
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private final MapShare mapShare = new MapShare(this);
    private final ScrubSchedule scrubs;
    private final OsdDispatcher dispatcher;
    private @Nullable AdminSocket adminSocket;
    private final ClusterLog clusterLog;
    private final OsdBoot boot;
    private final CountDownLatch markedDown = new CountDownLatch(1);
    private final AtomicBoolean counted = new AtomicBoolean();
    private final CyclicBarrier shardsMeet;
    private volatile OsdMap map;
    private volatile boolean stopping;
    private volatile long complaintNanos = Long.MAX_VALUE;
    private volatile ObjectStore store;
    private final AtomicLong repaired = new AtomicLong();

    private OsdDaemon(OsdConfig config, MapStore maps) {
        this.config = config;
        this.maps = maps;
        this.store = config.store();
        this.map = maps.view(maps.newest()).osdMap();
        String name = "osd." + config.whoami();
        control = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, name));
        control.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        control.setRemoveOnCancelPolicy(true);
        Conf conf = config.conf();
        String cluster = conf.string("fsid");
        if (!cluster.isEmpty() && !cluster.equalsIgnoreCase(maps.superblock().clusterFsid().toString())) {
            throw new CephException(Errno.EINVAL, name + " belongs to cluster " + maps.superblock().clusterFsid()
                    + ", the configuration is of cluster " + cluster);
        }
        dispatcher = new OsdDispatcher(this);
        limitClients();
        publicMessenger = messenger(config, config.publicBind(), dispatcher).throttle(throttle).build();
        clusterMessenger = messenger(config, config.clusterBind(), dispatcher).build();
        peers = new OsdPeers(clusterMessenger, config.whoami());
        boot = new OsdBoot(this);
        monClient = MonClient.create(
                publicMessenger, EntityAuthName.parse(name), config.clientAuth(), config.monitors(), boot);
        monLink = new MonLink(this, monClient);
        heartbeats = new Heartbeats(this);
        reporter = new Reporter(this);
        scrubs = new ScrubSchedule(this);
        clusterLog = new ClusterLog(this);
        backfills = new Backfills((int) Math.max(1, conf.integer("osd_max_backfills")));
        int count = (int) conf.integer("osd_op_num_shards");
        int threads = count > 0 ? count : Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
        for (int i = 0; i < threads; i++) {
            shards.add(new OsdShard(this, i, threads, maps.view(maps.newest()), settings(conf)));
        }
        shardsMeet = new CyclicBarrier(threads);
        conf.onChange(changed -> {
            PgSettings settings = settings(conf);
            shards.forEach(shard -> shard.settings(settings));
            control(this::limitRecovery);
            if (changed.contains(RECOVERY_DELAY)) {
                control(this::deferRecovery);
            }
        });
    }

    /// Recovery leaves room for clients: so many objects at a time in all shards together, so many groups that backfill.
    private void limitRecovery() {
        Conf conf = config.conf();
        backfills.places((int) Math.max(1, conf.integer("osd_max_backfills")));
        int most = (settings(conf).recoveryActive() + shards.size() - 1) / shards.size();
        long sleep = (long) (conf.decimal("osd_recovery_sleep") * 1e9);
        shards.forEach(shard -> shard.post(() -> shard.recoveryLimits(most, sleep)));
    }

    /// Nothing is recovered for a while.
    private void deferRecovery() {
        double seconds = config.conf().decimal(RECOVERY_DELAY);
        long until = seconds > 0 ? System.nanoTime() + (long) (seconds * 1e9) : Long.MIN_VALUE;
        shards.forEach(shard -> shard.post(() -> shard.deferRecovery(until)));
    }

    private static NettyMessenger.Builder messenger(OsdConfig config, List<EntityAddr> bind, OsdDispatcher dispatcher) {
        NettyMessenger.Builder builder = NettyMessenger.builder(EntityName.osd(config.whoami()), config.loops())
                .serverAuth(config.serverAuth())
                .clientAuth(config.clientAuth())
                .dispatcher(dispatcher)
                .localNetwork(config.network())
                .nonce(RANDOM.nextInt() & 0x7fffffff);
        bind.forEach(builder::bind);
        return builder;
    }

    private void limitClients() {
        Conf conf = config.conf();
        complaintNanos = (long) (conf.decimal("osd_op_complaint_time") * 1e9);
        OpCost.limit(throttle, conf.integer("osd_client_message_size_cap"), conf.integer("osd_client_message_cap"));
    }

    private static PgSettings settings(Conf conf) {
        int active = (int) conf.integer("osd_recovery_max_active");
        return new PgSettings(
                (int) conf.integer("osd_min_pg_log_entries"),
                (int) conf.integer("osd_max_pg_log_entries"),
                (int) conf.integer("osd_pg_log_dups_tracked"),
                active > 0 ? active : 10,
                conf.integer("osd_recovery_max_chunk"),
                (int) conf.integer("osd_backfill_scan_max"),
                conf.integer("osd_async_recovery_min_cost"),
                conf.integer("osd_force_auth_primary_missing_objects"));
    }

    /// Makes a store into one of a new OSD, and waits until that is durable.
    ///
    /// @throws CephException EEXIST if it is one already
    public static void mkfs(ObjectStore store, UUID cluster, int whoami, UUID osd) {
        if (MapStore.exists(store)) {
            throw new CephException(Errno.EEXIST, "the store holds an OSD already");
        }
        CountDownLatch durable = new CountDownLatch(1);
        MapStore.create(store, cluster, whoami, osd, durable::countDown);
        try {
            durable.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CephException(Errno.EINTR);
        }
    }

    /// Whether [#mkfs] was done.
    public static boolean isMade(ObjectStore store) {
        return MapStore.exists(store);
    }

    /// Starts; returns when it listens. That it is up is seen in the monitors' map.
    ///
    /// @throws CephException with one line to show
    public static OsdDaemon start(OsdConfig config) {
        MapStore maps = MapStore.load(config.store());
        int whoami = maps.superblock().whoami();
        if (whoami != config.whoami()) {
            throw new CephException(
                    Errno.EINVAL, "osd." + config.whoami() + ": the store is osd." + whoami + "'s");
        }
        OsdDaemon daemon = new OsdDaemon(config, maps);
        try {
            daemon.clusterMessenger.start();
            daemon.publicMessenger.start();
        } catch (CephException e) {
            daemon.control.shutdownNow();
            daemon.clusterMessenger.close();
            daemon.publicMessenger.close();
            throw e;
        }
        daemon.counted.set(true);
        OpCost.onOsd(1);
        daemon.every(CHECK_MILLIS, daemon::limitClients); // the options and the number of OSDs may change
        for (OsdShard shard : daemon.shards) {
            shard.post(shard::load);
            shard.start();
        }
        daemon.control(daemon::limitRecovery);
        daemon.control(daemon::deferRecovery);
        daemon.control(daemon.boot::start);
        daemon.watchThreads();
        daemon.every(CHECK_MILLIS, daemon::checkThreads);
        daemon.every(CHECK_MILLIS, daemon.heartbeats::tick);
        daemon.every(CHECK_MILLIS, daemon.boot::tick);
        daemon.every(CHECK_MILLIS, daemon.fullness::check);
        daemon.every(ScrubSchedule.TICK_MILLIS, daemon.scrubs::tick);
        daemon.control(daemon.reporter::periodically);
        daemon.adminSocket = AdminSocket.open(config.conf().string("admin_socket"), (json, answer) ->
                daemon.control(() -> daemon.dispatcher.commands().handleLocal(json, answer)));
        return daemon;
    }

    // ---- parts

    OsdConfig config() {
        return config;
    }

    public int whoami() {
        return config.whoami();
    }

    UUID fsid() {
        return maps.superblock().clusterFsid();
    }

    MapStore maps() {
        return maps;
    }

    /// The newest map, which the shards have or are about to get.
    public OsdMap map() {
        return map;
    }

    OsdPeers peers() {
        return peers;
    }

    MonClient monClient() {
        return monClient;
    }

    MonLink monLink() {
        return monLink;
    }

    Heartbeats heartbeats() {
        return heartbeats;
    }

    ThreadHealth health() {
        return health;
    }

    private void watchThreads() {
        shards.forEach(shard -> health.watch(answer -> shard.post(() -> answer.are(shard.submitted(), shard.committed()))));
        health.watch(answer -> {
            long there = maps.committed();
            answer.are(maps.submitted(), there);
        });
    }

    private void checkThreads() {
        long timeout = TimeUnit.SECONDS.toNanos(config.conf().integer("osd_op_thread_timeout"));
        long suicide = TimeUnit.SECONDS.toNanos(config.conf().integer("osd_op_thread_suicide_timeout"));
        switch (health.look(timeout, suicide)) {
            case AS_BEFORE -> {}
            case STUCK -> LOG.warn("osd.{} does not get on for {} s: it answers no heartbeats", whoami(), health.stuckSeconds());
            case GETS_ON_AGAIN -> LOG.warn("osd.{} gets on again", whoami());
            case TO_END -> {
                LOG.error("osd.{} has not got on for {} s; it ends", whoami(), health.stuckSeconds());
                abort();
            }
        }
    }

    /// After which an operation counts as slow.
    long complaintNanos() {
        return complaintNanos;
    }

    Reporter reporter() {
        return reporter;
    }

    Backfills backfills() {
        return backfills;
    }

    MapShare mapShare() {
        return mapShare;
    }

    /// The store, or what tests made of it.
    ObjectStore store() {
        return store;
    }

    /// On the control thread.
    FaultyStore faults() {
        if (store instanceof FaultyStore faults) {
            return faults;
        }
        FaultyStore faults = new FaultyStore(store);
        store = faults;
        return faults;
    }

    /// A copy was replaced by a good one.
    void countRepaired() {
        repaired.incrementAndGet();
    }

    long repaired() {
        return repaired.get();
    }

    ScrubSchedule scrubs() {
        return scrubs;
    }

    ClusterLog clusterLog() {
        return clusterLog;
    }

    OsdBoot boot() {
        return boot;
    }

    List<OsdShard> shards() {
        return shards;
    }

    /// Waits until every shard has called this: they all do so at the same maps.
    void awaitShards() {
        try {
            shardsMeet.await(SHARDS_MEET_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("a shard does not follow the maps", e);
        }
    }

    OsdShard shardOf(dev.inkfish.wire.PgId pgid) {
        return shards.get(OsdShard.shardOf(pgid, shards.size()));
    }

    NettyMessenger publicMessenger() {
        return publicMessenger;
    }

    ClientThrottle throttle() {
        return throttle;
    }

    NettyMessenger clusterMessenger() {
        return clusterMessenger;
    }

    Fullness fullness() {
        return fullness;
    }

    /// Whether the disk is fuller than `osd_failsafe_full_ratio`.
    boolean isFull() {
        return fullness.level() == Fullness.Level.FAILSAFE;
    }

    boolean isStopping() {
        return stopping;
    }

    // ---- threads and time

    /// Runs a task on the control thread.
    void control(Runnable task) {
        try {
            control.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            // the daemon has stopped
        }
    }

    void later(long millis, Runnable task) {
        try {
            control.schedule(() -> guarded(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // the daemon has stopped
        }
    }

    private void every(long millis, Runnable task) {
        later(millis, () -> {
            task.run();
            every(millis, task);
        });
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("osd.{} met a state that must not be; it stops", whoami(), e);
            abort();
        }
    }

    static Utime now() {
        Instant instant = Instant.now();
        return new Utime((int) instant.getEpochSecond(), instant.getNano());
    }

    static Bytes random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    // ---- maps

    /// New maps are durable: everybody gets them. On the control thread.
    void publish(List<OsdMapView> fresh) {
        map = fresh.getLast().osdMap();
        shards.forEach(shard -> shard.post(() -> shard.advance(fresh)));
        peers.onMap(map);
        monLink.onMap(map);
        heartbeats.onMap(map);
    }

    /// Takes in a map that says when pools were made.
    void activateShards() {
        shards.forEach(shard -> shard.post(shard::activate));
    }

    // ---- the end

    void onMarkedDown() {
        markedDown.countDown();
    }

    /// The store takes nothing any more: others take over our groups. May be called from any thread.
    public void diskFailed(@Nullable String reason) {
        if (stopping) {
            return;
        }
        LOG.error("osd.{} stops, its store {}", whoami(), reason);
        stopping = true;
        OsdMap last = map;
        if (last.isUp(whoami())) {
            monClient.send(new MOSDMarkMeDown(fsid(), whoami(), last.publicAddrs(whoami()), last.epoch(), false));
        }
        try {
            control.schedule(this::abort, 200, TimeUnit.MILLISECONDS); // the message goes out first
        } catch (RejectedExecutionException e) {
            abort();
        }
    }

    /// Why an OSD ended by itself.
    public enum Ending {
        /// Something is broken; another start may mend it.
        BROKEN,
        /// It had better not be started again before somebody has looked at it.
        RESIGNED
    }

    /// Something is broken in here: nothing more is answered, and peers will notice.
    void abort() {
        end(Ending.BROKEN);
    }

    void end(Ending why) {
        stopping = true;
        closeAdminSocket();
        countOut();
        control.shutdownNow();
        publicMessenger.close();
        clusterMessenger.close();
        ended.complete(why);
    }

    private void closeAdminSocket() {
        if (adminSocket != null) {
            adminSocket.close();
        }
    }

    /// What to do once this OSD has ended by itself.
    public void whenEnded(Consumer<Ending> action) {
        ended.thenAccept(action);
    }

    /// Tells the monitors, lets what is under way finish, and closes the store.
    @Override
    public void close() {
        closeAdminSocket();
        if (!stopping) {
            stopping = true;
            if (map.isUp(whoami())) {
                monClient.send(new MOSDMarkMeDown(fsid(), whoami(), map.publicAddrs(whoami()), map.epoch(), true));
                awaitQuietly();
            }
        }
        control.shutdownNow();
        monClient.close();
        publicMessenger.close();
        clusterMessenger.close();
        try {
            for (OsdShard shard : shards) {
                shard.post(() -> shard.table().persist());
                shard.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        countOut();
        maps.note(maps.superblock().mounted(), map.epoch());
        config.store().close();
    }

    private void countOut() {
        if (counted.compareAndSet(true, false)) {
            OpCost.onOsd(-1);
        }
    }

    private void awaitQuietly() {
        try {
            if (!markedDown.await(2, TimeUnit.SECONDS)) {
                LOG.warn("osd.{}: the monitors did not confirm that it stops", whoami());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "osd." + whoami();
    }
}
