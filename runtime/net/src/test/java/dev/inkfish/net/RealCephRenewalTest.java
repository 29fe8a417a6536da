package dev.inkfish.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Tickets renewed and rotating keys fetched from a running Ceph, whose configuration `CEPH_CONF` names: our own
/// clock is put forward, so that they seem to run out.
@EnabledIfEnvironmentVariable(named = "CEPH_CONF", matches = ".+")
class RealCephRenewalTest {
    private static final EntityAuthName ADMIN = EntityAuthName.parse("client.admin");
    private static final EntityAuthName OSD = EntityAuthName.parse("osd.987");

    private final AtomicLong ahead = new AtomicLong();

    private static String setting(String pattern) throws Exception {
        Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of(System.getenv("CEPH_CONF"))));
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }

    private CephxClient client(EntityAuthName name, CryptoKey key) {
        SecureRandom random = new SecureRandom();
        return new CephxClient(
                name,
                key,
                List.of(EntityType.OSD, EntityType.MGR),
                List.of(AuthMethod.MODE_SECURE, AuthMethod.MODE_CRC),
                count -> {
                    byte[] bytes = new byte[count];
                    random.nextBytes(bytes);
                    return Bytes.wrap(bytes);
                },
                () -> Utime.ofMillis(System.currentTimeMillis() + ahead.get()));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    @ParameterizedTest
    @EnumSource(value = EntityAddr.Kind.class, names = {"MSGR2", "LEGACY"})
    void everythingIsRenewedWithoutAnotherLogin(EntityAddr.Kind kind) throws Exception {
        String host = setting("(?m)^mon_host = .*" + kind.text() + ":([0-9.]+:\\d+)");
        String[] parts = host.split(":");
        EntityAddr addr = EntityAddr.of(kind, new InetSocketAddress(parts[0], Integer.parseInt(parts[1])), 0);
        Path keyring = Path.of(setting("(?m)^keyring = (/.*)$"));
        CryptoKey adminKey = Objects.requireNonNull(KeyRing.parse(Files.readString(keyring)).find(ADMIN)).key();
        CephxClient admin = client(ADMIN, adminKey);
        try (EventLoops loops = EventLoops.create("renewal", 1);
                Session first = new Session(loops, admin, addr)) {
            String key = first.command("{\"prefix\": \"auth get-or-create-key\", \"entity\": \"" + OSD
                    + "\", \"caps\": [\"mon\", \"allow profile osd\"]}");
            CephxClient osd = client(OSD, CryptoKey.parse(key.strip()));
            try (Session second = new Session(loops, osd, addr)) {
                await(() -> !osd.needsRotating());
                // three quarters of the ticket for the monitors are over, and all of the others
                ahead.set(TimeUnit.HOURS.toMillis(55));
                assertThat(admin.hasTicket(EntityType.OSD) || osd.hasTicket(EntityType.OSD)).isFalse();
                for (CephxClient each : List.of(admin, osd)) {
                    await(() -> each.hasTicket(EntityType.OSD) && each.renewal() == null);
                    assertThat(each.needsLogin()).isFalse();
                }
                assertThat(second.sessions.get()).isEqualTo(1);
            } finally {
                first.command("{\"prefix\": \"auth rm\", \"entity\": \"" + OSD + "\"}");
            }
            assertThat(first.sessions.get()).isEqualTo(1);
        }
    }

    private static final class Session implements MonClient.Listener, AutoCloseable {
        private final NettyMessenger messenger;
        private final MonClient monitors;
        private final AtomicInteger sessions = new AtomicInteger();

        Session(EventLoops loops, CephxClient auth, EntityAddr addr) {
            EntityName name = auth.name().type() == EntityType.OSD ? EntityName.osd(987) : EntityName.client(-1);
            messenger = NettyMessenger.builder(name, loops).clientAuth(auth).nonce(System.identityHashCode(this)).build();
            monitors = MonClient.create(messenger, auth.name(), auth, List.of(EntityAddrVec.of(addr)), this);
            monitors.start();
        }

        String command(String text) throws Exception {
            CompletableFuture<String> answer = new CompletableFuture<>();
            monitors.command(text, Bytes.EMPTY, (code, line, output) -> answer.complete(output.utf8()));
            return answer.get(10, TimeUnit.SECONDS);
        }

        @Override
        public void onSession(long globalId) {
            sessions.incrementAndGet();
        }

        @Override
        public void onMessage(Connection connection, Message message, long tid) {}

        @Override
        public void close() {
            monitors.close();
            messenger.close();
        }
    }
}
