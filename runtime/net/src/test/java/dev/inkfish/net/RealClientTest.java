package dev.inkfish.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The unmodified `ceph` program against our messenger, in every mode it can be made to use.
@EnabledIf("cephIsInstalled")
class RealClientTest {
    private static final Path CEPH = Path.of("/usr/bin/ceph");

    static boolean cephIsInstalled() {
        return Files.isExecutable(CEPH);
    }

    @ParameterizedTest
    @CsvSource({
        "none, MSGR2, crc",
        "cephx, MSGR2, crc",
        "cephx, MSGR2, secure",
        "none, LEGACY, crc",
        "cephx, LEGACY, crc",
    })
    void asksForStatus(String method, EntityAddr.Kind kind, String mode, @TempDir Path dir) throws Exception {
        AuthPolicy policy = method.equals("none") ? AuthPolicy.NONE : AuthPolicy.CEPHX;
        try (EventLoops loops = EventLoops.create("fake", 1);
                FakeMonitor monitor = new FakeMonitor(loops, policy, 1)) {
            EntityAuthName admin = EntityAuthName.parse("client.admin");
            Path keyring = Files.writeString(
                    dir.resolve("keyring"), KeyRing.of(admin, monitor.addKey("client.admin")).print());
            EntityAddr addr = monitor.messenger.addrs().first(kind);
            Path conf = Files.writeString(
                    dir.resolve("ceph.conf"),
                    """
                    [global]
                    mon_host = [%s]
                    auth_client_required = %s
                    auth_service_required = %s
                    auth_cluster_required = %s
                    keyring = %s
                    ms_mon_client_mode = %s
                    """
                            .formatted(addr, method, method, method, keyring, mode));
            List<String> command = new ArrayList<>(List.of(CEPH.toString(), "-c", conf.toString(), "status"));
            Process ceph = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("out").toFile())
                    .start();
            boolean ended = ceph.waitFor(15, TimeUnit.SECONDS);
            ceph.destroyForcibly();
            String output = Files.readString(dir.resolve("out"));
            assertThat(ended).as("%s, seen %s", output, monitor.seen).isTrue();
            assertThat(output).isEqualTo(FakeMonitor.STATUS);
            assertThat(ceph.exitValue()).isZero();
            assertThat(monitor.seen).contains("MMonSubscribe", "MMonCommand");
        }
    }
}
