package dev.inkfish.app;

import dev.inkfish.conf.ConfFile;
import dev.inkfish.wire.CephException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `inkfish up`: a whole cluster on this machine.
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Creates or reopens a one-machine cluster and runs it until it is stopped (Ctrl-C, inkfish down).")
final class UpCommand implements Callable<Integer> {
    private static final int MSGR2_PORT = 3300;
    private static final int MSGR1_PORT = 6789;
    private static final int MAX_MONS = 9;
    /// What a monitor, or an OSD without objects, may take on the disk.
    private static final long LEAST_SPACE = 32L << 20;
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);

    @Option(names = "--dir", description = "where the cluster lives (default: ${DEFAULT-VALUE})", defaultValue = "data")
    private Path dir = Path.of("data");

    @Option(names = "--osds", description = "how many OSDs a new cluster gets (default: 3)")
    private @Nullable Integer osds;

    @Option(names = "--mons", description = "how many monitors a new cluster gets (default: 1)")
    private @Nullable Integer mons;

    @Option(names = "--listen", description = "address of a new cluster (default: ${DEFAULT-VALUE})", defaultValue = "127.0.0.1")
    private String listen = "127.0.0.1";

    @Option(
            names = "--port",
            description = "the first monitor's port for msgr2 in a new cluster, others behind it (default: 3300 for msgr2, "
                    + "6789 for msgr1; else msgr1 on the next)")
    private @Nullable Integer port;

    @Option(names = "--conf", description = "a ceph.conf whose settings a new cluster takes")
    private @Nullable Path settings;

    @Option(names = "--auth", description = "cephx or none, in a new cluster (default: ${DEFAULT-VALUE})", defaultValue = "cephx")
    private String auth = "cephx";

    @Option(names = "--memory", description = "a new cluster keeps objects in memory only: lost when it stops")
    private boolean memory;

    @Option(names = "--processes", description = "each daemon in a process of its own")
    private boolean processes;

    @Option(names = "--detach", description = "return when the cluster is healthy; it goes on in the background")
    private boolean detach;

    @Override
    public Integer call() throws Exception {
        check();
        if (!new ClusterDir(dir).exists()) {
            checkNew();
        }
        if (detach) {
            return Detached.up(dir, arguments());
        }
        long started = System.nanoTime();
        ClusterDir cluster = new ClusterDir(dir);
        cluster.lock();
        boolean fresh = !cluster.exists();
        if (fresh) {
            cluster.create(new ClusterDir.NewClusterOptions(
                    monPorts(), osds == null ? 3 : osds, listen, auth, memory ? "memstore" : "blockstore",
                    settings()));
        } else if (mons != null && mons != cluster.monitors().size()) {
            throw new UserError(cluster.path() + " has " + cluster.monitors().size()
                    + " monitors; leave --mons out to reopen it");
        } else if (osds != null && osds != cluster.osds()) {
            throw new UserError(cluster.path() + " has " + cluster.osds() + " OSDs; leave --osds out to reopen it");
        }
        checkProcesses(cluster.keepsObjectsInMemory());
        if (!fresh && cluster.keepsObjectsInMemory()) {
            cluster.forgetMaps();
        }
        Monitors.makeFirst(cluster);
        ConfFile file = cluster.readConf();
        try (Lifetime lifetime = new Lifetime(file, "client.node");
                CrashPosts posts = CrashPosts.start(file);
                RunningCluster running = processes ? ProcessCluster.start(cluster) : LocalCluster.start(cluster)) {
            String health = running.awaitReady(cluster.osds(), READY_WITHIN);
            announce(cluster, health, fresh, Duration.ofNanos(System.nanoTime() - started));
            lifetime.awaitSignal();
        }
        return 0;
    }

    /// What the user's file says, once it is known to be a configuration.
    private String settings() throws IOException {
        if (settings == null) {
            return "";
        }
        try {
            ConfFile.read(settings);
        } catch (IllegalArgumentException e) {
            throw new UserError(settings + ": " + e.getMessage());
        }
        // lines before the first section are for all
        return "# From " + settings + "\n[global]\n" + Files.readString(settings);
    }

    /// `a`, `b`, `c`, … with two ports each.
    private SortedMap<String, ClusterDir.MonPorts> monPorts() {
        SortedMap<String, ClusterDir.MonPorts> ports = new TreeMap<>();
        for (int i = 0; i < (mons == null ? 1 : mons); i++) {
            ports.put(Character.toString('a' + i), port == null
                    ? new ClusterDir.MonPorts(MSGR2_PORT + i, MSGR1_PORT + i)
                    : new ClusterDir.MonPorts(port + 2 * i, port + 2 * i + 1));
        }
        return ports;
    }

    /// What would stop a new cluster, found out before anything is written.
    private void checkNew() throws IOException {
        for (int each : monPorts().values().stream().flatMap(p -> Stream.of(p.v2(), p.v1())).toList()) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(listen, each));
            } catch (IOException e) {
                throw new UserError("cannot listen on " + listen + ":" + each + ": " + e.getMessage());
            }
        }
        Path existing = dir.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        long needed = memory ? LEAST_SPACE : LEAST_SPACE * (1 + (osds == null ? 3 : osds));
        if (existing != null && Files.getFileStore(existing).getUsableSpace() < needed) {
            throw new UserError("no space: less than " + (needed >> 20) + " MiB are free for " + dir.toAbsolutePath());
        }
    }

    /// An OSD makes its store before its process starts, and memory does not outlive that.
    private void checkProcesses(boolean inMemory) {
        if (processes && inMemory) {
            throw new UserError("--memory keeps objects in one process: leave --processes out");
        }
    }

    private void check() {
        checkProcesses(memory);
        if (mons != null && (mons < 1 || mons > MAX_MONS)) {
            throw new UserError("--mons " + mons + ": from 1 to " + MAX_MONS);
        }
        if (osds != null && osds < 1) {
            throw new UserError("--osds " + osds + ": a cluster needs at least one");
        }
        if (!auth.equals("cephx") && !auth.equals("none")) {
            throw new UserError("--auth " + auth + ": cephx or none");
        }
        if (port != null && (port < 1 || port > 65534)) {
            throw new UserError("--port " + port + ": not a port");
        }
    }

    private java.util.List<String> arguments() {
        java.util.List<String> all = new java.util.ArrayList<>(java.util.List.of(
                "up", "--dir", dir.toString(), "--listen", listen, "--auth", auth));
        if (settings != null) {
            all.addAll(java.util.List.of("--conf", settings.toString()));
        }
        if (osds != null) {
            all.addAll(java.util.List.of("--osds", osds.toString()));
        }
        if (mons != null) {
            all.addAll(java.util.List.of("--mons", mons.toString()));
        }
        if (port != null) {
            all.addAll(java.util.List.of("--port", port.toString()));
        }
        if (memory) {
            all.add("--memory");
        }
        if (processes) {
            all.add("--processes");
        }
        return all;
    }

    private static void announce(ClusterDir cluster, String health, boolean fresh, Duration took) {
        System.out.printf(
                """
                %s after %.1f s: %s cluster in %s

                  export CEPH_CONF=%s
                  ceph -s
                  ceph osd pool create rbd && rbd pool init rbd
                  rbd create --size 10G rbd/disk1 && rbd ls

                Configuration: %s   admin key: %s
                """,
                health,
                took.toMillis() / 1000.0,
                fresh ? "new" : "reopened",
                cluster.path(),
                cluster.conf(),
                cluster.conf(),
                cluster.adminKeyring());
        System.out.flush();
    }

    /// What a failure means to the user.
    static String explain(Exception e) {
        return switch (e) {
            case UserError user -> user.getMessage();
            case CephException ceph -> ceph.getMessage();
            case AccessDeniedException denied -> "no permission: " + denied.getFile();
            case NoSuchFileException missing -> "no such file or directory: " + missing.getFile();
            case FileSystemException file -> file.getFile() + ": "
                    + (file.getReason() == null ? file.getClass().getSimpleName() : file.getReason());
            case IOException io -> io.getMessage() == null ? io.toString() : io.toString();
            default -> e.toString();
        };
    }
}
