package dev.inkfish.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `inkfish status`: what `ceph -s` says, without Ceph's programs.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the state of the cluster that runs in a directory.")
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--dir", description = "where the cluster lives (default: ${DEFAULT-VALUE})", defaultValue = "data")
    private Path dir = Path.of("data");

    @Override
    public Integer call() throws Exception {
        ClusterDir cluster = new ClusterDir(dir);
        if (!cluster.exists()) {
            throw new UserError("there is no cluster in " + cluster.path());
        }
        if (!cluster.isLocked()) {
            System.out.println("the cluster in " + cluster.path() + " is not running");
            return 1;
        }
        try (AdminClient admin = AdminClient.connect(cluster.readConf())) {
            System.out.print(admin.command("{\"prefix\":\"status\"}"));
        }
        return 0;
    }
}
