package dev.inkfish.messenger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MMonCommand;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sessions of two messengers in memory; the sections named are those of Ceph's `doc/dev/msgr2.rst`.
class SessionTest {
    private static final int CRC = AuthMethod.MODE_CRC;
    private static final List<Long> TEN = LongStream.rangeClosed(1, 10).boxed().toList();

    /// "Message flow handshake", "Message exchange": a lossy client, each mode and revision, and 2.0 with 2.1.
    @ParameterizedTest
    @CsvSource({"1, V2_1, V2_1", "1, V2_0, V2_1", "1, V2_1, V2_0", "2, V2_1, V2_1", "2, V2_0, V2_0", "2, V2_0, V2_1"})
    void aClientConnectsAndTalks(int mode, Revision client, Revision server) {
        for (int largest : new int[] {1, 7, 100_000}) {
            TestPeer a = new TestPeer("client.4100", 5000, mode, client, 1);
            TestPeer b = new TestPeer("mon.0", 6000, mode, server, 2);
            TestWire wire = new TestWire(3, largest);
            PeerSession session = a.sessionWith(b, true);
            TestWire.Link link = wire.connect(a, session, b);
            TestPeer.send(session, 1);
            wire.run();
            PeerSession there = Objects.requireNonNull(b.lastOpened);
            assertThat(b.received).containsExactly(1L);
            // the number that it proved, whatever it says
            assertThat(there.name()).hasToString("client.4711");
            assertThat(Objects.requireNonNull(there.identity()).globalId()).isEqualTo(4711);
            assertThat(session.assignedId()).isEqualTo(4711);
            assertThat(there.lossy()).isTrue();
            Bytes data = Bytes.wrap("payload ".repeat(2_500).getBytes());
            there.enqueue(new MMonCommand(new UUID(1, 2), List.of("a", "b"), data), 9);
            TestWire.protocol(link.b()).pump(Long.MAX_VALUE);
            TestWire.protocol(link.a()).keepalive(new Utime(77, 0));
            wire.run();
            assertThat(a.lastData).isEqualTo(data);
            assertThat(a.log).containsExactly("opened", "answer 77");
        }
    }

    /// "Example of failure scenarios: Connection failure after session is established, and then client
    /// reconnects", with the failure at each byte of the whole dialogue, handshake included: the first
    /// three scenarios (CLIENT_IDENT lost, SERVER_IDENT lost and either side reconnects) are among them.
    @ParameterizedTest
    @CsvSource({"1, V2_1", "1, V2_0", "2, V2_1", "2, V2_0"})
    void everyMessageArrivesOnceWhereverTheConnectionIsCut(int mode, Revision revision) {
        long length = dialogue(mode, revision, Long.MAX_VALUE, true);
        assertThat(length).isGreaterThan(1000);
        for (long cut = 1; cut <= length; cut += mode == CRC ? 1 : 3) {
            dialogue(mode, revision, cut, true);
            dialogue(mode, revision, cut, false);
        }
    }

    /// Ten messages each way with a cut.
    ///
    /// @param clientFirst which side is the first to reconnect
    /// @return how many bytes were carried
    private static long dialogue(int mode, Revision revision, long cut, boolean clientFirst) {
        TestPeer a = new TestPeer("osd.1", 6000, mode, revision, 1);
        TestPeer b = new TestPeer("osd.2", 7000, mode, revision, 2);
        TestWire wire = new TestWire(cut, 400);
        wire.cutAfter = cut;
        PeerSession there = a.sessionWith(b, false);
        wire.connect(a, there, b);
        for (long i = 1; i <= 5; i++) {
            TestPeer.send(there, i);
        }
        wire.run();
        PeerSession back = b.sessionWith(a, false);
        for (long i = 1; i <= 10; i++) {
            TestPeer.send(back, i);
        }
        for (long i = 6; i <= 10; i++) {
            TestPeer.send(there, i);
        }
        wire.run();
        for (int attempt = 0; attempt < 10 && (there.pending() || back.pending()); attempt++) {
            boolean fromA = clientFirst == (attempt % 2 == 0);
            PeerSession again = fromA ? there : back;
            if (again.socket() == null) {
                wire.connect(fromA ? a : b, again, fromA ? b : a);
            }
            wire.run();
        }
        assertThat(b.received).as("a to b, cut at %d", cut).isEqualTo(TEN);
        assertThat(a.received).as("b to a, cut at %d", cut).isEqualTo(TEN);
        assertThat(there.pending() || back.pending()).as("unacknowledged, cut at %d", cut).isFalse();
        assertThat(a.log).doesNotContain("reset");
        assertThat(b.log).doesNotContain("reset");
        return wire.carried;
    }

    /// TAG_RECONNECT_WAIT: both connect at once; one connection wins and carries both directions.
    @Test
    void bothConnectAtOnce() {
        for (int seed = 0; seed < 300; seed++) {
            TestPeer a = new TestPeer("osd.1", 6000, CRC, Revision.V2_1, seed);
            TestPeer b = new TestPeer("osd.2", 7000, CRC, Revision.V2_1, seed + 1);
            TestWire wire = new TestWire(seed, 60);
            PeerSession there = a.sessionWith(b, false);
            PeerSession back = b.sessionWith(a, false);
            wire.connect(a, there, b);
            wire.connect(b, back, a);
            for (long i = 1; i <= 10; i++) {
                TestPeer.send(there, i);
                TestPeer.send(back, i);
            }
            wire.run();
            assertThat(b.received).as("seed %d", seed).isEqualTo(TEN);
            assertThat(a.received).as("seed %d", seed).isEqualTo(TEN);
            assertThat(wire.links).as("seed %d", seed).hasSize(1);
        }
    }

    /// "Connection failure after session is established because server reset": TAG_RESET_SESSION, and the
    /// client is told that what it queued is gone.
    @Test
    void theServerForgotTheSession() {
        TestPeer a = new TestPeer("osd.1", 6000, CRC, Revision.V2_1, 1);
        TestPeer b = new TestPeer("osd.2", 7000, CRC, Revision.V2_1, 2);
        TestWire wire = new TestWire(1, 100);
        PeerSession there = a.sessionWith(b, false);
        TestWire.Link link = wire.connect(a, there, b);
        wire.run();
        TestWire.protocol(link.a()).lost("cut");
        wire.run();
        b.endpoint.remove(Objects.requireNonNull(b.lastOpened));
        TestPeer.send(there, 1);
        wire.connect(a, there, b);
        wire.run();
        assertThat(a.log).containsExactly("opened", "reset", "opened");
        assertThat(b.received).isEmpty();
        TestPeer.send(there, 2);
        wire.run();
        assertThat(b.received).containsExactly(2L);
    }

    /// "… because client reset": the server drops what it had for the old instance.
    @Test
    void theClientForgotTheSession() {
        TestPeer a = new TestPeer("osd.1", 6000, CRC, Revision.V2_1, 1);
        TestPeer b = new TestPeer("osd.2", 7000, CRC, Revision.V2_1, 2);
        TestWire wire = new TestWire(1, 100);
        PeerSession there = a.sessionWith(b, false);
        wire.connect(a, there, b);
        wire.run();
        PeerSession back = Objects.requireNonNull(b.lastOpened);
        a.endpoint.remove(there);
        there.close();
        TestPeer.send(back, 1);
        wire.run();
        PeerSession fresh = a.sessionWith(b, false);
        assertThat(fresh).isNotSameAs(there);
        wire.connect(a, fresh, b);
        wire.run();
        assertThat(b.log).containsExactly("opened", "reset", "opened");
        assertThat(a.received).isEmpty();
        TestPeer.send(back, 2);
        wire.run();
        assertThat(a.received).containsExactly(2L);
    }

    /// TAG_CLIENT_IDENT: "the server side can close the connection if the client is talking to the wrong daemon".
    @Test
    void aClientThatMeansAnotherDaemonIsClosed() {
        TestPeer a = new TestPeer("client.1", 5000, CRC, Revision.V2_1, 1);
        TestPeer b = new TestPeer("osd.2", 7000, CRC, Revision.V2_1, 2);
        TestPeer meant = new TestPeer("osd.3", 8000, CRC, Revision.V2_1, 2);
        TestWire wire = new TestWire(1, 100);
        TestWire.Link link = wire.connect(a, a.sessionWith(meant, true), b);
        wire.run();
        assertThat(link.b().reason).contains("peer wants v2:127.0.0.1:8000/9");
        assertThat(link.a().closed).isTrue();
    }

    /// TAG_AUTH_BAD_METHOD: what is allowed is said, and the reason kept.
    @Test
    void modesThatDoNotMeetAreRefused() {
        TestPeer a = new TestPeer("client.1", 5000, AuthMethod.MODE_CRC, Revision.V2_1, 1);
        TestPeer b = new TestPeer("osd.2", 7000, AuthMethod.MODE_SECURE, Revision.V2_1, 2);
        TestWire wire = new TestWire(1, 100);
        TestWire.Link link = wire.connect(a, a.sessionWith(b, true), b);
        wire.run();
        assertThat(link.a().reason).contains("modes [2]");
        assertThat(link.a().code).isNegative();
    }

    @Test
    void nobodyAppearsAsADaemonThatHeIsNot() {
        TestPeer a = new TestPeer("client.1", 5000, CRC, Revision.V2_1, 1);
        TestPeer b = new TestPeer("osd.2", 7000, CRC, Revision.V2_1, 2);
        a.endpoint.rename(new dev.inkfish.wire.EntityName(EntityType.OSD, 7));
        TestWire wire = new TestWire(1, 100);
        TestWire.Link link = wire.connect(a, a.sessionWith(b, false), b);
        wire.run();
        assertThat(link.a().code).isEqualTo(dev.inkfish.wire.Errno.EACCES.code());
        assertThat(b.lastOpened).isNull();
    }

    /// msgr1 with a challenge, signed messages and keepalives.
    @Test
    void msgr1() {
        for (int largest : new int[] {1, 7, 100_000}) {
            TestPeer a = new TestPeer("client.4100", 5000, CRC, Revision.V2_1, 1);
            TestPeer b = new TestPeer("osd.0", 6000, CRC, Revision.V2_1, 2);
            EntityAddr legacy = b.endpoint.addrs().legacy();
            PeerSession session = a.endpoint.connect(EntityType.OSD, EntityAddrVec.of(legacy), legacy, true);
            TestWire wire = new TestWire(3, largest);
            TestWire.Link link = wire.connect(a, session, b);
            TestPeer.send(session, 1);
            TestPeer.send(session, 2);
            wire.run();
            assertThat(b.received).containsExactly(1L, 2L);
            PeerSession there = Objects.requireNonNull(b.lastOpened);
            assertThat(there.addrs().front().port()).isEqualTo(a.endpoint.addrs().legacy().port());
            Bytes data = Bytes.wrap("payload ".repeat(2_500).getBytes());
            there.enqueue(new MMonCommand(new UUID(1, 2), List.of("a", "b"), data), 9);
            TestWire.protocol(link.b()).pump(Long.MAX_VALUE);
            TestWire.protocol(link.a()).keepalive(new Utime(77, 0));
            wire.run();
            assertThat(a.lastData).isEqualTo(data);
            assertThat(a.log).containsExactly("opened", "answer 77");
            assertThat(session.name()).hasToString("osd.0");
        }
    }
}
