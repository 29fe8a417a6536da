package dev.inkfish.app;

import dev.inkfish.conf.ConfFile;
import dev.inkfish.objectstore.ObjectStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A one-machine cluster with each daemon in a process of its own: `inkfish mon`, `mgr`, `osd`. Their output
/// goes to `run/NAME.log`.
final class ProcessCluster extends RunningCluster {
    private static final int MAX_ATTEMPTS = 9;
    private static final int STOP_SECONDS = 20;
    /// Of a daemon that has little to do: monitor, manager.
    private static final List<String> SMALL_HEAP = List.of("-Xms64m", "-XX:NewSize=24m");

    private final ClusterDir dir;
    private final Deque<Process> running = new ArrayDeque<>();
    private @Nullable AdminClient admin;

    private ProcessCluster(ClusterDir dir) {
        this.dir = dir;
    }

    static ProcessCluster start(ClusterDir dir) throws IOException, InterruptedException {
        ProcessCluster cluster = new ProcessCluster(dir);
        try {
            ConfFile file = dir.readConf();
            for (String mon : dir.monitors()) {
                cluster.spawn("mon", mon);
            }
            cluster.admin = AdminClient.connect(file);
            cluster.command("{\"prefix\":\"fsid\"}"); // waits for them
            cluster.spawn("mgr", ClusterDir.MGR);
            for (int id = 0; id < dir.osds(); id++) {
                try (ObjectStore store = Daemons.openStore(file, id, StoreJournals.none(file)).store()) {
                    Daemons.makeOsd(cluster, file, store, id);
                }
                cluster.spawn("osd", Integer.toString(id));
            }
            return cluster;
        } catch (RuntimeException | IOException | InterruptedException e) {
            cluster.close();
            throw e;
        }
    }

    private void spawn(String role, String id) throws IOException {
        Path log = dir.path().resolve("run").resolve(role + "." + id + ".log");
        Files.deleteIfExists(log);
        List<String> command = new ArrayList<>(Detached.thisProgram(role.equals("osd") ? List.of() : SMALL_HEAP));
        command.addAll(List.of(role, "--id", id, "--dir", dir.path().toString()));
        running.push(new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    /// Asks again where nobody answers: monitors may take their time to start and to find each other, and on a busy machine to answer. What is asked
    /// here may be asked twice.
    @Override
    String command(String json) throws InterruptedException {
        AdminClient asking = admin;
        if (asking == null) {
            throw new IllegalStateException("not connected");
        }
        for (int attempt = 1; ; attempt++) {
            for (Process process : running) {
                if (!process.isAlive()) {
                    throw new UserError("a daemon has stopped: see the logs in " + dir.path().resolve("run"));
                }
            }
            try {
                return asking.command(json);
            } catch (UserError e) {
                if (attempt == MAX_ATTEMPTS || !String.valueOf(e.getMessage()).contains(AdminClient.SILENCE)) {
                    throw e;
                }
            }
        }
    }

    /// The last started first: the monitor hears what the others have to say.
    @Override
    public void close() {
        if (admin != null) {
            admin.close();
        }
        while (!running.isEmpty()) {
            Process process = running.pop();
            process.destroy();
            try {
                if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
