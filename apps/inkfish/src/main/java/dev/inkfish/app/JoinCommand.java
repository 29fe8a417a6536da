package dev.inkfish.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.wire.EntityAuthName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `inkfish join`: makes this host one of a running cluster's, with the key that may make OSDs.
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = "Makes this host part of a running cluster and gives it OSDs, with the key of "
                + "client.bootstrap-osd; `inkfish node` runs them.")
final class JoinCommand implements Callable<Integer> {
    @Mixin
    private Site site = new Site();

    @Option(names = "--mon-host", required = true, description = "the monitors' addresses, as in ceph.conf")
    private String monHost = "";

    @Option(names = "--keyring", description = "has the key of client.bootstrap-osd; not needed without authentication")
    private @Nullable Path keyring;

    @Option(names = "--data", description = "where the daemons' directories lie (default: ${DEFAULT-VALUE})", defaultValue = "/var/lib/inkfish")
    private Path data = Site.DATA;

    @Option(names = "--osds", description = "how many OSDs to make (default: ${DEFAULT-VALUE})", defaultValue = "1")
    private int osds = 1;

    @Option(
            names = "--mon-ip",
            description = "this host's address, on which it gets a monitor too; --keyring then has the key of mon. as well")
    private @Nullable String monitor;

    @Option(names = "--store-size", description = "how large the store of each OSD of this host may get (default: 100G)")
    private @Nullable String storeSize;

    @Override
    public Integer call() throws Exception {
        site.mustBeNew();
        data = data.toAbsolutePath().normalize();
        String fsid = askFsid();
        Files.createDirectories(site.conf().getParent());
        Path unfinished = site.conf().resolveSibling("ceph.conf.new");
        Files.writeString(unfinished, confText(fsid));
        ConfFile file = ConfFile.read(unfinished);
        if (keyring != null) {
            keepKeys(file, Credentials.read(keyring));
        }
        for (int made : AddOsdCommand.make(file, keyring, osds, null)) {
            System.out.println("osd." + made);
        }
        Files.move(unfinished, site.conf());
        System.out.printf("Configuration: %s%n  inkfish node -c %1$s      # runs them%n", site.conf());
        return 0;
    }

    private void keepKeys(ConfFile file, KeyRing keys) throws IOException {
        if (monitor != null) {
            Path mon = Site.data(file, "mon", host());
            Credentials.write(mon.resolve("keyring"), keys);
            Site.handOver(mon);
        }
        Path bootstrap = AddOsdCommand.bootstrapKeyring(file);
        Credentials.write(bootstrap, keys);
        Site.handOver(data.resolve("bootstrap-osd"));
        EntityAuth crash = keys.find(EntityAuthName.parse(CrashPosts.USER));
        if (crash != null) {
            Credentials.write(CrashPosts.keyring(data), KeyRing.of(EntityAuthName.parse(CrashPosts.USER), crash));
            Site.handOver(data.resolve("crash"));
        }
    }

    private static String host() {
        return new Conf("mon", "").hostname();
    }

    private String auth() {
        return keyring == null ? "none" : "cephx";
    }

    private String askFsid() throws IOException, InterruptedException {
        Conf conf = Conf.of("client", "admin", ConfFile.parse(globalText("")));
        EntityAuthName name = AddOsdCommand.BOOTSTRAP;
        try (AdminClient monitors = keyring == null
                ? AdminClient.connect(ConfFile.parse(globalText("")))
                : AdminClient.connect(conf, name, Credentials.of(name, key(keyring), List.of()))) {
            JsonNode map = new ObjectMapper()
                    .readTree(monitors.command("{\"prefix\":\"mon dump\",\"format\":\"json\"}"));
            return map.path("fsid").asText();
        }
    }

    private static dev.inkfish.cephx.CryptoKey key(Path keyring) throws IOException {
        EntityAuth auth = Credentials.read(keyring).find(AddOsdCommand.BOOTSTRAP);
        if (auth == null) {
            throw new UserError(keyring + " has no key of " + AddOsdCommand.BOOTSTRAP);
        }
        return auth.key();
    }

    private String globalText(String fsid) {
        return """
                # Written by `inkfish join`.
                [global]
                %smon_host = %s
                auth_cluster_required = %s
                auth_service_required = %3$s
                auth_client_required = %3$s
                """
                .formatted(
                        fsid.isEmpty() ? "" : "fsid = " + fsid + "\n",
                        fsid.isEmpty() || monitor == null ? monHost : monHost + "," + monitor,
                        auth());
    }

    private String confText(String fsid) {
        String text = globalText(fsid) + BootstrapCommand.daemonSections(data, storeSize) + "\n";
        return monitor == null ? text : text + "[mon." + host() + "]\nmon_addr = " + monitor + "\n";
    }
}
