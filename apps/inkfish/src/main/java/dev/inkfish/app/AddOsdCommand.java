package dev.inkfish.app;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.daemon.OsdDaemon;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `inkfish add-osd`: makes OSDs on this host, as `ceph-volume` does: a number and a key from the monitors with the
/// rights of `client.bootstrap-osd`, a store of its own.
@Command(name = "add-osd", mixinStandardHelpOptions = true, description = "Makes OSDs on this host; inkfish node runs them.")
final class AddOsdCommand implements Callable<Integer> {
    static final EntityAuthName BOOTSTRAP = EntityAuthName.parse("client.bootstrap-osd");

    @Mixin
    private Site site = new Site();

    @Option(names = "--count", description = "how many (default: ${DEFAULT-VALUE})", defaultValue = "1")
    private int count = 1;

    @Option(names = "--id", description = "a number of one's choice, of an OSD that was destroyed")
    private @Nullable Integer id;

    @Option(names = "--keyring", description = "has the key of client.bootstrap-osd or client.admin")
    private @Nullable Path keyring;

    @Override
    public Integer call() throws Exception {
        for (int made : make(site.read(), keyring, count, id)) {
            System.out.println("osd." + made);
        }
        return 0;
    }

    static List<Integer> make(ConfFile file, @Nullable Path keyring, int count, @Nullable Integer wanted)
            throws IOException, InterruptedException {
        List<Integer> made = new java.util.ArrayList<>();
        try (AdminClient monitors = connect(file, keyring)) {
            for (int i = 0; i < count; i++) {
                made.add(makeOne(file, monitors, wanted));
            }
        }
        return made;
    }

    private static AdminClient connect(ConfFile file, @Nullable Path keyring) throws IOException {
        Conf conf = Conf.of("client", "admin", file);
        if (!conf.string("auth_client_required").contains("cephx")) {
            return AdminClient.connect(file);
        }
        List<Path> places = keyring != null
                ? List.of(keyring)
                : List.of(bootstrapKeyring(file), Path.of("/var/lib/ceph/bootstrap-osd/ceph.keyring"));
        for (Path each : places) {
            EntityAuth auth = Files.isReadable(each) ? Credentials.read(each).find(BOOTSTRAP) : null;
            if (auth != null) {
                return AdminClient.connect(conf, BOOTSTRAP, Credentials.of(BOOTSTRAP, auth.key(), List.of()));
            }
        }
        if (keyring != null) {
            conf.set(Conf.Layer.CMDLINE, "keyring", keyring.toString());
        }
        EntityAuthName admin = EntityAuthName.parse("client.admin");
        return AdminClient.connect(conf, admin, Credentials.of(conf, admin, List.of()));
    }

    /// Beside the OSDs' directories.
    static Path bootstrapKeyring(ConfFile file) {
        Path data = Site.data(file, "osd", "0").toAbsolutePath().getParent();
        return (data == null ? Site.DATA : data).resolve("bootstrap-osd").resolve("ceph.keyring");
    }

    private static int makeOne(ConfFile file, AdminClient monitors, @Nullable Integer wanted)
            throws IOException, InterruptedException {
        UUID uuid = UUID.randomUUID();
        CryptoKey key = Credentials.newKey();
        String number = wanted == null ? "" : ",\"id\":\"" + wanted + "\"";
        String answer = monitors.command(
                "{\"prefix\":\"osd new\",\"uuid\":\"" + uuid + "\"" + number + "}",
                Bytes.utf8("{\"cephx_secret\": \"" + key.toBase64() + "\"}"));
        int id = Integer.parseInt(answer.strip());
        EntityAuthName name = EntityAuthName.parse("osd." + id);
        Path data = Site.data(file, "osd", Integer.toString(id));
        if (Files.exists(data.resolve("fsid"))) {
            throw new UserError(data + " holds a store already: osd." + id + " was given to another");
        }
        Credentials.write(data.resolve("keyring"), KeyRing.of(name, EntityAuth.of(key, new TreeMap<>())));
        try (ObjectStore store = Daemons.openStore(file, id, StoreJournals.none(file)).store()) {
            OsdDaemon.mkfs(store, UUID.fromString(Conf.of("osd", Integer.toString(id), file).string("fsid")), id, uuid);
        }
        Site.handOver(data);
        return id;
    }
}
