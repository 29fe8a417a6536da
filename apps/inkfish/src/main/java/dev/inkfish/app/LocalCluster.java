package dev.inkfish.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.mgr.daemon.MgrDaemon;
import dev.inkfish.mgr.daemon.MgrDaemon;
import dev.inkfish.mon.daemon.MonConfig;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.daemon.OsdDaemon;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All daemons of a one-machine cluster in this process, wired together.
final class LocalCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
    private static final String MON = "a";
    private static final String MGR = "x";
    private static final long POLL_MILLIS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClusterDir dir;
    private final ConfFile file;
    private final EventLoops loops =
            EventLoops.create("net", Math.max(2, Runtime.getRuntime().availableProcessors()));
    private final LocalNetwork network = new LocalNetwork();
    /// Stopped in the reverse order of starting.
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private MonDaemon mon;

    private LocalCluster(ClusterDir dir) throws IOException {
        this.dir = dir;
        this.file = dir.readConf();
    }

    static LocalCluster start(ClusterDir dir) throws IOException {
        LocalCluster cluster = new LocalCluster(dir);
        try {
            cluster.startMon();
            cluster.startMgr();
            cluster.startOsds();
            return cluster;
        } catch (RuntimeException | IOException e) {
            cluster.close();
            throw e;
        }
    }

    private void startMon() throws IOException {
        Conf conf = Conf.of("mon", MON, file);
        Path data = Path.of(conf.string("mon_data"));
        if (!Files.exists(data.resolve("store.db"))) {
            EntityAddrVec addrs = MonHosts.parse(conf.string("mon_host")).getFirst();
            UUID fsid = UUID.fromString(conf.string("fsid"));
            String keys = dir.readKeyring(dir.keyring("mon." + MON)).print();
            Utime now = Utime.ofMillis(System.currentTimeMillis());
            MonMap first = MonMap.initial(fsid, List.of(new MonInfo(MON, addrs)), now);
            MonDaemon.mkfs(data, MON, first, Bytes.utf8(keys), conf);
        }
        mon = started(MonDaemon.start(new MonConfig(MON, data, conf, loops, network)));
    }

    private void startMgr() throws IOException {
        Conf conf = Conf.of("mgr", MGR, file);
        started(MgrDaemon.start(Daemons.mgr(dir, conf, MGR, loops, network)));
    }

    /// The stores are opened side by side: it is what takes longest.
    private void startOsds() throws IOException {
        List<Callable<OsdDaemon>> starts = new ArrayList<>();
        for (int i = 0; i < dir.osds(); i++) {
            int id = i;
            starts.add(() -> startOsd(id));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<OsdDaemon> start : threads.invokeAll(starts)) {
                started(start.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private OsdDaemon startOsd(int id) throws IOException, InterruptedException {
        Conf conf = Conf.of("osd", Integer.toString(id), file);
        ObjectStore store = Daemons.openStore(conf, id);
        if (!OsdDaemon.isMade(store)) {
            UUID osd = UUID.randomUUID();
            command("{\"prefix\":\"osd new\",\"uuid\":\"" + osd + "\",\"id\":\"" + id + "\"}");
            OsdDaemon.mkfs(store, UUID.fromString(conf.string("fsid")), id, osd);
        }
        return OsdDaemon.start(Daemons.osd(dir, conf, id, store, loops, network));
    }

    private <T extends AutoCloseable> T started(T daemon) {
        running.push(daemon);
        return daemon;
    }

    /// Waits until the manager reports, all OSDs are up and all groups active and clean, or until the time is over.
    ///
    /// @return what `ceph health` says then
    String awaitReady(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end && !isReady()) {
            Thread.sleep(POLL_MILLIS);
        }
        return command("{\"prefix\":\"health\"}").strip();
    }

    private boolean isReady() throws InterruptedException {
        JsonNode status;
        try {
            status = JSON.readTree(command("{\"prefix\":\"status\",\"format\":\"json\"}"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("status is not JSON", e);
        }
        JsonNode osds = status.path("osdmap");
        JsonNode groups = status.path("pgmap");
        int clean = 0;
        for (JsonNode state : groups.path("pgs_by_state")) {
            clean += state.path("state_name").asText().equals("active+clean") ? state.path("count").asInt() : 0;
        }
        return status.path("mgrmap").path("available").asBoolean()
                && osds.path("num_up_osds").asInt() >= dir.osds()
                && groups.path("bytes_total").asLong() > 0
                && clean == groups.path("num_pgs").asInt()
                && groups.path("num_pools").asInt() == pools();
    }

    private int pools() throws InterruptedException {
        try {
            return JSON.readTree(command("{\"prefix\":\"osd pool ls\",\"format\":\"json\"}")).size();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the list of pools is not JSON", e);
        }
    }

    /// Runs a monitor command with all rights.
    private String command(String json) throws InterruptedException {
        CompletableFuture<String> answer = new CompletableFuture<>();
        mon.command(json, Bytes.EMPTY, done -> {
            if (done.code() < 0) {
                answer.completeExceptionally(new CephException(done.code(), done.outs()));
            } else {
                answer.complete(done.data().utf8());
            }
        });
        try {
            return answer.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new UserError(json + ": " + e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw new UserError(json + ": the monitor does not answer");
        }
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            AutoCloseable daemon = running.pop();
            try {
                daemon.close();
            } catch (Exception e) {
                LOG.error("stopping {}", daemon, e);
            }
        }
        loops.close();
    }
}
