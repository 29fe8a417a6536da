package dev.inkfish.app;

import dev.inkfish.blockstore.BlockStore;
import dev.inkfish.blockstore.Options;
import dev.inkfish.blockstore.SharedJournal;
import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CephxServiceAuth;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.HostFacts;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.log.DaemonLogs;
import dev.inkfish.mgr.daemon.MgrConfig;
import dev.inkfish.mgr.daemon.MgrDaemon;
import dev.inkfish.mon.MonCore;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.daemon.OsdConfig;
import dev.inkfish.osd.daemon.OsdDaemon;
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

/// The roles, each made from the configuration.
final class Daemons {
    private static final ObjectClasses CLASSES = ObjectClasses.all();

    private Daemons() {}

    static MgrDaemon startMgr(
            ConfFile file, String id, EventLoops loops, @Nullable LocalNetwork network)
            throws IOException {
        Conf conf = Conf.of("mgr", id, file);
        DaemonLogs.add(conf);
        EntityAuthName name = EntityAuthName.parse("mgr." + id);
        CryptoKey key = null;
        if (usesCephx(conf)) {
            key = Credentials.key(conf, name);
        }
        return MgrDaemon.start(new MgrConfig(
                id,
                UUID.fromString(conf.string("fsid")),
                conf,
                key,
                MonHosts.parse(conf.string("mon_host")),
                freePorts(HostAddress.forClients(conf)),
                HostFacts.collect(MonCore.VERSION),
                loops,
                network));
    }

    /// Makes the store into that of an OSD, and names it in the map, if that was not done yet.
    static void makeOsd(RunningCluster cluster, ConfFile file, ObjectStore store, int id)
            throws InterruptedException {
        if (OsdDaemon.isMade(store)) {
            return;
        }
        UUID osd = UUID.randomUUID();
        cluster.nameOsd(id, osd);
        UUID fsid = UUID.fromString(Conf.of("osd", Integer.toString(id), file).string("fsid"));
        OsdDaemon.mkfs(store, fsid, id, osd);
    }

    static OsdDaemon startOsd(
            ConfFile file,
            int id,
            OsdStore disk,
            EventLoops loops,
            @Nullable LocalNetwork network)
            throws IOException {
        Conf conf = Conf.of("osd", Integer.toString(id), file);
        DaemonLogs.add(conf);
        EntityAuthName name = EntityAuthName.parse("osd." + id);
        ClientAuth client = Credentials.of(conf, name, List.of(EntityType.OSD, EntityType.MGR));
        OsdDaemon daemon = OsdDaemon.start(new OsdConfig(
                id,
                conf,
                disk.store(),
                client,
                serverAuth(client),
                MonHosts.parse(conf.string("mon_host")),
                freePorts(HostAddress.forClients(conf)),
                freePorts(HostAddress.forOsds(conf)),
                loops,
                network,
                (host, copies) -> new PrimaryOps(host, CLASSES, settings(conf), copies)));
        disk.watch().watch(daemon);
        return daemon;
    }

    private static ServerAuth serverAuth(ClientAuth client) {
        AtomicLong ids = new AtomicLong(1L << 40);
        return client instanceof CephxClient cephx
                ? new CephxServiceAuth(cephx.serviceKeys(), AuthPolicy.CEPHX, Credentials.ENTROPY, Credentials::now)
                : NoneAuth.server(ids::incrementAndGet);
    }

    static boolean usesCephx(Conf conf) {
        return conf.string("auth_cluster_required").contains("cephx");
    }

    private static OpsSettings settings(Conf conf) {
        return OpsSettings.DEFAULT.withMaxObjectSize(conf.integer("osd_max_object_size"));
    }

    /// One port for msgr2 and one for msgr1, chosen by the system.
    private static List<EntityAddr> freePorts(InetAddress ip) {
        return List.of(
                EntityAddr.of(Kind.MSGR2, new InetSocketAddress(ip, 0), 0),
                EntityAddr.of(Kind.LEGACY, new InetSocketAddress(ip, 0), 0));
    }

    /// An OSD's store, and who hears of its failure.
    record OsdStore(ObjectStore store, DiskWatch watch) {}

    /// Opens an OSD's store, making it the first time.
    static OsdStore openStore(ConfFile file, int id, StoreJournals journals) throws IOException {
        DiskWatch watch = new DiskWatch(id);
        return new OsdStore(openStore(file, id, watch, journals), watch);
    }

    /// A number without a unit is in MiB, as users write it for Ceph (`osd journal size = 2000`).
    private static long journalSize(Conf conf) {
        long size = conf.integer("osd_journal_size");
        return size < 1 << 20 ? size << 20 : size;
    }

    private static ObjectStore openStore(ConfFile file, int id, DiskWatch watch, StoreJournals journals) throws IOException {
        Conf conf = Conf.of("osd", Integer.toString(id), file);
        if (conf.string("osd_objectstore").equals("memstore")) {
            return new MemStore();
        }
        Path data = Path.of(conf.string("osd_data"));
        Options options = Options.DEFAULTS
                .withDeviceSize(conf.integer("osd_store_size"))
                .withJournalSize(journalSize(conf))
                .withOnFailure(watch);
        SharedJournal shared = journals.of(conf, options.journalSize());
        if (!Files.exists(data.resolve("fsid"))) {
            BlockStore.mkfs(data, UUID.fromString(conf.string("fsid")), UUID.randomUUID(), id, options, shared);
        }
        return BlockStore.open(data, options, shared);
    }
}
