package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.mon.daemon.MonConfig;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.objectstore.MemStore;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.ops.ClientOps;
import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OSDs around a real monitor, in one process and without client operations.
class OsdDaemonTest {
    private static final String CONF =
            """
            [global]
            auth_cluster_required = none
            auth_service_required = none
            auth_client_required = none
            osd_crush_chooseleaf_type = 0
            mon_allow_pool_delete = true
            osd_pool_default_pg_num = 16
            mon_osd_min_down_reporters = 1
            osd_heartbeat_interval = 1
            osd_heartbeat_grace = 3
            osd_op_thread_timeout = 2
            osd_max_markdown_count = 2
            osd_beacon_report_interval = 1
            mon_min_osdmap_epochs = 10
            """;

    @TempDir
    Path directory;

    private final EventLoops loops = EventLoops.create("test-net", 2);
    private final LocalNetwork network = new LocalNetwork();
    private final UUID fsid = new UUID(1, 2);
    private final List<ObjectStore> stores = new ArrayList<>();
    private final List<OsdDaemon> osds = new ArrayList<>();
    private final ExecutorService disk = Executors.newSingleThreadExecutor();
    /// What a disk that hangs has taken; null while it does not.
    private @Nullable List<Runnable> hung;
    private EntityAddrVec monAddrs;
    private MonDaemon mon;

    @BeforeEach
    void startMonitor() throws IOException {
        monAddrs = EntityAddrVec.of(free());
        Conf conf = Conf.of("mon", "a", ConfFile.parse(CONF));
        MonMap map = MonMap.initial(fsid, List.of(new MonInfo("a", monAddrs)), Utime.ofMillis(1));
        String keyring = "[mon.]\n\tkey = AQD6RylbAAAAABAAVbUsl5pW6LNSMNMGNiFsZA==\n\tcaps mon = \"allow *\"\n";
        MonDaemon.mkfs(directory.resolve("mon"), "a", map, Bytes.utf8(keyring), conf);
        mon = MonDaemon.start(new MonConfig("a", directory.resolve("mon"), conf, loops, network));
    }

    @AfterEach
    void stop() {
        osds.forEach(OsdDaemon::close);
        mon.close();
        loops.close();
        disk.shutdownNow();
    }

    private static EntityAddr free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return EntityAddr.of(
                    EntityAddr.Kind.MSGR2, new InetSocketAddress("127.0.0.1", socket.getLocalPort()), 0);
        }
    }

    private OsdDaemon startOsd(int id) throws IOException {
        if (stores.size() <= id) {
            stores.add(new MemStore(id == 2 ? this::commit : disk::execute));
            OsdDaemon.mkfs(stores.get(id), fsid, id, new UUID(7, id));
        }
        OsdConfig config = new OsdConfig(
                id,
                Conf.of("osd", Integer.toString(id), ConfFile.parse(CONF)),
                stores.get(id),
                NoneAuth.client(EntityAuthName.parse("osd." + id)),
                NoneAuth.server(() -> 0),
                List.of(monAddrs),
                List.of(free()),
                List.of(free()),
                loops,
                network,
                (host, copies) -> new NoOps());
        return OsdDaemon.start(config);
    }

    private synchronized void commit(Runnable task) {
        if (hung != null) {
            hung.add(task);
        } else {
            disk.execute(task);
        }
    }

    private synchronized void hang() {
        hung = new ArrayList<>();
    }

    private synchronized void goOn() {
        List<Runnable> waiting = hung == null ? List.of() : hung;
        hung = null;
        waiting.forEach(disk::execute);
    }

    private String command(String json) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        mon.command(json, Bytes.EMPTY, done -> answer.complete(done.code() + " " + done.outs() + done.data().utf8()));
        return answer.get(10, TimeUnit.SECONDS);
    }

    private String describe() {
        StringBuilder out = new StringBuilder("\n");
        for (OsdDaemon osd : osds) {
            OsdMap map = osd.map();
            out.append(osd).append(" epoch ").append(map.epoch()).append(" up ").append(map.countUp()).append('\n');
            for (OsdShard shard : osd.shards()) {
                CompletableFuture<String> asked = new CompletableFuture<>();
                shard.post(() -> asked.complete(String.join(
                        "\n",
                        shard.table().groups().stream().map(Pg::toString).toList())));
                out.append(asked.orTimeout(10, TimeUnit.SECONDS).join()).append('\n');
            }
        }
        return out.toString();
    }

    private void await(String what, java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(() -> what + describe()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    private boolean allClean(int groups) {
        List<Pg> primaries = new ArrayList<>();
        for (OsdDaemon osd : osds) {
            for (OsdShard shard : osd.shards()) {
                List<Pg> found = new ArrayList<>();
                CompletableFuture<List<Pg>> asked = new CompletableFuture<>();
                shard.post(() -> {
                    shard.table().groups().stream().filter(pg -> pg.isPrimary() && pg.isClean()).forEach(found::add);
                    asked.complete(found);
                });
                primaries.addAll(asked.orTimeout(10, TimeUnit.SECONDS).join());
            }
        }
        return primaries.size() == groups;
    }

    @Test
    void groupsOfANewPoolBecomeCleanAndSurviveARestart() throws Exception {
        for (int i = 0; i < 3; i++) {
            osds.add(startOsd(i));
        }
        OsdDaemon first = osds.getFirst();
        await("three up", () -> first.map().countUp() == 3);
        assertThat(command("{\"prefix\":\"osd pool create\",\"pool\":\"p\",\"pg_num\":16,\"size\":3}")).startsWith("0 ");
        await("clean", () -> allClean(16));

        OsdMap before = first.map();
        osds.remove(2).close();
        await("one down", () -> first.map().epoch() > before.epoch() && first.map().countUp() == 2);
    }

    /// It was away for so long that the monitors have no maps any more that it lacks.
    @Test
    void whoLacksMapsThatAreTrimmedComesBack() throws Exception {
        for (int i = 0; i < 3; i++) {
            osds.add(startOsd(i));
        }
        OsdDaemon first = osds.getFirst();
        await("three up", () -> first.map().countUp() == 3);
        assertThat(command("{\"prefix\":\"osd pool create\",\"pool\":\"p\",\"pg_num\":16,\"size\":2}")).startsWith("0 ");
        await("clean", () -> allClean(16));
        OsdDaemon away = osds.remove(2);
        away.close();
        await("one down", () -> first.map().isDown(2));
        command("{\"prefix\":\"osd out\",\"ids\":[\"2\"]}");
        await("out", () -> first.map().isOut(2));
        await("clean without it", () -> allClean(16));
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (oldestMap() <= away.map().epoch() + 1) {
            assertThat(System.nanoTime()).as("maps are trimmed").isLessThan(end);
            command("{\"prefix\":\"osd set\",\"key\":\"noscrub\"}");
            command("{\"prefix\":\"osd unset\",\"key\":\"noscrub\"}");
        }
        osds.add(startOsd(2));
        await("up again", () -> first.map().isUp(2));
        command("{\"prefix\":\"osd in\",\"ids\":[\"2\"]}");
        await("in", () -> osds.getLast().map().isIn(2));
        await("clean with it", () -> allClean(16));
    }

    private int oldestMap() throws Exception {
        Matcher oldest = Pattern.compile("\"osdmap_first_committed\": *(\\d+)").matcher(command("{\"prefix\":\"report\"}"));
        assertThat(oldest.find()).isTrue();
        return Integer.parseInt(oldest.group(1));
    }

    @Test
    void whoseDiskHangsIsTakenForDeadUntilItGoesOn() throws Exception {
        for (int i = 0; i < 3; i++) {
            osds.add(startOsd(i));
        }
        OsdDaemon first = osds.getFirst();
        await("three up", () -> first.map().countUp() == 3);
        hang();
        command("{\"prefix\":\"osd pool create\",\"pool\":\"p\",\"pg_num\":16,\"size\":3}"); // something to write
        await("marked down", () -> !first.map().isUp(2));
        Thread.sleep(3000);
        assertThat(first.map().isUp(2)).as("up again with a disk that hangs").isFalse();
        goOn();
        await("up again", () -> first.map().isUp(2));
        await("clean", () -> allClean(16));
    }

    @Test
    void whoIsMarkedDownTooOftenGivesUp() throws Exception {
        for (int i = 0; i < 3; i++) {
            osds.add(startOsd(i));
        }
        OsdDaemon first = osds.getFirst();
        await("three up", () -> first.map().countUp() == 3);
        CompletableFuture<OsdDaemon.Ending> ended = new CompletableFuture<>();
        osds.get(1).whenEnded(ended::complete);
        for (int i = 0; i < 2; i++) {
            int before = first.map().osdInfo(1).upFrom();
            command("{\"prefix\":\"osd down\",\"ids\":[\"1\"]}");
            await("up again", () -> first.map().isUp(1) && first.map().osdInfo(1).upFrom() > before);
        }
        assertThat(ended).isNotDone();
        command("{\"prefix\":\"osd down\",\"ids\":[\"1\"]}");
        assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(OsdDaemon.Ending.RESIGNED);
    }

    @Test
    void whoIsRemovedEndsAndStaysAway() throws Exception {
        for (int i = 0; i < 3; i++) {
            osds.add(startOsd(i));
        }
        OsdDaemon first = osds.getFirst();
        await("three up", () -> first.map().countUp() == 3);
        CompletableFuture<OsdDaemon.Ending> removed = new CompletableFuture<>();
        osds.get(2).whenEnded(removed::complete);
        command("{\"prefix\":\"osd set\",\"key\":\"noup\"}");
        command("{\"prefix\":\"osd down\",\"ids\":[\"2\"]}");
        await("down", () -> !first.map().isUp(2));
        assertThat(command("{\"prefix\":\"osd rm\",\"ids\":[\"2\"]}")).startsWith("0 ");
        command("{\"prefix\":\"osd unset\",\"key\":\"noup\"}");
        assertThat(removed.get(10, TimeUnit.SECONDS)).isEqualTo(OsdDaemon.Ending.RESIGNED);
        await("the others know", () -> !first.map().exists(2));
    }

    @Test
    void whoIsStoppedOrDestroyedEndsAndStaysAway() throws Exception {
        for (int i = 0; i < 3; i++) {
            osds.add(startOsd(i));
        }
        OsdDaemon first = osds.getFirst();
        await("three up", () -> first.map().countUp() == 3);
        CompletableFuture<OsdDaemon.Ending> stopped = new CompletableFuture<>();
        CompletableFuture<OsdDaemon.Ending> destroyed = new CompletableFuture<>();
        osds.get(1).whenEnded(stopped::complete);
        osds.get(2).whenEnded(destroyed::complete);
        assertThat(command("{\"prefix\":\"osd stop\",\"ids\":[\"1\"]}")).startsWith("0 ");
        assertThat(stopped.get(10, TimeUnit.SECONDS)).isEqualTo(OsdDaemon.Ending.RESIGNED);

        command("{\"prefix\":\"osd set\",\"key\":\"noup\"}");
        command("{\"prefix\":\"osd down\",\"ids\":[\"2\"]}");
        await("down", () -> !first.map().isUp(2));
        assertThat(command("{\"prefix\":\"osd destroy-actual\",\"id\":\"osd.2\",\"yes_i_really_mean_it\":true}")).startsWith("0 ");
        command("{\"prefix\":\"osd unset\",\"key\":\"noup\"}");
        assertThat(destroyed.get(10, TimeUnit.SECONDS)).isEqualTo(OsdDaemon.Ending.RESIGNED);
        await("the others know", () -> first.map().isDestroyed(2));
    }

    /// Serves nothing.
    private static final class NoOps implements ClientOps {
        @Override
        public void handle(ClientSession session, MOSDOp op, long tid) {}

        @Override
        public void onActive() {}

        @Override
        public void onIntervalEnd() {}

        @Override
        public void onMap(OsdMap map) {}

        @Override
        public void onDisconnect(ClientSession session) {}

        @Override
        public void recordDigests(
                dev.inkfish.wire.HObject object,
                @org.jspecify.annotations.Nullable Integer data,
                @org.jspecify.annotations.Nullable Integer omap,
                Runnable done) {}

        @Override
        public void forget(dev.inkfish.wire.HObject object) {}

        @Override
        public IntervalSet snapTrimQueue() {
            return IntervalSet.EMPTY;
        }
    }
}
