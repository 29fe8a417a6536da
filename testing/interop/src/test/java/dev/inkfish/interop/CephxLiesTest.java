package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.KeyUsage;
import dev.inkfish.cephx.Sealed;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.wire.AuthTicket;
import dev.inkfish.cephx.wire.CephXAuthorize;
import dev.inkfish.cephx.wire.CephXServiceTicketInfo;
import dev.inkfish.cephx.wire.CephXTicketBlob;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.MonClient;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A client that has a key, and says with it what is not so, byte by byte over a socket of its own: what others said
/// before, tickets that are not for this, not of here or not of today, other clients' numbers. It is refused with EACCES, as
/// by Ceph, or loses its connection; the log says so, and everybody else is served.
class CephxLiesTest {
    private static final EntityAuthName LIAR = EntityAuthName.parse("client.liar");
    private static final int REFUSED = Errno.EACCES.code();
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final EventLoops LOOPS = EventLoops.create("lies", 1);
    private static Cluster cluster;
    private static CryptoKey key;
    private static EntityAddr monitor;
    private static EntityAddr osd;

    @BeforeAll
    static void start() {
        cluster = Cluster.fresh("--osds", "2");
        cluster.ok("ceph osd pool create good 8 && ceph osd pool application enable good x");
        key = key("client.liar mon 'allow r' osd 'allow rw pool=good' mgr 'allow r'");
        monitor = address(cluster.ok("ceph mon dump 2>/dev/null"));
        osd = address(cluster.ok("ceph osd dump | grep ^osd.0"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
        LOOPS.close();
    }

    private static CryptoKey key(String entity) {
        try {
            String name = entity.split(" ")[0];
            cluster.ok("ceph auth get-or-create " + entity + " > key." + name);
            return KeyRing.parse(Files.readString(cluster.dir().resolve("key." + name))).find(EntityAuthName.parse(name)).key();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EntityAddr address(String text) {
        Matcher found = Pattern.compile("v2:(127[.0-9]+):(\\d+)/(\\d+)").matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return EntityAddr.of(EntityAddr.Kind.MSGR2, new InetSocketAddress(found.group(1), Integer.parseInt(found.group(2))),
                Integer.parseUnsignedInt(found.group(3)));
    }

    private static Bytes random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static Utime now() {
        return new Utime((int) Instant.now().getEpochSecond(), 0);
    }

    private static CephxClient client(EntityAuthName name, CryptoKey with) {
        return new CephxClient(name, with, List.of(EntityType.OSD, EntityType.MGR),
                List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE), CephxLiesTest::random, CephxLiesTest::now);
    }

    /// One that has logged in, and has its tickets.
    private static CephxClient loggedIn() throws IOException {
        CephxClient client = client(LIAR, key);
        assertThat(outcome(monitor, EntityType.CLIENT, client.open(EntityType.MON))).isZero();
        return client;
    }

    private static int outcome(EntityAddr to, EntityType as, ClientAuth.Exchange exchange) throws IOException {
        try (RawPeer peer = new RawPeer(to, as)) {
            RawPeer.Answer answer = peer.authenticate(exchange, AuthMethod.MODE_CRC);
            if (answer.code() == 0) {
                exchange.done(answer.globalId(), AuthMethod.MODE_CRC, answer.payload());
            }
            return answer.code();
        }
    }

    /// Says one thing, and another after the challenge.
    private static int outcome(EntityAddr to, Bytes first, @Nullable Bytes next) throws IOException {
        try (RawPeer peer = new RawPeer(to, EntityType.CLIENT)) {
            peer.request(AuthMethod.CEPHX, AuthMethod.MODE_CRC, first);
            RawPeer.Answer answer = peer.answer();
            if (!answer.done() && next != null) {
                peer.more(next);
                answer = peer.answer();
            }
            assertThat(answer.done()).as("an end").isTrue();
            return answer.code();
        }
    }

    private static void othersAreServed() {
        cluster.ok("echo x > in && timeout 40 rados -p good put o in && timeout 40 rados -p good get o out && cmp in out");
        cluster.ok("timeout 40 ceph tell osd.0 version && timeout 40 ceph osd dump > /dev/null");
    }

    /// The cluster's log has such a refusal, or comes to have it: a connection is closed before its line is read here.
    private static void assertSaid(String... words) {
        for (String each : words) {
            Predicate<String> refusal = line -> line.contains("refuses") && line.contains(each);
            for (int i = 0; i < 100 && cluster.said().stream().noneMatch(refusal); i++) {
                LockSupport.parkNanos(100_000_000L);
            }
            assertThat(cluster.said()).as(each).anyMatch(refusal);
        }
    }

    // ---- a service

    @Test
    void whatWasSaidOnAnotherConnectionIsWorthNothing() throws IOException {
        CephxClient client = loggedIn();
        ClientAuth.Exchange exchange = client.open(EntityType.OSD);
        Bytes begin = exchange.first();
        Bytes answer;
        try (RawPeer peer = new RawPeer(osd, EntityType.CLIENT)) {
            peer.request(AuthMethod.CEPHX, AuthMethod.MODE_CRC, begin);
            answer = exchange.next(peer.answer().payload());
            peer.more(answer);
            assertThat(peer.answer()).matches(each -> each.done() && each.code() == 0);
        }
        assertThat(outcome(osd, begin, answer)).isEqualTo(REFUSED);
        assertThat(outcome(osd, answer, answer)).isEqualTo(REFUSED);
        assertThat(outcome(osd, begin, begin)).as("without an answer to the challenge").isEqualTo(REFUSED);
        assertSaid("does not answer the challenge");
        othersAreServed();
    }

    @Test
    void aTicketForAnotherServiceIsNoTicket() throws IOException {
        CephxClient client = loggedIn();
        Bytes forManager = client.open(EntityType.MGR).first();
        Bytes forOsd = client.open(EntityType.OSD).first();
        assertThat(outcome(osd, forManager, null)).isEqualTo(REFUSED);
        assertThat(outcome(monitor, forOsd, null)).isEqualTo(REFUSED);
        assertThat(outcome(monitor, forManager, null)).isEqualTo(REFUSED);
        // nor does it make a monitor or an OSD of its bearer
        for (EntityType as : List.of(EntityType.MON, EntityType.OSD, EntityType.MGR)) {
            assertThat(outcome(osd, as, client.open(EntityType.OSD))).as("as %s", as.text()).isEqualTo(REFUSED);
        }
        assertSaid("no key", "client.liar comes as osd");
        othersAreServed();
    }

    /// What a ticket for an OSD says, as the liar's, and who made it.
    private static Bytes authorizer(long globalId, CephXServiceTicketInfo info, long secretId, CryptoKey secret) {
        WireWriter out = new WireWriter().u8(1).u64(globalId).u32(EntityType.OSD.number());
        new CephXTicketBlob(secretId, Sealed.seal(secret, KeyUsage.TICKET_INFO, CephxLiesTest::random, info::encode)).encode(out);
        CephXAuthorize authorize = new CephXAuthorize(7, false, 0);
        return out.bytes(Sealed.seal(info.sessionKey(), KeyUsage.AUTHORIZE, CephxLiesTest::random, authorize::encode)).toBytes();
    }

    private static CephXServiceTicketInfo ticket(long globalId, long validSeconds) {
        Utime now = now();
        Utime created = new Utime(now.seconds() - 7200, 0);
        Utime expires = new Utime((int) (now.seconds() + validSeconds), 0);
        return new CephXServiceTicketInfo(new AuthTicket(LIAR, globalId, created, expires, true, "allow *", 0),
                CryptoKey.generate(CryptoKey.AES, now, CephxLiesTest::random));
    }

    /// Of the key by which a genuine ticket is sealed.
    private static long secretId(CephxClient client) {
        WireReader genuine = client.open(EntityType.OSD).first().reader();
        genuine.u8();
        genuine.u64();
        genuine.u32();
        return CephXTicketBlob.decode(genuine).secretId();
    }

    @Test
    void aTicketFromElsewhereOrOfYesterdayIsNoTicket() throws Exception {
        CephxClient client = loggedIn();
        long id = client.globalId();
        long secretId = secretId(client);
        CryptoKey foreign = CryptoKey.generate(CryptoKey.AES, now(), CephxLiesTest::random);
        assertThat(outcome(osd, authorizer(id, ticket(id, 3600), secretId, foreign), null)).isEqualTo(REFUSED);
        assertThat(outcome(osd, authorizer(id, ticket(id, 3600), secretId + 1000, foreign), null)).isEqualTo(REFUSED);

        // with the key that the OSD itself has, as a thief of one might; the first shows that what follows would do otherwise
        CryptoKey secret = secretOf(new EntityAuthName(EntityType.OSD, "0"), secretId);
        try (RawPeer peer = new RawPeer(osd, EntityType.CLIENT)) {
            peer.request(AuthMethod.CEPHX, AuthMethod.MODE_CRC, authorizer(id, ticket(id, 3600), secretId, secret));
            assertThat(peer.answer().done()).isFalse();
        }
        assertThat(outcome(osd, authorizer(id, ticket(id, -3600), secretId, secret), null)).isEqualTo(REFUSED);
        assertThat(outcome(osd, authorizer(id + 1, ticket(id, 3600), secretId, secret), null)).isEqualTo(REFUSED);
        assertSaid("the ticket has expired", "with the ticket of");
        othersAreServed();
    }

    private static CryptoKey secretOf(EntityAuthName daemon, long secretId) throws InterruptedException {
        CephxClient auth = client(daemon, key(daemon.toString()));
        NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), LOOPS)
                .clientAuth(auth).nonce(ThreadLocalRandom.current().nextInt() >>> 1).build();
        messenger.start();
        try (MonClient monitors = MonClient.create(
                messenger, daemon, auth, List.of(EntityAddrVec.of(monitor)), (connection, message, tid) -> {})) {
            monitors.start();
            for (int i = 0; i < 300; i++) {
                CryptoKey secret = auth.serviceKeys().find(EntityType.OSD, secretId);
                if (secret != null) {
                    return secret;
                }
                Thread.sleep(100);
            }
        } finally {
            messenger.close();
        }
        throw new AssertionError("no rotating keys for " + daemon);
    }

    // ---- a monitor

    @Test
    void aMonitorIsNotToldTwice() throws IOException {
        ClientAuth.Exchange login = client(LIAR, key).open(EntityType.MON);
        Bytes begin = login.first();
        Bytes proof;
        try (RawPeer peer = new RawPeer(monitor, EntityType.CLIENT)) {
            peer.request(AuthMethod.CEPHX, AuthMethod.MODE_CRC, begin);
            proof = login.next(peer.answer().payload());
            peer.more(proof);
            assertThat(peer.answer()).matches(each -> each.done() && each.code() == 0);
        }
        assertThat(outcome(monitor, begin, proof)).isEqualTo(REFUSED);
        CryptoKey wrong = CryptoKey.generate(CryptoKey.AES, now(), CephxLiesTest::random);
        assertThat(outcome(monitor, EntityType.CLIENT, client(LIAR, wrong).open(EntityType.MON))).isEqualTo(REFUSED);
        assertThat(outcome(monitor, EntityType.CLIENT, client(EntityAuthName.parse("client.nobody"), wrong).open(EntityType.MON)))
                .isEqualTo(REFUSED);
        assertSaid("client.liar does not have its key");
        othersAreServed();
    }

    /// With its own key, but without the ticket that it got with the number.
    @Test
    void anotherClientsNumberIsNotToBeHad() throws IOException {
        long number = loggedIn().globalId();
        for (long claimed : new long[] {number, 4100}) {
            WireWriter begin = new WireWriter().u8(10);
            LIAR.encode(begin);
            ClientAuth.Exchange login = client(LIAR, key).open(EntityType.MON);
            login.first();
            try (RawPeer peer = new RawPeer(monitor, EntityType.CLIENT)) {
                peer.request(AuthMethod.CEPHX, AuthMethod.MODE_CRC, begin.u64(claimed).toBytes());
                Bytes proof = login.next(peer.answer().payload());
                peer.more(proof);
                assertThat(peer.answer().code()).as("the number %d", claimed).isEqualTo(REFUSED);
            }
        }
        assertSaid("client.liar");
        othersAreServed();
    }

    // ---- both

    @Test
    void lengthsThatCannotBeAreRefused() throws IOException {
        Bytes longName = new WireWriter().u8(10).u32(EntityType.CLIENT.number()).u32(0x7fff_ffff).toBytes();
        assertThat(outcome(monitor, longName, null)).isEqualTo(REFUSED);
        Bytes longTicket = new WireWriter().u8(1).u64(1).u32(EntityType.OSD.number()).u8(1).u64(1).u32(-1).toBytes();
        assertThat(outcome(osd, longTicket, null)).isEqualTo(REFUSED);
        for (EntityAddr to : List.of(monitor, osd)) {
            Bytes ofMethods = new WireWriter().u32(AuthMethod.CEPHX).u32(-1).toBytes();
            assertThat(after(to, peer -> peer.send(RawPeer.AUTH_REQUEST, ofMethods))).isEqualTo(RawPeer.CLOSED);
            Bytes huge = Bytes.wrap(RawPeer.preamble(RawPeer.AUTH_REQUEST, 100 << 20));
            assertThat(after(to, peer -> peer.raw(huge))).isEqualTo(RawPeer.CLOSED);
        }
        othersAreServed();
    }

    private interface Saying {
        void to(RawPeer peer) throws IOException;
    }

    private static int after(EntityAddr to, Saying what) throws IOException {
        try (RawPeer peer = new RawPeer(to, EntityType.CLIENT)) {
            what.to(peer);
            return peer.answer().code();
        }
    }

    /// The handshake is signed in both modes, and in secure mode also sealed: what does not fit ends the connection.
    @Test
    void aWrongSignatureEndsTheConnection() throws IOException {
        CephxClient client = loggedIn();
        for (int mode : new int[] {AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE}) {
            for (EntityType type : List.of(EntityType.MON, EntityType.OSD)) {
                try (RawPeer peer = new RawPeer(type == EntityType.MON ? monitor : osd, EntityType.CLIENT)) {
                    assertThat(peer.authenticate(client.open(type), mode).code()).isZero();
                    if (mode == AuthMethod.MODE_CRC) {
                        assertThat(peer.read().tag()).isEqualTo(RawPeer.AUTH_SIGNATURE);
                        peer.send(RawPeer.AUTH_SIGNATURE, random(32));
                        assertThat(peer.answer().code()).as("%s", type.text()).isEqualTo(RawPeer.CLOSED);
                    } else {
                        peer.raw(random(96));
                        assertThat(peer.isClosedByPeer()).as("%s", type.text()).isTrue();
                    }
                }
            }
        }
        othersAreServed();
    }
}
