package dev.inkfish.app;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.wire.EntityAuthName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The directory of a one-machine cluster: what lies where, and how it is filled the first time.
///
/// ```
/// ceph.conf                       for clients and daemons
/// ceph.client.admin.keyring
/// mon.a/ … mgr.x/ osd.0/ …          one directory per daemon, each with its keyring
/// run/inkfish.pid run/lock
/// ```
final class ClusterDir {
    static final String MGR = "x";

    private final Path dir;
    private @Nullable FileLock lock;

    ClusterDir(Path dir) {
        this.dir = dir.toAbsolutePath().normalize();
    }

    Path path() {
        return dir;
    }

    Path conf() {
        return dir.resolve("ceph.conf");
    }

    Path adminKeyring() {
        return dir.resolve("ceph.client.admin.keyring");
    }

    Path daemon(String name) {
        return dir.resolve(name);
    }

    Path keyring(String daemon) {
        return daemon(daemon).resolve("keyring");
    }

    Path pidFile() {
        return dir.resolve("run").resolve("inkfish.pid");
    }

    boolean exists() {
        return Files.exists(conf());
    }

    /// Takes the directory for this process until it ends.
    void lock() throws IOException {
        Files.createDirectories(dir.resolve("run"));
        FileChannel channel = FileChannel.open(
                dir.resolve("run").resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new UserError("a cluster runs in " + dir + " already (inkfish down --dir " + dir + " stops it)");
        }
        Files.writeString(pidFile(), ProcessHandle.current().pid() + "\n");
    }

    /// Whether a running process holds the directory.
    boolean isLocked() throws IOException {
        Path file = dir.resolve("run").resolve("lock");
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            FileLock free = channel.tryLock();
            if (free != null) {
                free.release();
            }
            return free == null;
        }
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(pidFile()).strip());
    }

    /// Writes configuration and keys of a new cluster.
    ///
    /// @return the keys that the monitor begins with
    KeyRing create(NewClusterOptions options) throws IOException {
        Files.createDirectories(dir);
        KeyRing initial = KeyRing.of(name("mon."), auth(Map.of("mon", "allow *")));
        KeyRing admin = KeyRing.of(
                name("client.admin"),
                auth(Map.of("mds", "allow *", "mgr", "allow *", "mon", "allow *", "osd", "allow *")));
        KeyRing mgr = KeyRing.of(
                name("mgr.x"), auth(Map.of("mds", "allow *", "mon", "allow profile mgr", "osd", "allow *")));
        Credentials.write(adminKeyring(), admin);
        Credentials.write(keyring("mgr.x"), mgr);
        KeyRing all = initial.with(admin).with(mgr);
        for (int i = 0; i < options.osds(); i++) {
            KeyRing osd = KeyRing.of(
                    name("osd." + i),
                    auth(Map.of("mgr", "allow profile osd", "mon", "allow profile osd", "osd", "allow *")));
            Credentials.write(keyring("osd." + i), osd);
            all = all.with(osd);
        }
        for (String mon : options.monitors().keySet()) {
            Credentials.write(keyring("mon." + mon), all);
        }
        // last: a directory with a ceph.conf is a cluster
        Path unfinished = dir.resolve("ceph.conf.new");
        Files.writeString(unfinished, confText(options, UUID.randomUUID()));
        Files.move(unfinished, conf());
        return all;
    }

    /// @param monitors ports by name
    /// @param osds how many OSDs
    /// @param settings text of a `ceph.conf` that goes behind, and so before, our own settings; may be empty
    record NewClusterOptions(
            SortedMap<String, MonPorts> monitors, int osds, String listen, String auth, String store, String settings) {
        String monHost() {
            return monitors.values().stream()
                    .map(ports -> "[v2:%1$s:%2$d,v1:%1$s:%3$d]".formatted(listen, ports.v2(), ports.v1()))
                    .collect(Collectors.joining(","));
        }
    }

    /// @param v2 port of msgr2; msgr1 takes `v1`
    record MonPorts(int v2, int v1) {}

    private String confText(NewClusterOptions options, UUID fsid) {
        int size = Math.min(3, options.osds());
        return """
                # Written by `inkfish up`; read again at each start. Clients use it as it is:
                #   ceph -c %1$s/ceph.conf -s      or      export CEPH_CONF=%1$s/ceph.conf
                [global]
                fsid = %2$s
                mon_host = %4$s
                mon_initial_members = %5$s
                auth_cluster_required = %6$s
                auth_service_required = %6$s
                auth_client_required = %6$s
                auth_allow_insecure_global_id_reclaim = false
                keyring = %1$s/ceph.client.admin.keyring
                public_addr = %3$s
                # replicas of new pools, spread over OSDs (not hosts: there is one)
                osd_pool_default_size = %7$d
                osd_crush_chooseleaf_type = 0
                # two OSDs that miss a third are enough to have it marked down, though they share the host
                mon_osd_reporter_subtree_level = osd
                osd_pool_default_pg_autoscale_mode = off
                # a cluster to try things on: pools may be removed
                mon_allow_pool_delete = true
                run_dir = %1$s/run
                crash_dir = %1$s/crash
                osd_objectstore = %8$s
                [mon]
                mon_data = %1$s/mon.$id
                keyring = %1$s/mon.$id/keyring
                [mgr]
                keyring = %1$s/mgr.$id/keyring
                [osd]
                osd_data = %1$s/osd.$id
                keyring = %1$s/osd.$id/keyring
                [client]
                log_file = /dev/null
                admin_socket =
                """
                .formatted(
                        dir, fsid, options.listen(), options.monHost(), String.join(", ", options.monitors().keySet()),
                        options.auth(), size, options.store())
                + options.settings();
    }

    boolean keepsObjectsInMemory() throws IOException {
        return "memstore".equals(readConf().section("global").get("osd_objectstore"));
    }

    /// The objects of a cluster in memory are gone when it stops, so its maps begin anew; keys and configuration stay.
    void forgetMaps() throws IOException {
        for (String mon : monitors()) {
            for (String part : List.of("store.db", "log")) {
                Path store = daemon("mon." + mon).resolve(part);
                if (Files.exists(store)) {
                    try (Stream<Path> files = Files.walk(store)) {
                        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                            Files.delete(file);
                        }
                    }
                }
            }
        }
    }

    /// Names of the monitors that `up` runs, in the order of their addresses in `mon_host`.
    List<String> monitors() throws IOException {
        String members = readConf().section("global").getOrDefault("mon_initial_members", "a");
        return List.of(members.strip().split("[,;\\s]+"));
    }

    ConfFile readConf() throws IOException {
        try {
            return ConfFile.read(conf());
        } catch (IllegalArgumentException e) {
            throw new UserError(conf() + ": " + e.getMessage());
        }
    }

    /// How many `osd.N` directories there are, counted from 0.
    int osds() {
        int count = 0;
        while (Files.isDirectory(daemon("osd." + count))) {
            count++;
        }
        return count;
    }

    private static EntityAuthName name(String text) {
        return EntityAuthName.parse(text);
    }

    private static EntityAuth auth(Map<String, String> caps) {
        return EntityAuth.of(Credentials.newKey(), new TreeMap<>(caps));
    }
}
