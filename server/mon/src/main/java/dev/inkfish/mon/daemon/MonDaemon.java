package dev.inkfish.mon.daemon;

import dev.inkfish.conf.LocalCommands;
import dev.inkfish.net.AdminSocket;
import dev.inkfish.cephx.CephxMonAuth;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.MonPeerAuth;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.caps.OsdCap;
import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.command.CommandResult;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.HostFacts;
import dev.inkfish.mon.MonAuth;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.SessionCaps;
import dev.inkfish.mon.Tally;
import dev.inkfish.mon.auth.AuthKeys;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.StoreDisk;
import dev.inkfish.mon.raft.RaftLog;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.RocksMonStore;
import dev.inkfish.net.ClientThrottle;
import dev.inkfish.net.MessengerGroups;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A running monitor (`ceph-mon`): store, core on its own thread, messenger.
public final class MonDaemon implements AutoCloseable {
    private static final String META = MonCore.META;
    private static final String STORE = "store.db";
    private static final String FSID = "cluster_uuid";
    /// Names of the monitors that the cluster began with: they have the log from its beginning.
    private static final String FOUNDERS = "founders";
    /// Of clients, waiting for the monitor's thread: fewer than its mailbox takes.
    private static final int MAX_REQUESTS = 20_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MonConfig config;
    private final MonStore store;
    private final MonCore core;
    private final MonLoop loop;
    private final NettyMessenger messenger;
    private final Companions companions;
    private final boolean alone;
    private @Nullable AdminSocket adminSocket;

    private MonDaemon(MonConfig config, MonStore store) {
        this.config = config;
        this.store = store;
        Bytes fsid = store.get(META, FSID);
        if (fsid == null) {
            throw new CephException(Errno.ENOENT, config.directory() + " holds no monitor");
        }
        String wanted = config.conf().string("fsid");
        if (!wanted.isEmpty() && !wanted.equalsIgnoreCase(fsid.utf8())) {
            throw new CephException(Errno.EINVAL, config.directory() + " belongs to cluster " + fsid.utf8()
                    + ", the configuration is of cluster " + wanted);
        }
        loop = new MonLoop("mon." + config.name(), store, () -> new StoreDisk(space(config.directory()), sizeOf(config.directory().resolve(STORE))));
        UUID cluster = UUID.fromString(fsid.utf8());
        core = new MonCore(config.name(), cluster, config.conf(), store, loop);
        store.countIn(core.tally());
        NavigableMap<String, String> metadata = new TreeMap<>(HostFacts.collect(core.version()));
        AuthKeys keys = new AuthKeys(MonDaemon::now);
        MonServices.addAll(core, keys);
        CephxMonAuth auth = new CephxMonAuth(
                keys, AuthService.policy(config.conf()), count -> Bytes.wrap(randomBytes(count)));
        core.auth(new Auth(auth, keys));
        core.start(now());
        MonMap map = core.service(MonMapService.class).map();
        Bytes joining = store.get(META, RaftLog.JOINING);
        if (map.rankOf(config.name()) < 0 && joining != null) {
            map = MonMap.decode(joining.reader());
        } else if (joining != null && store.number(META, MonCore.VERSION_KEY) > 0) {
            store.apply(new MonTransaction().erase(META, RaftLog.JOINING)); // it is one of them now
        }
        if (map.rankOf(config.name()) < 0) {
            throw new CephException(Errno.ENOENT, "mon." + config.name() + " is not in the monitor map");
        }
        metadata.put("addrs", map.monitors().get(config.name()).addrs().toString());
        core.introduce(metadata, now());
        ClientThrottle throttle = throttle(config.conf());
        NettyMessenger.Builder builder = NettyMessenger.builder(EntityName.mon(map.rankOf(config.name())), config.loops())
                .serverAuth(auth)
                .clientAuth(peerAuth(keys))
                .dispatcher(loop)
                .throttle(throttle)
                .identity(new Identity(EntityAuthName.parse("mon." + config.name()), 0, Bytes.EMPTY, true))
                .localNetwork(config.network());
        for (EntityAddr addr : map.monitors().get(config.name()).addrs().addrs()) {
            builder.bind(addr);
        }
        messenger = builder.build();
        loop.everySecond(new ManagerLink(core, loop, messenger)::tick);
        loop.counted(all -> {
            MessengerGroups.add(all, List.of(messenger));
            MessengerGroups.bytes(all, "throttle-mon_client_bytes", throttle);
        });
        companions = new Companions(config.name(), cluster, loop, store);
        alone = map.ranks().equals(List.of(config.name())) && !Files.exists(log());
    }

    private static ClientThrottle throttle(Conf conf) {
        ClientThrottle limits = new ClientThrottle();
        limits.limits(conf.integer("mon_client_bytes"), MAX_REQUESTS);
        return limits;
    }

    private Path log() {
        return config.directory().resolve("log");
    }

    /// How this monitor proves to other monitors, and to managers, that it is one.
    private ClientAuth peerAuth(AuthKeys keys) {
        EntityAuthName own = new EntityAuthName(EntityType.MON, "");
        if (!config.conf().string("auth_cluster_required").contains("cephx")) {
            return NoneAuth.client(own);
        }
        return new MonPeerAuth(
                keys, List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE), count -> Bytes.wrap(randomBytes(count)));
    }

    /// Makes the store of a new cluster's only monitor.
    ///
    /// @param keyring text with at least the keys of `mon.` and `client.admin`
    /// @throws CephException EEXIST if there is a monitor in the directory
    public static void mkfs(Path directory, String name, MonMap monMap, Bytes keyring, Conf conf) {
        mkfs(Map.of(name, directory), monMap, keyring, conf);
    }

    /// Makes the stores of a new cluster's first monitors: all the same.
    ///
    /// @param directories by the monitors' names
    public static void mkfs(Map<String, Path> directories, MonMap monMap, Bytes keyring, Conf conf) {
        MonTransaction initial = null;
        for (Map.Entry<String, Path> each : new TreeMap<>(directories).entrySet()) {
            try (MonStore store = open(each.getValue())) {
                if (store.get(META, FSID) != null) {
                    throw new CephException(Errno.EEXIST, each.getValue() + " holds a monitor already");
                }
                if (initial == null) {
                    MonLoop unused = new MonLoop("mon." + each.getKey(), store, () -> StoreDisk.UNKNOWN);
                    MonCore core = new MonCore(each.getKey(), monMap.fsid(), conf, store, unused);
                    MonServices.addAll(core, new AuthKeys(MonDaemon::now));
                    initial = core.newCluster(new NewCluster(monMap.fsid(), monMap, keyring, conf, now()));
                    initial.put(META, FSID, Bytes.utf8(monMap.fsid().toString()));
                    initial.putNumber(META, MonCore.VERSION_KEY, 1);
                    initial.put(META, FOUNDERS, Bytes.utf8(String.join(",", monMap.ranks())));
                }
                store.apply(initial);
            }
        }
    }

    /// Makes the store of a monitor that joins a cluster, or has lost its disk: it knows who the others are, and the key
    /// that they share. All else it gets from them.
    ///
    /// @param monMap the cluster's, with this monitor in it
    public static void mkfsToJoin(Path directory, MonMap monMap, EntityAuth monKey) {
        try (MonStore store = open(directory)) {
            if (store.get(META, FSID) != null) {
                throw new CephException(Errno.EEXIST, directory + " holds a monitor already");
            }
            MonTransaction little = new MonTransaction();
            little.put(META, FSID, Bytes.utf8(monMap.fsid().toString()));
            MonMapService.put(little, monMap);
            little.put(META, RaftLog.JOINING, MonMapService.encode(monMap));
            AuthService.putMonKey(little, monKey);
            store.apply(little);
        }
    }

    /// Opens the directory and runs.
    ///
    /// @throws CephException with one line to show
    public static MonDaemon start(MonConfig config) {
        int space = space(config.directory());
        if (space >= 0 && space <= config.conf().integer("mon_data_avail_crit")) {
            throw new CephException(Errno.ENOSPC, "monitor data filesystem reached concerning levels of available storage space"
                    + " (available: " + space + "% in " + config.directory() + "); you may adjust 'mon data avail crit' to a"
                    + " lower value to make this go away (default: 5%)");
        }
        MonStore store = open(config.directory());
        try {
            MonDaemon daemon = new MonDaemon(config, store);
            if (daemon.alone) {
                daemon.loop.whenNotAlone(daemon::noLongerAlone);
            } else {
                daemon.loop.companions(daemon.companions);
            }
            daemon.loop.clusterLog(new ClusterLogFiles(config.conf()));
            daemon.loop.start(daemon.core);
            try {
                daemon.messenger.start();
                daemon.adminSocket = AdminSocket.open(config.conf().string("admin_socket"), (json, answer) ->
                        daemon.loop.post(() -> LocalCommands.run(daemon.core.tells(), json, now(),
                                done -> answer.done(done.code(), done.outs(), done.data()))));
                if (!daemon.alone) {
                    daemon.startLog();
                }
            } catch (RuntimeException e) {
                daemon.end();
                throw e;
            }
            return daemon;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /// Percent that are free on a directory's disk, as `statfs` says it; below 0 where it does not.
    private static int space(Path directory) {
        try {
            FileStore disk = Files.getFileStore(directory);
            long total = disk.getTotalSpace();
            return total <= 0 ? -1 : (int) (disk.getUsableSpace() * 100.0 / total);
        } catch (IOException e) {
            return -1;
        }
    }

    /// What the files of a directory come to; those that go meanwhile do not count.
    private static long sizeOf(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /// Who votes, the log itself says once there is one.
    private void startLog() {
        boolean joins = store.number(META, MonCore.VERSION_KEY) == 0;
        Bytes founders = store.get(META, FOUNDERS);
        List<String> first = founders == null
                ? List.of(config.name())
                : List.of(founders.utf8().split(","));
        // one that was taken in later has the founders' names too, with the others' store; who votes is in its log
        companions.start(log(), joins || !first.contains(config.name()) ? List.of() : first, messenger,
                config.conf().integer("paxos_min"));
    }

    /// Another monitor was added to the first one: from now on they agree by the log.
    private void noLongerAlone() {
        loop.companions(companions);
        core.elect(System.nanoTime(), now());
        Thread.ofPlatform().name("mon." + config.name() + "-log").start(this::startLog);
    }

    private static MonStore open(Path directory) {
        Path db = directory.resolve(STORE);
        try {
            Files.createDirectories(db);
            return new RocksMonStore(db);
        } catch (UncheckedIOException e) {
            throw new CephException(Errno.EIO, directory + ": " + e.getCause().getMessage());
        } catch (IOException e) {
            throw new CephException(Errno.EIO, directory + ": " + e.getMessage());
        }
    }

    /// Runs a command without a session, allowed everything.
    ///
    /// @param command JSON, as clients send it
    public void command(String command, Bytes input, Consumer<CommandResult.Done> reply) {
        loop.post(() -> core.localCommand(List.of(command), input, reply::accept, now()));
    }

    public NettyMessenger messenger() {
        return messenger;
    }

    /// What it has counted since it was started.
    public Tally tally() {
        return core.tally();
    }

    @Override
    public void close() {
        end();
        store.close();
    }

    /// All that uses the store.
    private void end() {
        if (adminSocket != null) {
            adminSocket.close();
        }
        companions.close();
        messenger.close();
        loop.stop();
    }

    static Utime now() {
        Instant instant = Instant.now();
        return new Utime((int) instant.getEpochSecond(), instant.getNano());
    }

    static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /// Authentication with the key database.
    private record Auth(CephxMonAuth cephx, KeyDatabase keys) implements MonAuth {
        @Override
        public boolean mayWritePool(Identity identity, EntityAddr from, String pool) {
            EntityAuth auth = keys.find(identity.name());
            String caps = auth == null ? "" : auth.caps().getOrDefault(EntityType.OSD.text(), "");
            return identity.allowAll() || !caps.isEmpty()
                    && OsdCap.parse(caps).allows(pool, "", Map.of(), "", false, true, List.of(), from);
        }

        @Override
        public MauthSession dialogue(@Nullable Identity identity) {
            return identity == null ? cephx.mauth() : cephx.mauth(identity);
        }

        @Override
        public SessionCaps capsOf(Identity identity) {
            if (identity.allowAll() || identity.name().type() == EntityType.MON) {
                return SessionCaps.ALL;
            }
            try {
                return SessionCaps.parse(identity.caps().utf8());
            } catch (CephException e) {
                // stored before they were checked
                return SessionCaps.NONE;
            }
        }
    }
}
