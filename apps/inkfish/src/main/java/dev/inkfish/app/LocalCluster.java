package dev.inkfish.app;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.mgr.daemon.MgrConfig;
import dev.inkfish.mgr.daemon.MgrDaemon;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.daemon.HostFacts;
import dev.inkfish.mon.daemon.MonConfig;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
        EntityAuthName name = EntityAuthName.parse("mgr." + MGR);
        boolean cephx = conf.string("auth_cluster_required").contains("cephx");
        EntityAuth auth = dir.readKeyring(dir.keyring("mgr." + MGR)).find(name);
        if (cephx && auth == null) {
            throw new UserError(dir.keyring("mgr." + MGR) + " has no key for " + name);
        }
        List<EntityAddrVec> monitors = MonHosts.parse(conf.string("mon_host"));
        Bytes host = monitors.getFirst().front().ip();
        started(MgrDaemon.start(new MgrConfig(
                MGR,
                UUID.fromString(conf.string("fsid")),
                conf,
                cephx ? auth.key() : null,
                monitors,
                List.of(
                        new EntityAddr(EntityAddr.Kind.MSGR2, 0, host, 0),
                        new EntityAddr(EntityAddr.Kind.LEGACY, 0, host, 0)),
                HostFacts.collect(MonCore.VERSION),
                loops,
                network)));
    }

    private <T extends AutoCloseable> T started(T daemon) {
        running.push(daemon);
        return daemon;
    }

    /// Waits for HEALTH_OK, or until the time is over.
    ///
    /// @return what `ceph health` says in the end
    String awaitHealth(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        String health = "";
        while (System.nanoTime() < end) {
            health = command("{\"prefix\":\"health\"}");
            if (health.startsWith("HEALTH_OK")) {
                break;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return health.strip();
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
