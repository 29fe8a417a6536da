package dev.inkfish.messenger;

import dev.inkfish.wire.EntityAddr;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Carries bytes between the ends of connections in memory, in pieces of random size, and breaks all of
/// them after a given number of bytes.
final class TestWire {
    /// A connection: two ends.
    record Link(TestPeer.End a, TestPeer.End b) {}

    private final Random random;
    final List<Link> links = new ArrayList<>();
    long carried;
    long cutAfter = Long.MAX_VALUE;
    private final int largest;

    TestWire(long seed, int largest) {
        random = new Random(seed);
        this.largest = largest;
    }

    /// Opens a msgr2 connection for the session, at the other messenger.
    Link connect(TestPeer from, PeerSession session, TestPeer to) {
        TestPeer.End a = from.new End();
        TestPeer.End b = to.new End();
        boolean msgr2 = session.target().kind() == EntityAddr.Kind.MSGR2;
        a.protocol = msgr2
                ? new V2Connector(from.endpoint, a, session, from.revision)
                : new V1Connector(from.endpoint, a, session);
        EntityAddr near = from.endpoint.addrs().front().withPort(40000);
        b.protocol = msgr2
                ? new V2Acceptor(to.endpoint, b, near, to.revision)
                : new V1Acceptor(to.endpoint, b, near);
        Link link = new Link(a, b);
        links.add(link);
        protocol(a).start();
        protocol(b).start();
        return link;
    }

    /// Carries until nothing moves any more.
    void run() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Link link : List.copyOf(links)) {
                boolean there = carry(link.a, link.b);
                boolean back = carry(link.b, link.a);
                moved |= there || back;
                if ((link.a.closed || link.b.closed) && link.a.out.size() + link.b.out.size() == 0) {
                    links.remove(link);
                    protocol(link.a).lost("closed by the peer");
                    protocol(link.b).lost("closed by the peer");
                    moved = true;
                }
            }
        }
    }

    private boolean carry(TestPeer.End from, TestPeer.End to) {
        if (from.out.size() == 0) {
            return false;
        }
        byte[] bytes = from.out.toByteArray();
        from.out.reset();
        int count = Math.min(bytes.length, 1 + random.nextInt(largest));
        count = (int) Math.min(count, cutAfter - carried);
        carried += count;
        if (!to.closed && count > 0) {
            ByteBuffer piece = ByteBuffer.wrap(bytes, 0, count).slice();
            protocol(to).receive(piece);
        }
        if (carried == cutAfter) {
            cutAfter = Long.MAX_VALUE;
            List<Link> broken = List.copyOf(links);
            links.clear();
            for (Link each : broken) {
                each.a.out.reset();
                each.b.out.reset();
                protocol(each.a).lost("cut");
                protocol(each.b).lost("cut");
            }
            return true;
        }
        byte[] later = from.out.toByteArray();
        from.out.reset();
        from.out.write(bytes, count, bytes.length - count);
        from.out.writeBytes(later);
        return true;
    }

    static SocketProtocol protocol(TestPeer.End end) {
        return Objects.requireNonNull(end.protocol);
    }
}
