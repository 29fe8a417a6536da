package dev.inkfish.app;

import dev.inkfish.conf.ConfFile;
import dev.inkfish.net.EventLoops;
import dev.inkfish.osd.daemon.OsdDaemon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One daemon in this process: `inkfish mon`, `inkfish mgr`, `inkfish osd`, on a directory that `inkfish up` made.
abstract class RoleCommand implements Callable<Integer> {
    private static final int LOOPS = 2;

    @Option(names = "--dir", description = "where the cluster lives (default: ${DEFAULT-VALUE})", defaultValue = "data")
    private Path dir = Path.of("data");

    @Option(names = "--id", required = true, description = "which one: the part behind the dot of its name")
    protected String id = "";

    abstract AutoCloseable start(ClusterDir cluster, ConfFile file, EventLoops loops) throws IOException;

    @Override
    public Integer call() throws Exception {
        ClusterDir cluster = new ClusterDir(dir);
        if (!cluster.exists()) {
            throw new UserError("there is no cluster in " + cluster.path());
        }
        try (Lifetime lifetime = new Lifetime();
                EventLoops loops = EventLoops.create("net", LOOPS);
                AutoCloseable daemon = start(cluster, cluster.readConf(), loops)) {
            lifetime.awaitSignal();
        }
        return 0;
    }

    @Command(name = "mon", mixinStandardHelpOptions = true, description = "Runs one monitor.")
    static final class Mon extends RoleCommand {
        @Override
        AutoCloseable start(ClusterDir cluster, ConfFile file, EventLoops loops) throws IOException {
            return Daemons.startMon(cluster, file, id, loops, null);
        }
    }

    @Command(name = "mgr", mixinStandardHelpOptions = true, description = "Runs one manager.")
    static final class Mgr extends RoleCommand {
        @Override
        AutoCloseable start(ClusterDir cluster, ConfFile file, EventLoops loops) throws IOException {
            return Daemons.startMgr(cluster, file, id, loops, null);
        }
    }

    @Command(name = "osd", mixinStandardHelpOptions = true, description = "Runs one OSD.")
    static final class Osd extends RoleCommand {
        @Override
        AutoCloseable start(ClusterDir cluster, ConfFile file, EventLoops loops) throws IOException {
            int number;
            try {
                number = Integer.parseInt(id);
            } catch (NumberFormatException e) {
                throw new UserError("--id " + id + ": an OSD's id is a number");
            }
            Daemons.OsdStore disk = Daemons.openStore(file, number);
            if (!OsdDaemon.isMade(disk.store())) {
                disk.store().close();
                throw new UserError("osd." + id + " was not made yet: inkfish up --processes does it");
            }
            return Daemons.startOsd(cluster, file, number, disk, loops, null);
        }
    }
}
