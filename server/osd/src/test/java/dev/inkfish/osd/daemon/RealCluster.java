package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.mon.daemon.MonConfig;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.ops.OpsSettings;
import dev.inkfish.osd.ops.PrimaryOps;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A monitor and OSDs that serve clients, in one process, with authentication off.
final class RealCluster implements AutoCloseable {
    private static final String CONF =
            """
            [global]
            auth_cluster_required = none
            auth_service_required = none
            auth_client_required = none
            osd_crush_chooseleaf_type = 0
            mon_allow_pool_delete = true
            """;

    final EventLoops loops = EventLoops.create("test-net", 2);
    final TreeMap<Integer, OsdDaemon> osds = new TreeMap<>();
    private final LocalNetwork network = new LocalNetwork();
    private final UUID fsid = new UUID(1, 2);
    private final OpsSettings settings;
    private final EntityAddrVec monAddrs;
    private final MonDaemon mon;

    RealCluster(Path directory, OpsSettings settings) throws IOException {
        this.settings = settings;
        monAddrs = EntityAddrVec.of(free());
        Conf conf = Conf.of("mon", "a", ConfFile.parse(CONF));
        MonMap map = MonMap.initial(fsid, List.of(new MonInfo("a", monAddrs)), Utime.ofMillis(1));
        String keyring = "[mon.]\n\tkey = AQD6RylbAAAAABAAVbUsl5pW6LNSMNMGNiFsZA==\n\tcaps mon = \"allow *\"\n";
        MonDaemon.mkfs(directory.resolve("mon"), "a", map, Bytes.utf8(keyring), conf);
        mon = MonDaemon.start(new MonConfig("a", directory.resolve("mon"), conf, loops, network));
    }

    private static EntityAddr free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return EntityAddr.of(
                    EntityAddr.Kind.MSGR2, new InetSocketAddress("127.0.0.1", socket.getLocalPort()), 0);
        }
    }

    UUID fsid() {
        return fsid;
    }

    /// Starts an OSD, making its store into one the first time.
    void start(int id, ObjectStore store) throws IOException {
        if (!OsdDaemon.isMade(store)) {
            OsdDaemon.mkfs(store, fsid, id, new UUID(7, id));
        }
        OsdConfig config = new OsdConfig(
                id,
                Conf.of("osd", Integer.toString(id), ConfFile.parse(CONF)),
                store,
                NoneAuth.client(EntityAuthName.parse("osd." + id)),
                NoneAuth.server(() -> 0),
                List.of(monAddrs),
                List.of(free()),
                List.of(free()),
                loops,
                network,
                (host, copies) -> new PrimaryOps(host, ObjectClasses.all(), settings, copies));
        osds.put(id, OsdDaemon.start(config));
    }

    void stop(int id) {
        osds.remove(id).close();
    }

    OsdMap map() {
        OsdMap newest = osds.firstEntry().getValue().map();
        for (OsdDaemon osd : osds.values()) {
            newest = osd.map().epoch() > newest.epoch() ? osd.map() : newest;
        }
        return newest;
    }

    long makePool(String name, int groups) throws Exception {
        command("{\"prefix\":\"osd pool create\",\"pool\":\"" + name + "\",\"pg_num\":" + groups + ",\"size\":3}");
        await("the pool", () -> map().poolId(name) >= 0);
        return map().poolId(name);
    }

    void command(String json) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        mon.command(json, Bytes.EMPTY, done -> answer.complete(done.code() + " " + done.outs()));
        assertThat(answer.get(10, TimeUnit.SECONDS)).startsWith("0 ");
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        osds.values().forEach(OsdDaemon::close);
        mon.close();
        loops.close();
    }
}
