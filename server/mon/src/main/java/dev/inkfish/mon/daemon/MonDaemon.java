package dev.inkfish.mon.daemon;

import dev.inkfish.cephx.CephxMonAuth;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.MauthSession;
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
import dev.inkfish.mon.auth.AuthKeys;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.RocksMonStore;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A running monitor (`ceph-mon`): store, core on its own thread, messenger.
public final class MonDaemon implements AutoCloseable {
    private static final String META = "monitor";
    private static final String FSID = "cluster_uuid";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MonConfig config;
    private final MonStore store;
    private final MonCore core;
    private final MonLoop loop;
    private final NettyMessenger messenger;

    private MonDaemon(MonConfig config, MonStore store) {
        this.config = config;
        this.store = store;
        Bytes fsid = store.get(META, FSID);
        if (fsid == null) {
            throw new CephException(Errno.ENOENT, config.directory() + " holds no monitor");
        }
        loop = new MonLoop("mon." + config.name(), store);
        core = new MonCore(config.name(), 0, UUID.fromString(fsid.utf8()), config.conf(), store, loop);
        Map<String, String> metadata = new TreeMap<>(HostFacts.collect(core.version()));
        AuthKeys keys = new AuthKeys(MonDaemon::now);
        MonServices.addAll(core, metadata, keys);
        CephxMonAuth auth = new CephxMonAuth(
                keys, AuthService.policy(config.conf()), count -> Bytes.wrap(randomBytes(count)));
        core.auth(new Auth(auth, keys));
        core.start(now());
        MonMap map = core.service(MonMapService.class).map();
        if (map.rankOf(config.name()) < 0) {
            throw new CephException(Errno.ENOENT, "mon." + config.name() + " is not in the monitor map");
        }
        metadata.put("addrs", map.monitors().get(config.name()).addrs().toString());
        NettyMessenger.Builder builder = NettyMessenger.builder(EntityName.mon(core.rank()), config.loops())
                .serverAuth(auth)
                .dispatcher(loop)
                .identity(new Identity(EntityAuthName.parse("mon." + config.name()), 0, Bytes.EMPTY, true))
                .localNetwork(config.network());
        for (EntityAddr addr : map.monitors().get(config.name()).addrs().addrs()) {
            builder.bind(addr);
        }
        messenger = builder.build();
    }

    /// Makes the store of a new cluster's monitor.
    ///
    /// @param keyring text with at least the keys of `mon.` and `client.admin`
    /// @throws CephException EEXIST if there is a monitor in the directory
    public static void mkfs(Path directory, String name, MonMap monMap, Bytes keyring, Conf conf) {
        try (MonStore store = open(directory)) {
            if (store.get(META, FSID) != null) {
                throw new CephException(Errno.EEXIST, directory + " holds a monitor already");
            }
            MonLoop unused = new MonLoop("mon." + name, store);
            MonCore core = new MonCore(name, monMap.rankOf(name), monMap.fsid(), conf, store, unused);
            MonServices.addAll(core, new TreeMap<>(), new AuthKeys(MonDaemon::now));
            MonTransaction initial = core.newCluster(new NewCluster(monMap.fsid(), monMap, keyring, conf, now()));
            initial.put(META, FSID, Bytes.utf8(monMap.fsid().toString()));
            store.apply(initial);
        }
    }

    /// Opens the directory and runs.
    ///
    /// @throws CephException with one line to show
    public static MonDaemon start(MonConfig config) {
        MonStore store = open(config.directory());
        try {
            MonDaemon daemon = new MonDaemon(config, store);
            daemon.loop.start(daemon.core);
            try {
                daemon.messenger.start();
            } catch (CephException e) {
                daemon.loop.stop();
                throw e;
            }
            return daemon;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static MonStore open(Path directory) {
        Path db = directory.resolve("store.db");
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

    @Override
    public void close() {
        messenger.close();
        loop.stop();
        store.close();
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
