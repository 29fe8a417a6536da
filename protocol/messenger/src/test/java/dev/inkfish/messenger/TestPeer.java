package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MMonGetVersion;
import dev.inkfish.wire.message.Message;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A messenger in memory: an endpoint with its sockets, which [TestWire] connects.
final class TestPeer {
    final Endpoint endpoint;
    final Revision revision;
    final List<Long> received = new ArrayList<>();
    final List<String> log = new ArrayList<>();
    @Nullable PeerSession lastOpened;
    @Nullable Bytes lastData;

    TestPeer(String name, int port, int mode, Revision revision, long seed) {
        EntityAuthName who = EntityAuthName.parse(name);
        TestAuth auth = new TestAuth(who, mode);
        Random random = new Random(seed);
        InetSocketAddress at = new InetSocketAddress("127.0.0.1", port);
        EntityAddrVec addrs = EntityAddrVec.of(
                EntityAddr.of(EntityAddr.Kind.MSGR2, at, 9),
                EntityAddr.of(EntityAddr.Kind.LEGACY, new InetSocketAddress("127.0.0.1", port + 1), 9));
        EntityName number = new EntityName(who.type(), Long.parseLong(who.id()));
        this.revision = revision;
        endpoint = new Endpoint(number, addrs, auth, auth.server(), Limits.DEFAULT, random::nextLong);
    }

    PeerSession sessionWith(TestPeer other, boolean lossy) {
        PeerSession existing = endpoint.find(other.endpoint.addrs());
        return existing != null && !lossy
                ? existing
                : endpoint.connect(
                        other.endpoint.name().type(),
                        other.endpoint.addrs(),
                        other.endpoint.addrs().msgr2(),
                        lossy);
    }

    static void send(PeerSession session, long number) {
        session.enqueue(new MMonGetVersion(number, "x".repeat((int) (number % 50))), number);
        SocketProtocol socket = session.socket();
        if (socket != null) {
            socket.pump(Long.MAX_VALUE);
        }
    }

    /// One end of a connection.
    final class End implements SocketHost {
        final java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        @Nullable SocketProtocol protocol;
        boolean closed;
        int code;
        String reason = "";

        @Override
        public void write(List<Bytes> bytes) {
            for (Bytes each : bytes) {
                out.writeBytes(each.toArray());
            }
        }

        @Override
        public void opened(PeerSession session) {
            log.add("opened");
            lastOpened = session;
            SocketProtocol socket = session.socket();
            if (socket != null) {
                socket.pump(Long.MAX_VALUE);
            }
        }

        @Override
        public void message(PeerSession session, Message message, long tid) {
            if (message instanceof MMonGetVersion get) {
                received.add(get.handle());
            }
            lastData = message.data();
        }

        @Override
        public void peerReset(PeerSession session) {
            log.add("reset");
        }

        @Override
        public void keepaliveAnswered(Utime stamp) {
            log.add("answer " + stamp.seconds());
        }

        @Override
        public void closed(@Nullable PeerSession session, int why, String text) {
            closed = true;
            code = why;
            reason = text;
        }
    }
}
