package dev.inkfish.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MCommandReply;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.Message;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The monitor client against a running Ceph, whose configuration `CEPH_CONF` names.
@EnabledIfEnvironmentVariable(named = "CEPH_CONF", matches = ".+")
class RealCephTest {
    private static String setting(String name) throws Exception {
        Path conf = Path.of(System.getenv("CEPH_CONF"));
        Matcher found = Pattern.compile("(?m)^" + name + " *= *(.+)$").matcher(Files.readString(conf));
        assertThat(found.find()).as(name).isTrue();
        return found.group(1);
    }

    private static EntityAddr monitor(EntityAddr.Kind kind) throws Exception {
        Matcher found = Pattern.compile(kind.text() + ":([0-9.]+):(\\d+)").matcher(setting("mon_host"));
        assertThat(found.find()).isTrue();
        int port = Integer.parseInt(found.group(2));
        return EntityAddr.of(kind, new InetSocketAddress(found.group(1), port), 0);
    }

    /// A command for an OSD: over msgr1 this needs right signatures both ways.
    private static String askOsd(NettyMessenger messenger, MonClient monitors, EntityAddr.Kind kind) throws Exception {
        CompletableFuture<String> found = new CompletableFuture<>();
        monitors.command(
                "{\"prefix\":\"osd find\",\"id\":0,\"format\":\"json\"}",
                Bytes.EMPTY,
                (code, line, output) -> found.complete(output.utf8()));
        Matcher addr = Pattern.compile("\"type\":\"" + kind.text() + "\",\"addr\":\"([0-9.]+):(\\d+)\",\"nonce\":(\\d+)")
                .matcher(found.get(5, TimeUnit.SECONDS));
        assertThat(addr.find()).isTrue();
        EntityAddr osd = EntityAddr.of(
                kind,
                new InetSocketAddress(addr.group(1), Integer.parseInt(addr.group(2))),
                Integer.parseUnsignedInt(addr.group(3)));
        CompletableFuture<String> version = new CompletableFuture<>();
        Dispatcher replies = new Dispatcher() {
            @Override
            public void onMessage(Connection connection, Message message, long tid) {
                if (message instanceof MCommandReply reply) {
                    version.complete(connection.peerName() + reply.data().utf8());
                }
            }

            @Override
            public void onReset(Connection connection) {
                version.completeExceptionally(new AssertionError(connection + " was reset"));
            }
        };
        Connection connection =
                messenger.connect(EntityType.OSD, EntityAddrVec.of(osd), ConnectionPolicy.LOSSY, replies);
        UUID fsid = UUID.fromString(setting("fsid"));
        connection.send(new MCommand(fsid, List.of("{\"prefix\":\"version\"}"), Bytes.EMPTY), 7);
        return version.get(5, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"MSGR2, 1", "MSGR2, 2", "LEGACY, 1"})
    void authenticatesAndAsksForStatusAndMaps(EntityAddr.Kind kind, int mode) throws Exception {
        EntityAuthName admin = EntityAuthName.parse("client.admin");
        EntityAuth key = Objects.requireNonNull(
                KeyRing.parse(Files.readString(Path.of(setting("keyring")))).find(admin));
        SecureRandom random = new SecureRandom();
        CephxClient auth = new CephxClient(
                admin,
                key.key(),
                List.of(EntityType.OSD, EntityType.MGR),
                List.of(mode),
                count -> {
                    byte[] bytes = new byte[count];
                    random.nextBytes(bytes);
                    return Bytes.wrap(bytes);
                },
                () -> Utime.ofMillis(System.currentTimeMillis()));
        CompletableFuture<String> status = new CompletableFuture<>();
        CompletableFuture<MOSDMap> osdMap = new CompletableFuture<>();
        CompletableFuture<Long> version = new CompletableFuture<>();
        try (EventLoops loops = EventLoops.create("real", 1);
                NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                        .clientAuth(auth)
                        .nonce(random.nextInt())
                        .build();
                MonClient monitors = MonClient.create(
                        messenger, admin, auth, List.of(EntityAddrVec.of(monitor(kind))), new MonClient.Listener() {
                            @Override
                            public void onMessage(Connection connection, Message message, long tid) {
                                if (message instanceof MOSDMap map) {
                                    osdMap.complete(map);
                                }
                            }

                            @Override
                            public void onRefused(int code, String reason) {
                                status.completeExceptionally(new AssertionError(code + " " + reason));
                            }
                        })) {
            monitors.subscribe("osdmap", 0);
            monitors.command(
                    "{\"prefix\":\"status\",\"format\":\"json\"}",
                    Bytes.EMPTY,
                    (code, line, output) -> status.complete(code + output.utf8()));
            monitors.getVersion("osdmap", (newest, oldest) -> version.complete(newest));
            monitors.start();
            assertThat(status.get(5, TimeUnit.SECONDS)).startsWith("0").contains(setting("fsid"));
            assertThat(osdMap.get(5, TimeUnit.SECONDS).maps()).isNotEmpty();
            assertThat(version.get(5, TimeUnit.SECONDS)).isPositive();
            assertThat(monitors.globalId()).isPositive();
            assertThat(auth.hasTicket(EntityType.OSD)).isTrue();
            assertThat(askOsd(messenger, monitors, kind)).contains("16.2.15");
            assertThat(mode).isIn(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE);
        }
    }
}
