package dev.inkfish.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `inkfish down`: stops the cluster of a directory.
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops the cluster that runs in a directory, and waits until it has stopped.")
final class DownCommand implements Callable<Integer> {
    private static final int LIMIT_SECONDS = 30;

    @Option(names = "--dir", description = "where the cluster lives (default: ${DEFAULT-VALUE})", defaultValue = "data")
    private Path dir = Path.of("data");

    @Override
    public Integer call() throws Exception {
        ClusterDir cluster = new ClusterDir(dir);
        if (!cluster.exists()) {
            throw new UserError("there is no cluster in " + cluster.path());
        }
        if (!cluster.isLocked()) {
            System.out.println("not running");
            return 0;
        }
        ProcessHandle process = ProcessHandle.of(cluster.pid())
                .orElseThrow(() -> new UserError("its process is gone, but something holds " + cluster.path()));
        process.destroy();
        for (int i = 0; i < LIMIT_SECONDS * 20 && cluster.isLocked(); i++) {
            Thread.sleep(50);
        }
        if (cluster.isLocked()) {
            throw new UserError("process " + process.pid() + " has not stopped within " + LIMIT_SECONDS + " s");
        }
        System.out.println("stopped");
        return 0;
    }
}
