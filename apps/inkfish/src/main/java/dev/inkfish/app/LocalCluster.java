package dev.inkfish.app;

import dev.inkfish.conf.ConfFile;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.osd.daemon.OsdDaemon;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
final class LocalCluster extends RunningCluster {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    private final ClusterDir dir;
    private final ConfFile file;
    private final EventLoops loops =
            EventLoops.create("net", Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
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
            cluster.mon = cluster.started(Daemons.startMon(cluster.file, ClusterDir.MON, cluster.loops, cluster.network));
            cluster.started(Daemons.startMgr(cluster.file, ClusterDir.MGR, cluster.loops, cluster.network));
            cluster.startOsds();
            return cluster;
        } catch (RuntimeException | IOException e) {
            cluster.close();
            throw e;
        }
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
        Daemons.OsdStore disk = Daemons.openStore(file, id);
        Daemons.makeOsd(this, file, disk.store(), id);
        return Daemons.startOsd(file, id, disk, loops, network);
    }

    private <T extends AutoCloseable> T started(T daemon) {
        running.push(daemon);
        return daemon;
    }

    @Override
    String command(String json) throws InterruptedException {
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
