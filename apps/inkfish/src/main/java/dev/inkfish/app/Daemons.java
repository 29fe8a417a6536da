package dev.inkfish.app;

import dev.inkfish.blockstore.BlockStore;
import dev.inkfish.blockstore.Options;
import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CephxServiceAuth;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.HostFacts;
import dev.inkfish.mgr.daemon.MgrConfig;
import dev.inkfish.mon.MonCore;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.daemon.OsdConfig;
import dev.inkfish.osd.ops.CopySource;
import dev.inkfish.osd.ops.OpsSettings;
import dev.inkfish.osd.ops.PrimaryOps;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddr.Kind;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What each role needs, from its configuration.
final class Daemons {
    private static final ObjectClasses CLASSES = ObjectClasses.all();

    private Daemons() {}

    static MgrConfig mgr(
            ClusterDir dir, Conf conf, String id, EventLoops loops, @Nullable LocalNetwork network)
            throws IOException {
        EntityAuthName name = EntityAuthName.parse("mgr." + id);
        CryptoKey key = null;
        if (usesCephx(conf)) {
            EntityAuth auth = dir.readKeyring(dir.keyring("mgr." + id)).find(name);
            if (auth == null) {
                throw new UserError(dir.keyring("mgr." + id) + " has no key for " + name);
            }
            key = auth.key();
        }
        return new MgrConfig(
                id,
                UUID.fromString(conf.string("fsid")),
                conf,
                key,
                MonHosts.parse(conf.string("mon_host")),
                freePorts(conf),
                HostFacts.collect(MonCore.VERSION),
                loops,
                network);
    }

    static OsdConfig osd(
            ClusterDir dir,
            Conf conf,
            int id,
            ObjectStore store,
            EventLoops loops,
            @Nullable LocalNetwork network)
            throws IOException {
        EntityAuthName name = EntityAuthName.parse("osd." + id);
        ClientAuth client = Credentials.of(
                dir, conf, name, dir.keyring("osd." + id), List.of(EntityType.OSD, EntityType.MGR));
        return new OsdConfig(
                id,
                conf,
                store,
                client,
                serverAuth(client),
                MonHosts.parse(conf.string("mon_host")),
                freePorts(conf),
                freePorts(conf),
                loops,
                network,
                host -> new PrimaryOps(host, CLASSES, settings(conf), CopySource.NONE));
    }

    private static ServerAuth serverAuth(ClientAuth client) {
        AtomicLong ids = new AtomicLong(1L << 40);
        return client instanceof CephxClient cephx
                ? new CephxServiceAuth(cephx.serviceKeys(), AuthPolicy.CEPHX, Credentials.ENTROPY, Credentials::now)
                : NoneAuth.server(ids::incrementAndGet);
    }

    private static boolean usesCephx(Conf conf) {
        return conf.string("auth_cluster_required").contains("cephx");
    }

    private static OpsSettings settings(Conf conf) {
        return OpsSettings.DEFAULT.withMaxObjectSize(conf.integer("osd_max_object_size"));
    }

    /// One port for msgr2 and one for msgr1, chosen by the system.
    private static List<EntityAddr> freePorts(Conf conf) throws IOException {
        String address = conf.string("public_addr");
        InetAddress ip = InetAddress.getByName(address.isEmpty() ? "127.0.0.1" : address);
        return List.of(
                EntityAddr.of(Kind.MSGR2, new InetSocketAddress(ip, 0), 0),
                EntityAddr.of(Kind.LEGACY, new InetSocketAddress(ip, 0), 0));
    }

    /// Opens an OSD's store, making it the first time.
    static ObjectStore openStore(Conf conf, int id) throws IOException {
        if (conf.string("osd_objectstore").equals("memstore")) {
            return new MemStore();
        }
        Path data = Path.of(conf.string("osd_data"));
        Options options = Options.DEFAULTS
                .withDeviceSize(conf.integer("osd_store_size"))
                .withJournalSize(conf.integer("osd_journal_size"));
        if (!Files.exists(data.resolve("fsid"))) {
            BlockStore.mkfs(data, UUID.fromString(conf.string("fsid")), UUID.randomUUID(), id, options);
        }
        return BlockStore.open(data, options);
    }
}
