package dev.inkfish.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.Message;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A daemon whose clients send faster than it works.
class ClientThrottleTest {
    private static final long LIMIT = 4 << 20;
    private static final int SIZE = 300_000;

    private record Work(Connection from, long tid, int length) {}

    private final EventLoops loops = EventLoops.create("test", 2);
    private final ClientThrottle throttle = new ClientThrottle();
    private final Queue<Work> work = new ConcurrentLinkedQueue<>();
    private final AtomicLong mostBytes = new AtomicLong();
    private final AtomicLong mostRequests = new AtomicLong();
    private final NettyMessenger osd = daemon();
    private final List<NettyMessenger> others = new ArrayList<>();

    private NettyMessenger daemon() {
        throttle.limits(LIMIT, 20);
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        NettyMessenger made = NettyMessenger.builder(EntityName.osd(0), loops)
                .serverAuth(NoneAuth.server(() -> 4100))
                .clientAuth(NoneAuth.client(EntityAuthName.parse("osd.0")))
                .bind(EntityAddr.of(EntityAddr.Kind.MSGR2, any, 0))
                .bind(EntityAddr.of(EntityAddr.Kind.LEGACY, any, 0))
                .throttle(throttle)
                .dispatcher(this::take)
                .build();
        made.start();
        return made;
    }

    private void take(Connection from, Message message, long tid) {
        int length = message.data().length();
        from.hold(length);
        work.add(new Work(from, tid, length));
        mostBytes.accumulateAndGet(throttle.bytes(), Math::max);
        mostRequests.accumulateAndGet(throttle.requests(), Math::max);
    }

    @AfterEach
    void end() {
        others.forEach(NettyMessenger::close);
        osd.close();
        loops.close();
    }

    private NettyMessenger peer(String name) {
        EntityAuthName who = EntityAuthName.parse(name);
        NettyMessenger made = NettyMessenger.builder(new EntityName(who.type(), Long.parseLong(who.id())), loops)
                .clientAuth(NoneAuth.client(who))
                .nonce(ThreadLocalRandom.current().nextInt())
                .build();
        made.start();
        others.add(made);
        return made;
    }

    private Connection connect(NettyMessenger from, EntityAddr.Kind kind) {
        EntityAddrVec to = EntityAddrVec.of(osd.addrs().first(kind));
        boolean client = from.name().type() == EntityType.CLIENT;
        return from.connect(EntityType.OSD, to, client ? ConnectionPolicy.LOSSY : ConnectionPolicy.LOSSLESS_PEER);
    }

    private static Message request(int size) {
        return new MMonCommand(new UUID(0, 0), List.of(), Bytes.zeros(size));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 12_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /// Answers what came until so many requests are done; gives the order in which each client's came.
    private List<Work> serve(int count) throws InterruptedException {
        List<Work> done = new ArrayList<>();
        while (done.size() < count) {
            await(() -> !work.isEmpty());
            Work next = work.poll();
            next.from.send(request(0), next.tid);
            next.from.release(next.length);
            done.add(next);
        }
        return done;
    }

    @Test
    void whatIsUnderWayStaysBelowTheLimitsAndAllOfItIsServedInOrder() throws Exception {
        for (EntityAddr.Kind kind : new EntityAddr.Kind[] {EntityAddr.Kind.MSGR2, EntityAddr.Kind.LEGACY}) {
            List<Connection> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(connect(peer("client." + (i + 7)), kind));
            }
            for (long tid = 1; tid <= 100; tid++) {
                for (Connection each : clients) {
                    each.send(request(tid % 10 == 0 ? 1000 : SIZE), tid);
                }
            }
            Thread.sleep(300);
            assertThat(throttle.bytes()).isBetween(LIMIT / 2, LIMIT);
            List<Work> done = serve(400);
            List<Long> one = done.stream().filter(w -> w.from == done.getFirst().from).map(Work::tid).toList();
            assertThat(one).containsExactlyElementsOf(LongStream.rangeClosed(1, 100).boxed().toList());
            for (long tid = 1; tid <= 100; tid++) {
                clients.getFirst().send(request(10), tid);
            }
            serve(100);
            await(() -> throttle.bytes() == 0);
        }
        assertThat(mostBytes.get()).isLessThanOrEqualTo(LIMIT + SIZE); // a message counts twice while it is handed over
        assertThat(mostRequests.get()).isBetween(15L, 20L);
        assertThat(throttle.requests()).isZero();
    }

    @Test
    void aMessageLargerThanTheLimitComesThroughAlone() throws Exception {
        Connection client = connect(peer("client.7"), EntityAddr.Kind.MSGR2);
        for (int i = 1; i <= 3; i++) {
            client.send(request((int) LIMIT * 2), i);
            client.send(request(SIZE), 10 + i);
        }
        serve(6);
        assertThat(mostBytes.get()).isLessThanOrEqualTo(LIMIT * 5);
    }

    /// Its memory is needed to finish what the clients wait for.
    @Test
    void aDaemonIsNeverHeldUp() throws Exception {
        Connection client = connect(peer("client.7"), EntityAddr.Kind.MSGR2);
        for (int i = 0; i < 100; i++) {
            client.send(request(SIZE), i);
        }
        Thread.sleep(200);
        int before = work.size();
        Connection other = connect(peer("osd.1"), EntityAddr.Kind.MSGR2);
        for (int i = 0; i < 100; i++) {
            other.send(request(SIZE), i);
        }
        await(() -> work.size() == before + 100);
        serve(200);
    }

    @Test
    void clientsThatDoNotReadHoldUpTheOthersForAWhileOnly() throws Exception {
        List<Connection> deaf = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            NettyMessenger from = peer("client." + (i + 100));
            Connection each = connect(from, EntityAddr.Kind.MSGR2);
            await(each::isConnected);
            from.stopReading();
            deaf.add(each);
        }
        for (int i = 0; i < 100; i++) {
            for (Connection each : deaf) {
                each.send(request(1000), i);
            }
        }
        Connection good = connect(peer("client.7"), EntityAddr.Kind.MSGR2);
        good.send(request(SIZE), 4711);
        boolean served = false;
        long end = System.nanoTime() + 60_000_000_000L;
        while (!served && System.nanoTime() < end) {
            Work next = work.poll();
            if (next == null) {
                Thread.sleep(1);
                continue;
            }
            served = next.tid == 4711;
            next.from.send(request(2 << 20), next.tid); // a large answer
            next.from.release(next.length);
        }
        assertThat(served).isTrue();
        await(() -> deaf.stream().anyMatch(each -> !each.isConnected()));
    }
}
