package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.MonClient;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.net.Wire;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonPeer;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MOSDPGRemove;
import dev.inkfish.wire.message.MOSDRepOpReply;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.osd.PgShard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Peers that mean harm: those that only hold connections, and a client with a key of its own that then lies, sends
/// slowly, or reads nothing. The daemons keep to their memory, say in their log what they closed, and serve everybody else.
class HostileTest {
    private static final int IDLE = Integer.getInteger("hostile.idle", 2000);
    private static final int SESSIONS = Integer.getInteger("hostile.sessions", 100);
    private static final long MOST_MEGABYTES = 150;
    private static final EntityAuthName LIAR = EntityAuthName.parse("client.liar");

    private static final EventLoops LOOPS = EventLoops.create("hostile", 2);
    private static Cluster cluster;
    private static CryptoKey key;
    private static EntityAddrVec monitor;
    private static EntityAddrVec osd;
    private static UUID fsid;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.fresh("--osds", "2");
        cluster.ok("ceph osd pool create good 8 && ceph osd pool application enable good x");
        cluster.ok("head -c 4194304 /dev/urandom > large && rados -p good put large large");
        cluster.ok("ceph auth get-or-create client.liar mon 'allow r' osd 'allow rw pool=good' > liar");
        key = KeyRing.parse(Files.readString(cluster.dir().resolve("liar"))).find(LIAR).key();
        monitor = address(cluster.ok("ceph mon dump 2>/dev/null"));
        osd = address(cluster.ok("ceph osd dump | grep ^osd.0"));
        fsid = UUID.fromString(cluster.ok("ceph fsid"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
        LOOPS.close();
    }

    private static EntityAddrVec address(String text) {
        Matcher found = Pattern.compile("v2:(127[.0-9]+):(\\d+)/(\\d+)").matcher(text);
        assertThat(found.find()).as(text).isTrue();
        InetSocketAddress at = new InetSocketAddress(found.group(1), Integer.parseInt(found.group(2)));
        return EntityAddrVec.of(EntityAddr.of(EntityAddr.Kind.MSGR2, at, Integer.parseUnsignedInt(found.group(3))));
    }

    // ---- what others see

    private static void othersAreServed() {
        String stamp = Long.toString(System.nanoTime());
        cluster.ok("echo " + stamp + " > in && timeout 40 rados -p good put o in && timeout 40 rados -p good get o out"
                + " && cmp in out && timeout 40 ceph osd dump > /dev/null");
        assertThat(cluster.ok("timeout 40 ceph osd stat")).contains("2 up");
    }

    /// What the cluster's process holds in its heap when all that nobody needs has gone.
    private static long megabytes() {
        String total = cluster.ok("jcmd " + cluster.pid() + " GC.class_histogram | tail -1");
        return Long.parseLong(total.trim().split("\\s+")[2]) >> 20;
    }

    private static void await(String what, int seconds, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within %d s", what, seconds).isLessThan(end);
            pause(50);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertBounded(String what, long before) {
        long with = megabytes();
        System.out.printf("%s: %d MB before, %d MB with it%n", what, before, with);
        assertThat(with - before).as(what).isLessThan(MOST_MEGABYTES);
    }

    // ---- the one who means harm

    /// A client with a key that is allowed to read and write in one pool.
    private static final class Liar implements Dispatcher, AutoCloseable {
        private static final SecureRandom RANDOM = new SecureRandom();
        final NettyMessenger messenger;
        final MonClient monitors;
        volatile int resets;
        volatile int connected;

        Liar(EntityName as) {
            CephxClient auth = new CephxClient(LIAR, key, List.of(EntityType.OSD), List.of(AuthMethod.MODE_CRC), count -> {
                byte[] bytes = new byte[count];
                RANDOM.nextBytes(bytes);
                return Bytes.wrap(bytes);
            }, () -> new Utime((int) Instant.now().getEpochSecond(), 0));
            messenger = NettyMessenger.builder(EntityName.client(-1), LOOPS)
                    .clientAuth(auth).nonce(ThreadLocalRandom.current().nextInt() >>> 1).build();
            messenger.start();
            CountDownLatch there = new CountDownLatch(1);
            monitors = MonClient.create(messenger, LIAR, auth, List.of(monitor), (connection, message, tid) -> {});
            monitors.command("{\"prefix\":\"status\"}", Bytes.EMPTY, (code, status, output) -> there.countDown());
            monitors.start();
            try {
                assertThat(there.await(30, TimeUnit.SECONDS)).as("a session").isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (as.type() != EntityType.CLIENT) {
                messenger.rename(as);
            }
        }

        Liar() {
            this(EntityName.client(-1));
        }

        Connection to(EntityType type) {
            return messenger.connect(type, type == EntityType.MON ? monitor : osd, ConnectionPolicy.LOSSY, this);
        }

        Connection open(EntityType type) {
            int before = connected;
            Connection connection = to(type);
            await("a connection", 20, () -> connected > before);
            return connection;
        }

        @Override
        public void onMessage(Connection connection, Message message, long tid) {}

        @Override
        public void onConnected(Connection connection) {
            connected++;
        }

        @Override
        public void onReset(Connection connection) {
            resets++;
        }

        @Override
        public void close() {
            monitors.close();
            messenger.close();
        }
    }

    /// A message whose front is not what its type says.
    private record Nonsense(int type, Bytes front) implements Message {
        @Override
        public int version(long features) {
            return 1;
        }

        @Override
        public int compatVersion(long features) {
            return 1;
        }

        @Override
        public void encodeFront(WireWriter out, long features) {
            out.raw(front.toArray());
        }
    }

    /// The first 32 bytes of a message's frame, correct, with these lengths of its segments.
    private static Bytes preamble(int front, int middle, int data) {
        WireWriter out = new WireWriter();
        out.u8(17).u8(4);
        for (int length : new int[] {41, front, middle, data}) {
            out.u32(length).u16(8);
        }
        byte[] bytes = out.u16(0).toBytes().toArray();
        return new WireWriter().raw(bytes).u32(Crc32c.update(0, bytes, 0, bytes.length)).toBytes();
    }

    /// What follows such a preamble up to the data: zeros, the crc of the first 41 of them among them.
    private static final Bytes HEADER_AND_FRONT = new WireWriter()
            .raw(new byte[41]).u32(Crc32c.update(-1, new byte[41], 0, 41)).raw(new byte[200]).toBytes();

    private static Bytes noise(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    // ---- the tests

    @Test
    void thousandsWhoNeverSayWhoTheyAreAreSentAway() throws IOException {
        long before = megabytes();
        byte[] banner = "ceph v2\n".getBytes(StandardCharsets.US_ASCII);
        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            EntityAddrVec to = i % 2 == 0 ? monitor : osd;
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.front().toSocketAddress().getPort());
            socket.getOutputStream().write(banner);
            held.add(socket);
        }
        assertBounded(IDLE + " connections without a name", before);
        othersAreServed();
        for (Socket socket : held) {
            socket.setSoTimeout(30_000);
            while (socket.getInputStream().read() >= 0) {
                // the daemon's own banner
            }
            socket.close();
        }
        othersAreServed();
    }

    @Test
    void sessionsThatSayNothingCostLittle() {
        long before = megabytes();
        List<Liar> idle = new ArrayList<>();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                Liar liar = new Liar();
                liar.to(EntityType.OSD);
                idle.add(liar);
            }
            await("all sessions", 60, () -> idle.stream().allMatch(liar -> liar.connected == 1));
            assertBounded(SESSIONS + " clients with a session at the monitor and one at an OSD", before);
            othersAreServed();
        } finally {
            idle.forEach(Liar::close);
        }
    }

    /// Each lie costs the liar its connection, or nothing comes of it.
    @Test
    void whatIsNoFrameEndsTheConnectionAndNothingElse() {
        try (Liar liar = new Liar()) {
            Bytes negative = preamble(-1, 0, 0);
            Bytes huge = preamble(0, 0, 0x7fff_ffff);
            Bytes wrongCrc = new WireWriter().raw(preamble(64, 0, 0).toArray()).raw(noise(3, 200).toArray()).toBytes();
            for (EntityType type : List.of(EntityType.MON, EntityType.OSD)) {
                for (Bytes each : List.of(noise(1, 4096), negative, huge, wrongCrc)) {
                    int before = liar.resets;
                    Wire.raw(liar.messenger, liar.open(type), each);
                    await("the end of the connection", 10, () -> liar.resets > before);
                }
                // 42, an operation, and 50, a command, of which the contents are noise; 9999, of no type
                for (int message : new int[] {42, 50, 9999}) {
                    liar.open(type).send(new Nonsense(message, noise(message, 300)), 1);
                }
            }
            othersAreServed();
        }
        assertThat(cluster.said()).anyMatch(line -> line.contains("client.") && line.contains("breaks the protocol"));
    }

    @Test
    void whatOnlyDaemonsMaySayIsNotTakenFromAClient() {
        cluster.ok("ceph osd set noout");
        String map = cluster.ok("ceph osd dump | grep -v epoch");
        PgId pgid = new PgId(1, 0);
        try (Liar liar = new Liar()) {
            for (int seed = 0; seed < 8; seed++) {
                int before = liar.resets;
                liar.open(EntityType.OSD).send(new MOSDPGRemove(1_000_000, SpgId.of(new PgId(1, seed))));
                await("the end of the connection", 10, () -> liar.resets > before);
            }
            liar.open(EntityType.OSD).send(new MOSDRepOpReply(
                    SpgId.of(pgid), 1, 1, PgShard.of(1), Eversion.ZERO, Eversion.ZERO, false));
            TreeMap<Integer, Bytes> forged = new TreeMap<>();
            forged.put(1_000_000, noise(5, 2000));
            liar.open(EntityType.OSD).send(new MOSDMap(fsid, forged, forged, 1, 1_000_000));
            Connection toMonitor = liar.open(EntityType.MON);
            toMonitor.send(new MOSDMap(fsid, forged, forged, 1, 1_000_000));
            for (int kind : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 64, 65}) {
                toMonitor.send(new MMonPeer("a", kind, noise(kind, 500)));
            }
            // MMonElection, MMonPaxos, MForward, MOSDBoot, MOSDFailure
            for (int type : new int[] {65, 66, 46, 71, 72}) {
                liar.open(EntityType.MON).send(new Nonsense(type, noise(type, 200)));
            }
            toMonitor.send(new MMonCommand(fsid, List.of("{\"prefix\":\"osd down\",\"ids\":[\"0\"]}"), Bytes.EMPTY), 1);
        }
        try (Liar liar = new Liar(new EntityName(EntityType.OSD, 1))) {
            liar.to(EntityType.OSD);
            liar.to(EntityType.MON);
            pause(1000);
            assertThat(liar.connected).as("a client that comes as an OSD").isZero();
        }
        othersAreServed();
        assertThat(cluster.ok("ceph osd dump | grep -v epoch")).isEqualTo(map);
        cluster.ok("ceph osd unset noout && rados -p good get large got && cmp large got");
    }

    @Test
    void whoSendsAByteASecondHoldsUpNobody() {
        long before = megabytes();
        try (Liar liar = new Liar()) {
            List<Connection> slow = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                for (EntityType type : List.of(EntityType.OSD, EntityType.MON)) {
                    Connection connection = liar.open(type);
                    Wire.raw(liar.messenger, connection, preamble(200, 0, 3 << 20));
                    Wire.raw(liar.messenger, connection, HEADER_AND_FRONT);
                    slow.add(connection);
                }
            }
            for (int second = 0; second < 6; second++) {
                for (Connection connection : slow) {
                    Wire.raw(liar.messenger, connection, Bytes.wrap(new byte[1]));
                }
                pause(1000);
            }
            assertBounded("32 messages of 3 MB, a byte a second", before);
            othersAreServed();
        }
    }

    @Test
    void whoReadsNoRepliesIsNotFedForEver() {
        long before = megabytes();
        try (Liar liar = new Liar()) {
            Connection connection = liar.open(EntityType.MON);
            Wire.deaf(liar.messenger, connection);
            for (int i = 0; i < 20_000; i++) {
                connection.send(new MMonCommand(
                        fsid, List.of("{\"prefix\":\"osd dump\",\"format\":\"json-pretty\"}"), Bytes.EMPTY), i + 1);
            }
            for (int i = 0; i < 4; i++) {
                pause(1500);
                othersAreServed();
                }
            assertBounded("20,000 questions whose answers nobody reads", before);
        }
        othersAreServed();
    }
}
