package dev.inkfish.app;

import dev.inkfish.command.CommandResult;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.mon.daemon.MonDaemon;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.osd.daemon.OsdDaemon;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
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
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All daemons of a one-machine cluster in this process, wired together.
final class LocalCluster extends RunningCluster {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    private static final int LIMIT_SECONDS = 30;
    private static final long RETRY_MILLIS = 10;

    private final ClusterDir dir;
    private final ConfFile file;
    private final EventLoops loops =
            EventLoops.create("net", Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    private final LocalNetwork network = new LocalNetwork();
    /// Stopped in the reverse order of starting.
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private final List<MonDaemon> monitors = new ArrayList<>();
    private final StoreJournals journals;

    private LocalCluster(ClusterDir dir) throws IOException {
        this.dir = dir;
        this.file = dir.readConf();
        this.journals = new StoreJournals(file, IntStream.range(0, dir.osds()).mapToObj(Integer::toString).toList());
    }

    static LocalCluster start(ClusterDir dir) throws IOException {
        LocalCluster cluster = new LocalCluster(dir);
        try {
            cluster.startMonitors();
            cluster.started(Daemons.startMgr(cluster.file, ClusterDir.MGR, cluster.loops, cluster.network));
            cluster.startOsds();
            return cluster;
        } catch (RuntimeException | IOException e) {
            cluster.close();
            throw e;
        }
    }

    /// A monitor that has lost its store needs the others to join them.
    private void startMonitors() throws IOException {
        for (boolean made : new boolean[] {true, false}) {
            List<Callable<MonDaemon>> starts = new ArrayList<>();
            for (String name : dir.monitors()) {
                if (Monitors.isMade(file, name) == made && monitors.size() < dir.monitors().size()) {
                    starts.add(() -> Monitors.start(file, name, loops, network));
                }
            }
            monitors.addAll(sideBySide(starts));
        }
    }

    private void startOsds() throws IOException {
        List<Callable<OsdDaemon>> starts = new ArrayList<>();
        for (int i = 0; i < dir.osds(); i++) {
            int id = i;
            starts.add(() -> startOsd(id));
        }
        sideBySide(starts);
    }

    /// Opening the stores is what takes longest.
    private <T extends AutoCloseable> List<T> sideBySide(List<Callable<T>> starts) throws IOException {
        List<T> daemons = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> start : threads.invokeAll(starts)) {
                daemons.add(started(start.get()));
            }
            return daemons;
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
        Daemons.OsdStore disk = Daemons.openStore(file, id, journals);
        Daemons.makeOsd(this, file, disk.store(), id);
        return Daemons.startOsd(file, id, disk, loops, network);
    }

    private <T extends AutoCloseable> T started(T daemon) {
        running.push(daemon);
        return daemon;
    }

    /// The monitor that leads takes it.
    @Override
    String command(String json) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (System.nanoTime() < end) {
            for (MonDaemon monitor : monitors) {
                CompletableFuture<CommandResult.Done> answer = new CompletableFuture<>();
                monitor.command(json, Bytes.EMPTY, answer::complete);
                try {
                    CommandResult.Done done = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
                    if (done.code() >= 0) {
                        return done.data().utf8();
                    } else if (done.code() != Errno.EAGAIN.code()) {
                        throw new UserError(json + ": " + done.outs());
                    }
                } catch (ExecutionException | TimeoutException e) {
                    throw new UserError(json + ": the monitor does not answer");
                }
            }
            Thread.sleep(RETRY_MILLIS);
        }
        throw new UserError(json + ": no monitor leads");
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
        journals.close();
        loops.close();
    }
}
