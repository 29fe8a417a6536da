package dev.inkfish.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonGetVersion;
import dev.inkfish.wire.message.Message;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NettyMessengerTest {
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

    private final EventLoops loops = EventLoops.create("test", 2);

    @AfterEach
    void end() {
        loops.close();
    }

    /// A messenger that notes what it gets.
    private final class Peer implements Dispatcher, AutoCloseable {
        final Queue<Long> numbers = new ConcurrentLinkedQueue<>();
        final Queue<String> events = new ConcurrentLinkedQueue<>();
        final NettyMessenger messenger;
        volatile @Nullable Bytes data;
        volatile @Nullable Connection last;
        volatile boolean echo;

        Peer(String name, @Nullable LocalNetwork network) {
            EntityAuthName who = EntityAuthName.parse(name);
            EntityName number = new EntityName(who.type(), Long.parseLong(who.id()));
            NettyMessenger.Builder builder = NettyMessenger.builder(number, loops)
                    .clientAuth(NoneAuth.client(who))
                    .serverAuth(NoneAuth.server(() -> 4100))
                    .dispatcher(this)
                    .localNetwork(network)
                    .handshakeMillis(500)
                    .nonce(ThreadLocalRandom.current().nextInt());
            if (who.type() != EntityType.CLIENT) {
                builder.bind(EntityAddr.of(EntityAddr.Kind.MSGR2, ANY, 0));
                builder.bind(EntityAddr.of(EntityAddr.Kind.LEGACY, ANY, 0));
            }
            messenger = builder.build();
            messenger.start();
        }

        Connection connect(Peer to, ConnectionPolicy policy) {
            return messenger.connect(to.messenger.name().type(), to.messenger.addrs(), policy);
        }

        @Override
        public void onMessage(Connection connection, Message message, long tid) {
            if (message instanceof MMonGetVersion get) {
                numbers.add(get.handle());
                if (echo) {
                    connection.send(message, tid);
                }
            }
            data = message.data();
        }

        @Override
        public void onAccepted(Connection connection) {
            events.add("accepted");
            last = connection;
        }

        @Override
        public void onConnected(Connection connection) {
            events.add("connected");
        }

        @Override
        public void onReset(Connection connection) {
            events.add("reset");
        }

        @Override
        public void onRefused(Connection connection) {
            events.add("refused");
        }

        @Override
        public void close() {
            messenger.close();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static Message number(long number) {
        return new MMonGetVersion(number, "n");
    }

    @Test
    void aClientAndADaemonOverBothProtocols() throws Exception {
        for (EntityAddr.Kind kind : new EntityAddr.Kind[] {EntityAddr.Kind.MSGR2, EntityAddr.Kind.LEGACY}) {
            try (Peer osd = new Peer("osd.0", null);
                    Peer client = new Peer("client.7", null)) {
                osd.echo = true;
                EntityAddrVec only = EntityAddrVec.of(osd.messenger.addrs().first(kind));
                Connection connection = client.messenger.connect(EntityType.OSD, only, ConnectionPolicy.LOSSY);
                for (long i = 1; i <= 1000; i++) {
                    connection.send(number(i), i);
                }
                await(() -> client.numbers.size() == 1000);
                assertThat(client.numbers).containsExactlyElementsOf(upTo(1000));
                Bytes large = Bytes.wrap("0123456789abcdef".repeat(1 << 20).getBytes());
                connection.send(new MMonCommand(new UUID(0, 0), List.of(), large));
                await(() -> osd.data != null && osd.data.length() == large.length());
                assertThat(osd.data).isEqualTo(large);
                Connection there = osd.last;
                assertThat(there.peerName().type()).isEqualTo(EntityType.CLIENT);
                assertThat(there.identity()).isNotNull();
                connection.close();
                await(() -> osd.events.contains("reset"));
                assertThat(client.events).containsExactly("connected");
            }
        }
    }

    @Test
    void daemonsResumeTheirSessionWhenSocketsBreak() throws Exception {
        try (Peer a = new Peer("osd.1", null);
                Peer b = new Peer("osd.2", null)) {
            Connection there = a.connect(b, ConnectionPolicy.LOSSLESS_PEER);
            Connection back = b.connect(a, ConnectionPolicy.LOSSLESS_PEER);
            for (long i = 1; i <= 2000; i++) {
                there.send(number(i));
                back.send(number(i));
                if (i % 100 == 0) {
                    (i % 200 == 0 ? a : b).messenger.breakSockets();
                    Thread.sleep(1);
                }
            }
            await(() -> a.numbers.size() >= 2000 && b.numbers.size() >= 2000);
            assertThat(a.numbers).containsExactlyElementsOf(upTo(2000));
            assertThat(b.numbers).containsExactlyElementsOf(upTo(2000));
            assertThat(a.events).doesNotContain("reset");
            assertThat(b.events).doesNotContain("reset");
            assertThat(a.connect(b, ConnectionPolicy.LOSSLESS_PEER)).isSameAs(there);
        }
    }

    /// Both connect at once, and only the peer's attempt gets through; ours ends long after, as that of a host that was cut off.
    @Test
    void anAttemptThatWasGivenUpMayFailInTheEnd() throws Exception {
        for (String reason : List.of("connection timed out", "Connection refused")) {
            try (Peer a = new Peer("osd.1", null);
                    Peer b = new Peer("osd.2", null)) {
                Connection back = b.connect(a, ConnectionPolicy.LOSSLESS_PEER);
                back.send(number(1));
                await(() -> a.numbers.size() == 1);
                TcpConnection there = (TcpConnection) a.connect(b, ConnectionPolicy.LOSSLESS_PEER);
                TcpSocket ours = a.messenger.loop()
                        .submit(() -> TcpSocket.connecting(a.messenger, there.session()))
                        .get();
                back.send(number(2));
                await(() -> a.numbers.size() == 2);
                a.messenger.loop().submit(() -> a.messenger.failed(there, ours, reason)).get();
                there.send(number(3));
                await(() -> b.numbers.size() == 1);
                assertThat(there.isConnected()).isTrue();
                assertThat(a.events).doesNotContain("refused");
            }
        }
    }

    @Test
    void aDaemonThatIsGoneIsTriedAgainAndALossyPeerIsGivenUp() throws Exception {
        Peer b = new Peer("osd.2", null);
        EntityAddrVec gone = b.messenger.addrs();
        b.close();
        try (Peer a = new Peer("osd.1", null)) {
            Connection lossless = a.messenger.connect(EntityType.OSD, gone, ConnectionPolicy.LOSSLESS_PEER);
            lossless.send(number(1));
            await(() -> a.events.stream().filter("refused"::equals).count() >= 3);
            assertThat(a.events).doesNotContain("reset");
            lossless.close();
            a.events.clear();
            a.messenger.connect(EntityType.OSD, gone, ConnectionPolicy.LOSSY);
            await(() -> a.events.contains("reset"));
            assertThat(a.events).containsExactly("refused", "reset");
        }
    }

    @Test
    void peersOfOneProcessTalkWithoutSockets() throws Exception {
        LocalNetwork network = new LocalNetwork();
        try (Peer a = new Peer("osd.1", network);
                Peer b = new Peer("osd.2", network)) {
            Connection there = a.connect(b, ConnectionPolicy.LOSSLESS_PEER);
            assertThat(b.connect(a, ConnectionPolicy.LOSSLESS_PEER)).isInstanceOf(LocalConnection.class);
            assertThat(a.connect(b, ConnectionPolicy.LOSSLESS_PEER)).isSameAs(there);
            for (long i = 1; i <= 10_000; i++) {
                there.send(number(i));
            }
            await(() -> b.numbers.size() == 10_000);
            assertThat(b.numbers).containsExactlyElementsOf(upTo(10_000));
            Connection back = b.last;
            assertThat(back.identity().name()).hasToString("osd.1");
            assertThat(back.peerAddrs()).isEqualTo(a.messenger.addrs());
            back.send(number(1));
            await(() -> a.numbers.size() == 1);
            b.close();
            await(() -> a.events.contains("reset"));
            assertThat(a.events).containsExactly("connected", "reset");
        }
    }

    @Test
    void aTakenPortIsSaidInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, ANY.getAddress())) {
            InetSocketAddress there = new InetSocketAddress("127.0.0.1", taken.getLocalPort());
            NettyMessenger messenger = NettyMessenger.builder(EntityName.mon(0), loops)
                    .serverAuth(NoneAuth.server(() -> 1))
                    .bind(EntityAddr.of(EntityAddr.Kind.MSGR2, there, 0))
                    .build();
            assertThatThrownBy(messenger::start)
                    .hasMessage("port taken: another program listens on 127.0.0.1:" + taken.getLocalPort());
            messenger.close();
        }
    }

    @Test
    void garbageIsClosedAtOnce() throws Exception {
        try (Peer osd = new Peer("osd.0", null)) {
            for (EntityAddr addr : osd.messenger.addrs().addrs()) {
                try (Socket socket = new Socket("127.0.0.1", addr.port())) {
                    socket.setSoTimeout(3000);
                    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
                    assertThat(drain(socket.getInputStream())).isLessThan(2000);
                }
            }
            assertThat(osd.events).isEmpty();
        }
    }

    @Test
    void silenceIsClosedAfterAWhile() throws Exception {
        try (Peer osd = new Peer("osd.0", null)) {
            for (EntityAddr addr : osd.messenger.addrs().addrs()) {
                try (Socket socket = new Socket("127.0.0.1", addr.port())) {
                    socket.setSoTimeout(3000);
                    long start = System.nanoTime();
                    drain(socket.getInputStream());
                    assertThat(System.nanoTime() - start).isGreaterThan(400_000_000L);
                }
            }
        }
    }

    /// A peer that does not read its replies: we stop reading its requests, and memory stays bounded.
    @Test
    void aPeerThatDoesNotReadIsNotRead() throws Exception {
        try (Peer osd = new Peer("osd.0", null);
                Peer client = new Peer("client.7", null)) {
            Bytes payload = Bytes.zeros(1 << 20);
            Connection connection = client.connect(osd, ConnectionPolicy.LOSSY);
            connection.send(number(1));
            await(() -> osd.last != null && osd.numbers.size() == 1);
            Connection there = osd.last;
            client.messenger.stopReading();
            for (int i = 0; i < 100; i++) {
                there.send(new MMonCommand(new UUID(0, 0), List.of(), payload));
            }
            await(() -> there.queuedBytes() > 32 << 20);
            Thread.sleep(50);
            for (long i = 2; i <= 1000; i++) {
                connection.send(new MMonCommand(new UUID(0, 0), List.of(), Bytes.zeros(100_000)));
            }
            connection.send(number(2));
            Thread.sleep(200);
            assertThat(osd.numbers).containsExactly(1L);
            assertThat(connection.queuedBytes()).isPositive();
            client.messenger.resumeReading();
            await(() -> osd.numbers.size() == 2);
            await(() -> there.queuedBytes() == 0);
        }
    }

    private static int drain(InputStream in) throws IOException {
        int total = 0;
        byte[] buffer = new byte[4096];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                total += count;
            }
        } catch (java.net.SocketException reset) {
            return total;
        }
        return total;
    }

    @Test
    void whatIsAcceptedWhileAMessengerIsBeingClosedIsClosedToo() {
        Peer server = new Peer("mon.1", null);
        server.close();
        EmbeddedChannel late = new EmbeddedChannel(
                TcpSocket.accepting(server.messenger, EntityAddr.of(EntityAddr.Kind.MSGR2, ANY, 0)));
        assertThat(late.isOpen()).isFalse();
    }
}
