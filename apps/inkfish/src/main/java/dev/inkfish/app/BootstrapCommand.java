package dev.inkfish.app;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.wire.EntityAuthName;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `inkfish bootstrap`: makes the first host of a cluster: configuration, keys, the first monitor and manager.
@Command(
        name = "bootstrap",
        mixinStandardHelpOptions = true,
        description = "Makes the first host of a new cluster: configuration, keys, a monitor and a manager. "
                + "`inkfish node` runs them; `inkfish add-osd` gives the host OSDs; `inkfish join` adds hosts.")
final class BootstrapCommand implements Callable<Integer> {
    @Mixin
    private Site site = new Site();

    @Option(names = "--mon-ip", required = true, description = "this host's address, on which the monitor listens")
    private String address = "";

    @Option(names = "--data", description = "where the daemons' directories lie (default: ${DEFAULT-VALUE})", defaultValue = "/var/lib/inkfish")
    private Path data = Site.DATA;

    @Option(names = "--id", description = "name of the monitor and the manager (default: the host's)")
    private @Nullable String id;

    @Option(names = "--port", description = "the monitor's port for msgr2; msgr1 takes 6789, or the next", defaultValue = "3300")
    private int port = 3300;

    @Option(names = "--auth", description = "cephx or none (default: ${DEFAULT-VALUE})", defaultValue = "cephx")
    private String auth = "cephx";

    @Option(
            names = "--single-host-defaults",
            description = "replicas on different OSDs, not hosts: for a cluster that stays on one host")
    private boolean singleHost;

    @Option(names = "--store-size", description = "how large the store of each OSD of this host may get (default: 100G)")
    private @Nullable String storeSize;

    @Override
    public Integer call() throws Exception {
        site.mustBeNew();
        String name = id == null ? new Conf("mon", "").hostname() : id;
        data = data.toAbsolutePath().normalize();
        String ip = InetAddress.getByName(address).getHostAddress();
        writeKeys(name);
        Files.createDirectories(site.conf().getParent());
        Path unfinished = site.conf().resolveSibling("ceph.conf.new");
        Files.writeString(unfinished, confText(name, ip.contains(":") ? "[" + ip + "]" : ip));
        Files.move(unfinished, site.conf());
        announce();
        return 0;
    }

    private Path adminKeyring() {
        return site.conf().resolveSibling("ceph.client.admin.keyring");
    }

    private void writeKeys(String name) throws IOException {
        String all = "allow *";
        KeyRing admin = ring("client.admin", Map.of("mds", all, "mgr", all, "mon", all, "osd", all));
        KeyRing osd = ring("client.bootstrap-osd", Map.of("mon", "allow profile bootstrap-osd"));
        KeyRing mgr = ring("mgr." + name, Map.of("mds", all, "mon", "allow profile mgr", "osd", all));
        KeyRing crash = ring(CrashPosts.USER, Map.of("mgr", "allow profile crash", "mon", "allow profile crash"));
        KeyRing mon = ring("mon.", Map.of("mon", all));
        Credentials.write(adminKeyring(), admin);
        Credentials.write(data.resolve("bootstrap-osd").resolve("ceph.keyring"), osd);
        Credentials.write(data.resolve("mgr." + name).resolve("keyring"), mgr);
        Credentials.write(CrashPosts.keyring(data), crash);
        Credentials.write(data.resolve("mon." + name).resolve("keyring"), mon.with(admin).with(osd).with(mgr).with(crash));
        for (String made : List.of("bootstrap-osd", "mgr." + name, "mon." + name, "crash")) {
            Site.handOver(data.resolve(made));
        }
    }

    private static KeyRing ring(String name, Map<String, String> caps) {
        return KeyRing.of(EntityAuthName.parse(name), EntityAuth.of(Credentials.newKey(), new TreeMap<>(caps)));
    }

    private String confText(String name, String ip) {
        String single = singleHost
                ? "# replicas are spread over OSDs: there is one host\n"
                        + "osd_crush_chooseleaf_type = 0\nmon_osd_reporter_subtree_level = osd\n"
                : "";
        return """
                # Written by `inkfish bootstrap`; the same file serves clients and daemons of all hosts.
                [global]
                fsid = %s
                mon_host = [v2:%s:%d,v1:%s:%d]
                mon_initial_members = %s
                auth_cluster_required = %s
                auth_service_required = %s
                auth_client_required = %s
                auth_allow_insecure_global_id_reclaim = false
                %s%s
                """
                .formatted(
                        UUID.randomUUID(), ip, port, ip, port == 3300 ? 6789 : port + 1, name, auth, auth, auth, single,
                        daemonSections(data, storeSize));
    }

    /// Where daemons keep their data and keys.
    static String daemonSections(Path data, @Nullable String storeSize) {
        return """
                [mon]
                mon_data = %1$s/mon.$id
                keyring = %1$s/mon.$id/keyring
                [mgr]
                mgr_data = %1$s/mgr.$id
                keyring = %1$s/mgr.$id/keyring
                [osd]
                osd_data = %1$s/osd.$id
                keyring = %1$s/osd.$id/keyring%2$s
                [client.crash]
                keyring = %3$s"""
                .formatted(data, storeSize == null ? "" : "\nosd_store_size = " + storeSize, CrashPosts.keyring(data));
    }

    private void announce() throws IOException {
        ConfFile file = site.read();
        System.out.printf(
                """
                Configuration: %s   admin key: %s
                On this host:
                  inkfish node -c %1$s &        # or: systemctl enable --now inkfish-node
                  inkfish add-osd -c %1$s
                On others, with a copy of %3$s:
                  inkfish join --mon-host '%4$s' --keyring ceph.keyring --osds 1
                """,
                site.conf(),
                adminKeyring(),
                AddOsdCommand.bootstrapKeyring(file),
                file.section("global").get("mon_host"));
    }
}
