package dev.inkfish.cephx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Client and servers talking to each other in memory.
class DialogueTest {
    private static final EntityAuthName ADMIN = EntityAuthName.parse("client.admin");
    private static final Map<String, String> ADMIN_CAPS = Map.of("mon", "allow *", "osd", "allow *", "mgr", "allow *");

    private final TestKeys keys = new TestKeys(1);
    private final CephxMonAuth monitor = new CephxMonAuth(keys, AuthPolicy.CEPHX, keys.entropy);

    private CephxClient client(String name, CryptoKey key) {
        List<EntityType> services = List.of(EntityType.OSD, EntityType.MGR);
        return new CephxClient(
                EntityAuthName.parse(name), key, services, List.of(AuthMethod.MODE_SECURE), keys.entropy, keys::now);
    }

    private CephxServiceAuth osdServer(CephxClient osd) {
        return new CephxServiceAuth(osd.serviceKeys(), AuthPolicy.CEPHX, keys.entropy, keys::now);
    }

    /// Runs one connection's authentication to its end.
    private static AuthStep connect(ClientAuth.Exchange client, ServerAuth.Exchange server, int mode) {
        AuthStep step = server.first(client.method(), mode, client.first());
        while (step instanceof AuthStep.More(Bytes payload)) {
            step = server.next(client.next(payload));
        }
        if (step instanceof AuthStep.Done done) {
            ClientAuth.Keys got = client.done(done.identity().globalId(), mode, done.payload());
            assertThat(got.sessionKey()).isEqualTo(done.sessionKey());
            assertThat(got.connectionSecret()).isEqualTo(done.connectionSecret());
        }
        return step;
    }

    private AuthStep.Done login(CephxClient client) {
        AuthStep step = connect(
                client.open(EntityType.MON), monitor.open(client.name().type()), AuthMethod.MODE_SECURE);
        assertThat(step).isInstanceOf(AuthStep.Done.class);
        return (AuthStep.Done) step;
    }

    private CephxClient osd(int id) {
        CephxClient osd = client("osd." + id, keys.add("osd." + id, CryptoKey.AES, Map.of("mon", "allow profile osd")));
        login(osd);
        var renewals = monitor.mauth(new Identity(osd.name(), osd.globalId(), Bytes.EMPTY, false));
        osd.renewed(renewals.handle(AuthMethod.CEPHX, osd.rotatingRequest()).payload());
        return osd;
    }

    @ParameterizedTest
    @ValueSource(ints = {CryptoKey.AES, CryptoKey.AES256K})
    void aClientLogsInAndShowsItsTicketToAnOsd(int keyType) {
        CephxClient admin = client("client.admin", keys.add("client.admin", keyType, ADMIN_CAPS));
        CephxClient osd = osd(0);

        AuthStep.Done atMonitor = login(admin);
        assertThat(atMonitor.identity().name()).isEqualTo(ADMIN);
        assertThat(atMonitor.identity().caps().utf8()).isEqualTo("allow *");
        assertThat(atMonitor.connectionSecret().length()).isEqualTo(64);

        AuthStep atOsd = connect(
                admin.open(EntityType.OSD), osdServer(osd).open(EntityType.CLIENT), AuthMethod.MODE_SECURE);
        assertThat(atOsd).isInstanceOfSatisfying(AuthStep.Done.class, done -> {
            assertThat(done.identity())
                    .isEqualTo(new Identity(ADMIN, atMonitor.identity().globalId(), Bytes.utf8("allow *"), false));
            assertThat(done.connectionSecret().length()).isEqualTo(64);
        });
    }

    @Test
    void msgr1LogsInWithMessages() {
        CephxClient admin = client("client.admin", keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS));
        MauthSession session = monitor.mauth();
        MauthSession.Reply challenge = session.handle(0, admin.mauthBegin());
        assertThat(challenge.result()).isZero();
        assertThat(challenge.protocol()).isEqualTo(AuthMethod.CEPHX);
        MauthSession.Reply done = session.handle(
                AuthMethod.CEPHX, admin.mauthAnswer(challenge.globalId(), challenge.payload()));
        assertThat(done.identity()).isNotNull();
        assertThat(admin.mauthDone(done.payload())).isEqualTo(done.sessionKey());
        assertThat(admin.hasTicket(EntityType.OSD)).isTrue();
    }

    @Test
    void aWrongKeyIsRefused() {
        keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS);
        CephxClient liar = client("client.admin", CryptoKey.generate(CryptoKey.AES, keys.now, keys.entropy));
        AuthStep step = connect(liar.open(EntityType.MON), monitor.open(EntityType.CLIENT), AuthMethod.MODE_SECURE);
        assertThat(step).isInstanceOfSatisfying(
                AuthStep.Refused.class, refused -> assertThat(refused.code()).isEqualTo(Errno.EACCES.code()));
        CephxClient nobody = client("client.nobody", CryptoKey.generate(CryptoKey.AES, keys.now, keys.entropy));
        assertThat(connect(nobody.open(EntityType.MON), monitor.open(EntityType.CLIENT), AuthMethod.MODE_SECURE))
                .isInstanceOf(AuthStep.Refused.class);
    }

    @Test
    void aGlobalIdIsOnlyReclaimedWithItsTicket() {
        CryptoKey key = keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS);
        CephxClient admin = client("client.admin", key);
        long id = login(admin).identity().globalId();
        assertThat(login(admin).identity().globalId()).isEqualTo(id);

        CephxClient other = client("client.admin", key);
        MauthSession session = monitor.mauth();
        other.mauthAnswer(id, session.handle(0, other.mauthBegin()).payload());
        MauthSession second = monitor.mauth();
        MauthSession.Reply challenge = second.handle(0, other.mauthBegin());
        MauthSession.Reply refused = second.handle(AuthMethod.CEPHX, other.mauthAnswer(id, challenge.payload()));
        assertThat(refused.result()).isEqualTo(Errno.EACCES.code());
    }

    @Test
    void whatWasSeenOnTheWireIsWorthNothingOnAnotherConnection() {
        CephxClient admin = client("client.admin", keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS));
        CephxServiceAuth server = osdServer(osd(0));
        login(admin);

        ClientAuth.Exchange exchange = admin.open(EntityType.OSD);
        ServerAuth.Exchange first = server.open(EntityType.CLIENT);
        Bytes begin = exchange.first();
        AuthStep.More challenge = (AuthStep.More) first.first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, begin);
        Bytes answer = exchange.next(challenge.payload());
        assertThat(first.next(answer)).isInstanceOf(AuthStep.Done.class);

        ServerAuth.Exchange replay = server.open(EntityType.CLIENT);
        assertThat(replay.first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, answer)).isInstanceOf(AuthStep.More.class);
        assertThat(replay.next(answer)).isInstanceOf(AuthStep.Refused.class);

        ClientAuth.Exchange login = admin.open(EntityType.MON);
        ServerAuth.Exchange mon = monitor.open(EntityType.CLIENT);
        AuthStep.More question = (AuthStep.More) mon.first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, login.first());
        Bytes proof = login.next(question.payload());
        assertThat(mon.next(proof)).isInstanceOf(AuthStep.Done.class);
        assertThat(mon.next(proof)).isInstanceOf(AuthStep.Refused.class);
        ServerAuth.Exchange another = monitor.open(EntityType.CLIENT);
        another.first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, login.first());
        assertThat(another.next(proof)).isInstanceOf(AuthStep.Refused.class);
    }

    @Test
    void aTicketForOneServiceIsNoneForAnother() {
        CephxClient user = client(
                "client.user", keys.add("client.user", CryptoKey.AES, Map.of("mon", "allow r", "osd", "allow *")));
        login(user);
        for (EntityType service : List.of(EntityType.OSD, EntityType.MGR)) {
            Bytes authorizer = user.open(service).first();
            assertThat(monitor.open(EntityType.CLIENT).first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, authorizer))
                    .isInstanceOf(AuthStep.Refused.class);
            assertThat(monitor.open(EntityType.MON).first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, authorizer))
                    .isInstanceOf(AuthStep.Refused.class);
        }
        Bytes toManager = user.open(EntityType.MGR).first();
        assertThat(osdServer(osd(0)).open(EntityType.CLIENT).first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, toManager))
                .isInstanceOf(AuthStep.Refused.class);
    }

    @Test
    void ticketsAreRenewedBeforeTheyExpire() {
        CephxClient admin = client("client.admin", keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS));
        CephxClient osd = osd(0);
        Identity identity = login(admin).identity();
        MauthSession renewals = monitor.mauth(identity);
        assertThat(admin.renewal()).isNull();
        for (int i = 0; i < 8; i++) {
            keys.pass(TestKeys.HOUR * 4 / 5);
            keys.rotate();
            assertThat(admin.renewal()).isNotNull();
            admin.renewed(renewals.handle(AuthMethod.CEPHX, admin.renewal()).payload());
            assertThat(admin.renewal()).isNull();
            MauthSession atMonitor = monitor.mauth(new Identity(osd.name(), osd.globalId(), Bytes.EMPTY, false));
            osd.renewed(atMonitor.handle(AuthMethod.CEPHX, osd.rotatingRequest()).payload());
            assertThat(connect(
                            admin.open(EntityType.OSD), osdServer(osd).open(EntityType.CLIENT), AuthMethod.MODE_CRC))
                    .isInstanceOf(AuthStep.Done.class);
        }
        keys.pass(TestKeys.HOUR * 6 / 5);
        assertThat(admin.hasTicket(EntityType.OSD)).isFalse();
        assertThat(connect(admin.open(EntityType.OSD), osdServer(osd).open(EntityType.CLIENT), AuthMethod.MODE_CRC))
                .isInstanceOf(AuthStep.Refused.class);
    }

    @Test
    void theTicketForTheMonitorsIsRenewedOnTheSameConnection() {
        CephxClient overV2 = client("client.a", keys.add("client.a", CryptoKey.AES, ADMIN_CAPS));
        CephxClient overV1 = client("client.b", keys.add("client.b", CryptoKey.AES256K, ADMIN_CAPS));
        MauthSession first = monitor.mauth(login(overV2).identity());
        MauthSession second = monitor.mauth();
        MauthSession.Reply begun = second.handle(0, overV1.mauthBegin());
        overV1.mauthDone(second.handle(AuthMethod.CEPHX, overV1.mauthAnswer(begun.globalId(), begun.payload()))
                .payload());
        for (int day = 0; day < 30; day++) {
            keys.pass(20 * TestKeys.HOUR);
            keys.rotate();
            renewAll(overV2, first);
            renewAll(overV1, second);
        }
        // whoever hijacked the connection without the key gets nowhere
        keys.pass(60 * TestKeys.HOUR);
        CephxClient thief = client("client.a", CryptoKey.generate(CryptoKey.AES, keys.now, keys.entropy));
        Bytes forged = thief.mauthAnswer(overV2.globalId(), begun.payload());
        assertThat(first.handle(AuthMethod.CEPHX, forged).result()).isEqualTo(Errno.EACCES.code());
    }

    private static void renewAll(CephxClient client, MauthSession session) {
        for (Bytes ask = client.renewal(); ask != null; ask = client.renewal()) {
            MauthSession.Reply reply = session.handle(AuthMethod.CEPHX, ask);
            assertThat(reply.result()).isZero();
            client.renewed(reply.payload());
        }
        assertThat(client.needsLogin()).isFalse();
        assertThat(client.hasTicket(EntityType.OSD)).isTrue();
    }

    @Test
    void anImpostorOsdIsFoundOut() {
        CephxClient admin = client("client.admin", keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS));
        login(admin);
        ClientAuth.Exchange exchange = admin.open(EntityType.OSD);
        Bytes begin = exchange.first();
        assertThatThrownBy(() -> exchange.next(begin)).isInstanceOf(CephException.class);
        assertThatThrownBy(() -> exchange.done(0, AuthMethod.MODE_CRC, begin)).isInstanceOf(CephException.class);
    }

    @Test
    void damagedPayloadsAreRefusedAndNothingElseHappens() {
        CephxClient admin = client("client.admin", keys.add("client.admin", CryptoKey.AES, ADMIN_CAPS));
        CephxServiceAuth server = osdServer(osd(0));
        login(admin);
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            ClientAuth.Exchange toMon = admin.open(EntityType.MON);
            ServerAuth.Exchange mon = monitor.open(EntityType.CLIENT);
            AuthStep step = mon.first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, toMon.first());
            Bytes proof = toMon.next(((AuthStep.More) step).payload());
            // what does not prove anything may be anything: the services asked for are the last four bytes
            Bytes vital = damaged(proof.slice(0, proof.length() - 4), random);
            assertThat(mon.next(vital)).isInstanceOf(AuthStep.Refused.class);

            ClientAuth.Exchange toOsd = admin.open(EntityType.OSD);
            AuthStep refused =
                    server.open(EntityType.CLIENT).first(AuthMethod.CEPHX, AuthMethod.MODE_CRC, damaged(toOsd.first(), random));
            assertThat(refused).isInstanceOfAny(AuthStep.Refused.class, AuthStep.More.class);
        }
    }

    private static Bytes damaged(Bytes bytes, Random random) {
        byte[] copy = bytes.toArray();
        if (random.nextBoolean()) {
            return Bytes.wrap(copy).slice(0, random.nextInt(copy.length));
        }
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        return Bytes.wrap(copy);
    }

    @Test
    void withoutAuthenticationEverybodyIsLetIn() {
        CephxMonAuth open = new CephxMonAuth(keys, AuthPolicy.NONE, keys.entropy);
        ClientAuth client = NoneAuth.client(ADMIN);
        AuthStep step = connect(client.open(EntityType.MON), open.open(EntityType.CLIENT), AuthMethod.MODE_CRC);
        assertThat(step).isInstanceOfSatisfying(AuthStep.Done.class, done -> {
            assertThat(done.identity().allowAll()).isTrue();
            assertThat(done.identity().globalId()).isNotZero();
        });
        assertThat(connect(client.open(EntityType.MON), monitor.open(EntityType.CLIENT), AuthMethod.MODE_CRC))
                .isInstanceOf(AuthStep.Refused.class);
    }
}
