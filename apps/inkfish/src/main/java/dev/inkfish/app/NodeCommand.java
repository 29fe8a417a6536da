package dev.inkfish.app;

import dev.inkfish.conf.ConfFile;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.osd.daemon.OsdDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `inkfish node`: all daemons of this host in one process.
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "Runs all monitors, managers and OSDs of this host in one process.")
final class NodeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);

    private static final long MAKE_NANOS = 120_000_000_000L;
    private static final long AGAIN_MILLIS = 1000;

    @Mixin
    private Site site = new Site();

    /// Stopped in the reverse order of starting.
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private @Nullable StoreJournals journals;

    @Override
    public Integer call() throws Exception {
        ConfFile file = site.read();
        try (Lifetime lifetime = new Lifetime(file, "client.node");
                CrashPosts posts = CrashPosts.start(file);
                EventLoops loops =
                        EventLoops.create("net", Math.max(2, Runtime.getRuntime().availableProcessors()))) {
            try {
                start(file, loops);
                if (running.isEmpty()) {
                    throw new UserError("no daemon of this host is described in " + site.conf());
                }
                LOG.info("running {}", running.reversed());
                lifetime.awaitSignal();
            } finally {
                stop();
            }
        }
        return 0;
    }

    private void start(ConfFile file, EventLoops loops) throws IOException, InterruptedException {
        LocalNetwork network = new LocalNetwork();
        for (String id : Site.daemons(file, "mon")) {
            running.push(Monitors.start(file, id, loops, network));
        }
        for (String id : Site.daemons(file, "mgr")) {
            running.push(Daemons.startMgr(file, id, loops, network));
        }
        List<String> osds = Site.daemons(file, "osd");
        journals = new StoreJournals(file, osds);
        for (String id : osds) {
            int number = RoleCommand.Osd.number(id);
            if (!Files.exists(Site.data(file, "osd", id).resolve("fsid"))) {
                make(file, number);
            }
            Daemons.OsdStore disk = Daemons.openStore(file, number, journals);
            if (!OsdDaemon.isMade(disk.store())) {
                disk.store().close();
                throw new UserError("osd." + id + ": its store was begun and not finished; remove it to begin anew");
            }
            running.push(Daemons.startOsd(file, number, disk, loops, network));
        }
    }

    /// An OSD that the configuration puts on this host and that is not there: the first start. The monitors may not
    /// have found each other yet.
    private static void make(ConfFile file, int number) throws IOException, InterruptedException {
        long end = System.nanoTime() + MAKE_NANOS;
        while (true) {
            try {
                AddOsdCommand.make(file, null, 1, number);
                LOG.info("made osd.{}", number);
                return;
            } catch (UserError e) {
                if (System.nanoTime() > end || e.getMessage().contains("in use")) {
                    throw e;
                }
                LOG.info("osd.{} cannot be made yet: {}", number, e.getMessage());
                Thread.sleep(AGAIN_MILLIS);
            }
        }
    }

    private void stop() {
        while (!running.isEmpty()) {
            AutoCloseable daemon = running.pop();
            try {
                daemon.close();
            } catch (Exception e) {
                LOG.error("stopping {}", daemon, e);
            }
        }
        if (journals != null) {
            journals.close();
        }
    }
}
