package dev.inkfish.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonClientTest {
    private final EventLoops loops = EventLoops.create("test", 1);
    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private final MonClient.Listener listener = new MonClient.Listener() {
        @Override
        public void onSession(long globalId) {
            events.add("session " + globalId);
        }

        @Override
        public void onRefused(int code, String reason) {
            events.add("refused " + code);
        }

        @Override
        public void onMessage(Connection connection, Message message, long tid) {
            events.add(message.getClass().getSimpleName());
        }
    };

    @AfterEach
    void end() {
        loops.close();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static EntityAddrVec nobody() {
        return EntityAddrVec.of(EntityAddr.of(EntityAddr.Kind.MSGR2, new InetSocketAddress("127.0.0.1", 1), 0));
    }

    @Test
    void huntsAndGoesOnAfterTheSessionBroke() throws Exception {
        EntityAuthName name = EntityAuthName.parse("client.x");
        ClientAuth auth = NoneAuth.client(name);
        try (FakeMonitor monitor = new FakeMonitor(loops, AuthPolicy.NONE, 1);
                NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                        .clientAuth(auth)
                        .build();
                MonClient client = MonClient.create(
                        messenger, name, auth, List.of(nobody(), nobody(), monitor.messenger.addrs()), listener)) {
            Queue<String> answers = new ConcurrentLinkedQueue<>();
            client.subscribe("osdmap", 0);
            client.command("{\"prefix\": \"status\"}", Bytes.EMPTY, (code, line, out) -> answers.add(out.utf8()));
            client.start();
            await(() -> answers.size() == 1 && monitor.subscriptions.size() == 1);
            assertThat(answers).containsExactly(FakeMonitor.STATUS);
            assertThat(messenger.name()).hasToString("client." + client.globalId());
            assertThat(monitor.subscriptions.poll()).contains("osdmap=Item[start=0, once=false]");

            client.received("osdmap", 41);
            monitor.answersCommands = false;
            client.command("{\"prefix\": \"status\"}", Bytes.EMPTY, (code, line, out) -> answers.add(out.utf8()));
            await(() -> monitor.seen.stream().filter("MMonCommand"::equals).count() == 2);
            monitor.answersCommands = true;
            messenger.breakSockets();
            await(() -> answers.size() == 2 && monitor.subscriptions.size() == 1);
            assertThat(monitor.subscriptions.poll())
                    .contains("osdmap=Item[start=42, once=false]")
                    .contains("monmap=Item[start=2, once=false]");
            long id = client.globalId();
            assertThat(events).containsExactly("session " + id, "session " + id);
        }
    }

    /// A monitor whose host is cut off, or that is stopped: what is said to it must come to another one before long.
    @Test
    void leavesAMonitorThatIsSilentWhenThereIsSomethingToSay() throws Exception {
        EntityAuthName name = EntityAuthName.parse("client.x");
        ClientAuth auth = NoneAuth.client(name);
        try (FakeMonitor first = new FakeMonitor(loops, AuthPolicy.NONE, 1);
                FakeMonitor second = new FakeMonitor(loops, AuthPolicy.NONE, 2);
                NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                        .clientAuth(auth)
                        .build();
                MonClient client = MonClient.create(
                        messenger, name, auth, List.of(first.messenger.addrs(), second.messenger.addrs()), listener)) {
            first.knows(second.messenger.addrs());
            second.knows(first.messenger.addrs());
            client.start();
            await(() -> !events.isEmpty());
            boolean atFirst = first.seen.contains("MMonSubscribe");
            FakeMonitor used = atFirst ? first : second;
            FakeMonitor other = atFirst ? second : first;
            used.messenger.stopReading();
            Thread.sleep(1200);
            Queue<String> answers = new ConcurrentLinkedQueue<>();
            long begin = System.nanoTime();
            client.command("{\"prefix\": \"status\"}", Bytes.EMPTY, (code, line, out) -> answers.add(out.utf8()));
            while (answers.isEmpty() && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(12)) {
                Thread.sleep(20);
            }
            assertThat(answers).containsExactly(FakeMonitor.STATUS);
            assertThat(other.seen).contains("MMonCommand");
            used.messenger.resumeReading();
        }
    }

    /// The monitor beside us ends every session, the other one was silent before: it must have its turn again and again, and
    /// the first is not to be asked all the time.
    @Test
    void comesBackToAMonitorThatWasSilent() throws Exception {
        EntityAuthName name = EntityAuthName.parse("client.x");
        ClientAuth auth = NoneAuth.client(name);
        AtomicInteger attempts = new AtomicInteger();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                FakeMonitor lost = new FakeMonitor(loops, AuthPolicy.NONE, 1);
                NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                        .clientAuth(auth)
                        .build()) {
            Thread.ofVirtual().start(() -> {
                while (!silent.isClosed()) {
                    try {
                        silent.accept();
                        attempts.incrementAndGet();
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            InetSocketAddress at = new InetSocketAddress("127.0.0.1", silent.getLocalPort());
            EntityAddrVec other = EntityAddrVec.of(EntityAddr.of(EntityAddr.Kind.MSGR2, at, 0));
            lost.knows(other);
            lost.endsSessions = true;
            try (MonClient client = MonClient.create(
                    messenger, name, auth, List.of(lost.messenger.addrs(), other), listener)) {
                client.start();
                long begin = System.nanoTime();
                while (attempts.get() < 3 && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20)) {
                    Thread.sleep(20);
                }
            }
            assertThat(attempts.get()).isEqualTo(3);
            assertThat(lost.seen.stream().filter("MMonSubscribe"::equals).count()).isBetween(1L, 10L);
        }
    }

    @Test
    void aDaemonHasItsKeysWhenItsSessionIsUp() throws Exception {
        EntityAuthName name = EntityAuthName.parse("osd.3");
        for (EntityAddr.Kind kind : new EntityAddr.Kind[] {EntityAddr.Kind.MSGR2, EntityAddr.Kind.LEGACY}) {
            try (FakeMonitor monitor = new FakeMonitor(loops, AuthPolicy.CEPHX, 1)) {
                CephxClient auth = cephx(monitor, name, monitor.addKey("osd.3"));
                try (NettyMessenger messenger = NettyMessenger.builder(EntityName.osd(3), loops)
                                .clientAuth(auth)
                                .build();
                        MonClient client = MonClient.create(
                                messenger,
                                name,
                                auth,
                                List.of(EntityAddrVec.of(monitor.messenger.addrs().first(kind))),
                                listener)) {
                    client.start();
                    await(() -> !events.isEmpty());
                    assertThat(events.poll()).startsWith("session 41");
                    assertThat(auth.needsRotating()).isFalse();
                    assertThat(messenger.name()).hasToString("osd.3");
                }
            }
        }
    }

    @Test
    void aWrongKeyIsRefused() throws Exception {
        EntityAuthName name = EntityAuthName.parse("client.x");
        try (FakeMonitor monitor = new FakeMonitor(loops, AuthPolicy.CEPHX, 1)) {
            EntityAuth other = monitor.addKey("client.x");
            monitor.addKey("client.x");
            CephxClient auth = cephx(monitor, name, other);
            try (NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                            .clientAuth(auth)
                            .build();
                    MonClient client =
                            MonClient.create(messenger, name, auth, List.of(monitor.messenger.addrs()), listener)) {
                client.start();
                await(() -> !events.isEmpty());
                assertThat(events.poll()).isEqualTo("refused -13");
            }
        }
    }

    private static CephxClient cephx(FakeMonitor monitor, EntityAuthName name, EntityAuth key) {
        return new CephxClient(
                name,
                key.key(),
                List.of(EntityType.OSD),
                List.of(AuthMethod.MODE_SECURE, AuthMethod.MODE_CRC),
                monitor.entropy,
                () -> Utime.ofMillis(System.currentTimeMillis()));
    }
}
