package dev.inkfish.mon.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.conf.Conf;
import dev.inkfish.net.EventLoops;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified `ceph` program against a monitor: users, their keys and what they may do.
@EnabledIf("cephIsInstalled")
class RealCephAuthTest {
    private static final Path CEPH = Path.of("/usr/bin/ceph");

    @TempDir
    Path dir;

    private EventLoops loops;
    private MonDaemon monitor;
    private EntityAddrVec addrs;

    static boolean cephIsInstalled() {
        return Files.isExecutable(CEPH);
    }

    @BeforeEach
    void start() throws IOException {
        addrs = EntityAddrVec.of(freeAddress(EntityAddr.Kind.MSGR2), freeAddress(EntityAddr.Kind.LEGACY));
        UUID fsid = new UUID(7, 8);
        Utime now = MonDaemon.now();
        MonMap map = MonMap.initial(fsid, List.of(new MonInfo("a", addrs)), now);
        Map<EntityAuthName, EntityAuth> keys = new TreeMap<>();
        for (String name : List.of("mon.", "client.admin")) {
            CryptoKey key = CryptoKey.generate(CryptoKey.AES, now, count -> Bytes.wrap(MonDaemon.randomBytes(count)));
            keys.put(
                    EntityAuthName.parse(name),
                    EntityAuth.of(key, Map.of("mon", "allow *", "osd", "allow *", "mgr", "allow *", "mds", "allow *")));
        }
        String keyring = new KeyRing(new TreeMap<>(keys)).print();
        Files.writeString(dir.resolve("keyring"), keyring);
        Conf conf = new Conf("mon", "a");
        MonDaemon.mkfs(dir.resolve("mon"), "a", map, Bytes.utf8(keyring), conf);
        loops = EventLoops.create("mon", 1);
        monitor = MonDaemon.start(new MonConfig("a", dir.resolve("mon"), conf, loops, null));
    }

    @AfterEach
    void stop() {
        monitor.close();
        loops.close();
    }

    private static EntityAddr freeAddress(EntityAddr.Kind kind) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return EntityAddr.of(kind, new InetSocketAddress("127.0.0.1", socket.getLocalPort()), 0);
        }
    }

    private record Outcome(int code, String output) {}

    /// Standard output and error together, as `&> file` takes them.
    private Outcome ceph(EntityAddr.Kind kind, String... words) throws Exception {
        Path conf = Files.writeString(
                dir.resolve(kind + ".conf"),
                "[global]\nmon_host = [" + addrs.first(kind) + "]\nkeyring = " + dir.resolve("keyring") + "\n");
        List<String> command = new ArrayList<>(List.of(CEPH.toString(), "-c", conf.toString()));
        command.addAll(List.of(words));
        Process ceph = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out").toFile())
                .start();
        boolean ended = ceph.waitFor(20, TimeUnit.SECONDS);
        ceph.destroyForcibly();
        String output = Files.readString(dir.resolve("out"));
        assertThat(ended).as(output).isTrue();
        return new Outcome(ceph.exitValue(), output);
    }

    private Outcome ceph(String... words) throws Exception {
        return ceph(EntityAddr.Kind.MSGR2, words);
    }

    @Test
    void aKeyringTakenWithAllItsOutputIsUsable() throws Exception {
        assertThat(ceph("auth", "get-or-create", "client.x", "mon", "allow r").code()).isZero();
        Path taken = Files.writeString(dir.resolve("x"), ceph("auth", "get", "client.x").output());
        assertThat(ceph("-n", "client.x", "-k", taken.toString(), "mon", "stat").output()).startsWith("e1: 1 mons");
        assertThat(ceph(EntityAddr.Kind.LEGACY, "-n", "client.x", "-k", taken.toString(), "mon", "stat").output())
                .startsWith("e1: 1 mons");
        assertThat(ceph("-n", "client.x", "-k", taken.toString(), "auth", "ls"))
                .isEqualTo(new Outcome(13, "Error EACCES: access denied\n"));
        assertThat(ceph("-n", "client.x", "-k", taken.toString(), "config-key", "get", "a").code()).isEqualTo(13);
        assertThat(ceph("auth", "caps", "client.x", "mon", "allow r, allow rx auth"))
                .isEqualTo(new Outcome(
                        22,
                        "Error EINVAL: mon capability parse failed, stopped at 'auth' of 'allow r, allow rx auth'\n"));
        ceph("auth", "caps", "client.x", "mon", "allow r, allow service auth rx");
        assertThat(ceph("-n", "client.x", "-k", taken.toString(), "auth", "ls").code()).isZero();
        assertThat(ceph("auth", "rm", "client.x")).isEqualTo(new Outcome(0, "updated\n"));
        for (EntityAddr.Kind kind : List.of(EntityAddr.Kind.MSGR2, EntityAddr.Kind.LEGACY)) {
            Outcome refused = ceph(kind, "-n", "client.x", "-k", taken.toString(), "mon", "stat");
            assertThat(refused.code()).isEqualTo(13);
            assertThat(refused.output()).contains("[errno 13] RADOS permission denied");
        }
    }

    @Test
    void aBootstrapKeyMakesOnlyKeysOfItsKind() throws Exception {
        Path key = Files.writeString(dir.resolve("b"), ceph("auth", "get", "client.bootstrap-mgr").output());
        String[] as = {"-n", "client.bootstrap-mgr", "-k", key.toString(), "auth", "get-or-create"};
        Outcome made = ceph(with(as, "mgr.x", "mon", "allow profile mgr", "osd", "allow *"));
        assertThat(made.output()).startsWith("[mgr.x]\n\tkey = ");
        assertThat(ceph(with(as, "mgr.y", "mon", "allow *"))).isEqualTo(new Outcome(13, "Error EACCES: access denied\n"));
        assertThat(ceph(with(as, "osd.1", "mon", "allow profile mgr")).code()).isEqualTo(13);
        assertThat(ceph(with(as, "mgr.y")).code()).isEqualTo(13);
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void aStrangerIsRefused() throws Exception {
        String strange = CryptoKey.generate(CryptoKey.AES, MonDaemon.now(), n -> Bytes.wrap(MonDaemon.randomBytes(n)))
                .toBase64();
        for (String who : List.of("client.admin", "client.nobody")) {
            Outcome refused = ceph("-n", who, "--key", strange, "mon", "stat");
            assertThat(refused.code()).isEqualTo(13);
            List<String> lines = refused.output().lines().filter(line -> !line.isEmpty()).toList();
            assertThat(lines.getLast())
                    .isEqualTo("[errno 13] RADOS permission denied (error connecting to the cluster)");
            // the client may end before this is written
            assertThat(lines.subList(0, lines.size() - 1))
                    .allSatisfy(line -> assertThat(line).endsWith("monclient(hunting): handle_auth_bad_method server "
                            + "allowed_methods [2] but i only support [2,1]"));
        }
    }
}
