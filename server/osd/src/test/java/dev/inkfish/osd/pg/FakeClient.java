package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.message.MOSDBackoff;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.osd.OsdReqId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A client that works on one object and knows what it must read back. It may have several requests under way: they
/// take place in the order in which they were made, and changes are answered in that order.
final class FakeClient {
    private static final long TIDS = 1_000_000;

    final int number;
    final String name;
    private final Simulation simulation;
    private final TreeMap<Long, FakeOps.Request> requests = new TreeMap<>();
    private int epoch;
    private int primary = -1;
    private int primaryUpFrom = -1;
    private @Nullable Session session;
    private int sessions;
    private long lastTid;
    private final int depth;
    /// Requests that are not answered yet, and which change had been acknowledged when each was made.
    private final TreeMap<Long, Long> underWay = new TreeMap<>();
    /// The last change that was acknowledged; 0 if none was.
    private long acknowledged;
    private int toDo;
    int done;
    int refused;
    int heldBack;

    private long startedAt;
    private @Nullable History shared;

    FakeClient(Simulation simulation, int number) {
        this(simulation, number, 1);
    }

    /// @param depth how many requests it has under way at a time
    FakeClient(Simulation simulation, int number, int depth) {
        this(simulation, number, "object" + number, depth);
    }

    /// A client whose object others work on too: what they saw together is in `history`.
    FakeClient(Simulation simulation, int number, String name, History history) {
        this(simulation, number, name, 1);
        this.shared = history;
    }

    private FakeClient(Simulation simulation, int number, String name, int depth) {
        this.depth = depth;
        this.simulation = simulation;
        this.number = number;
        this.name = name;
        this.lastTid = number * TIDS;
        simulation.clients.add(this);
    }

    static FakeOps.Request request(List<FakeClient> clients, long tid) {
        return clients.get((int) (tid / TIDS)).requests.get(tid);
    }

    final class Session implements ClientSession {
        final int osd;
        final int upFrom;
        private final String channel;
        /// What has arrived at the OSD and waits for a map or a group there.
        private final Deque<BooleanSupplier> arrived = new ArrayDeque<>();
        private boolean connected = true;
        private long backoffs;
        /// What the OSD told us to hold back.
        final TreeSet<Long> held = new TreeSet<>();

        Session(int osd, int upFrom) {
            this.osd = osd;
            this.upFrom = upFrom;
            this.channel = "client" + number + "-" + osd + "-" + ++sessions;
        }

        @Override
        public EntityName name() {
            return EntityName.client(number);
        }

        @Override
        public EntityAddr addr() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long features() {
            return number % 2 == 0 ? Features.RADOS_BACKOFF : 0;
        }

        @Override
        public long nextBackoff() {
            return ++backoffs;
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public void send(Message message, long tid) {
            simulation.enqueue("reply" + osd + "-" + number, () -> {
                if (session == this) {
                    switch (message) {
                        case FakeReply reply -> onReply(tid, reply);
                        case MOSDBackoff told -> onBackoff(this, told);
                        default -> throw new AssertionError(message);
                    }
                }
            });
        }
    }

    void work(int count) {
        boolean idle = isIdle();
        toDo += count;
        if (idle) {
            simulation.enqueue("client" + number + "-maps", this::onMap);
        }
        next();
    }

    boolean isIdle() {
        return toDo == 0 && underWay.isEmpty();
    }

    /// Whether the request is one of its own that was not answered.
    boolean awaits(@Nullable OsdReqId reqid) {
        return reqid != null && reqid.name().number() == number && underWay.containsKey(reqid.tid());
    }

    private void next() {
        while (toDo > 0 && underWay.size() < depth) {
            toDo--;
            long tid = ++lastTid;
            underWay.put(tid, acknowledged);
            startedAt = simulation.clock();
            int dice = simulation.random.nextInt(10);
            FakeOps.Kind kind =
                    dice < 6 ? FakeOps.Kind.WRITE : dice < 7 ? FakeOps.Kind.REMOVE : FakeOps.Kind.READ;
            requests.put(
                    tid,
                    new FakeOps.Request(
                            kind,
                            simulation.object(name),
                            kind == FakeOps.Kind.WRITE ? Bytes.utf8("value-" + tid) : Bytes.EMPTY,
                            new OsdReqId(EntityName.client(number), tid, 0)));
            send(tid);
        }
    }

    /// A newer map: sends again if somebody else is primary now, or the primary was restarted.
    void onMap() {
        while (epoch < simulation.newest().epoch()) {
            onMap(epoch + 1);
        }
    }

    private void onMap(int next) {
        epoch = next;
        FakeMap map = simulation.mapOf(epoch);
        PgId pgid = map.pgOf(Simulation.hash(name));
        int now = epoch < 2 ? -1 : map.map(pgid).actingPrimary();
        int upFrom = now < 0 ? -1 : map.upFrom(now);
        if (now != primary || upFrom != primaryUpFrom) {
            Session old = session;
            if (old != null) {
                simulation.enqueue(old.channel, () -> disconnect(old));
            }
            primary = now;
            primaryUpFrom = upFrom;
            session = now < 0 ? null : new Session(now, upFrom);
            sendAll();
        } else if (epoch > 2) {
            FakeMap before = simulation.mapOf(epoch - 1);
            PgId was = before.pgOf(Simulation.hash(name));
            if (PgSplit.concerns(was, before.params().pgNum(), map.params().pgNum())
                    || PgSplit.concerns(was, before.params().pgNumPending(), map.params().pgNumPending())) {
                sendAll();
            }
        }
    }

    private void disconnect(Session old) {
        old.connected = false;
        Simulation.Node node = simulation.nodes.get(old.osd);
        if (node.isReachedBy(old)) {
            node.table.groups().forEach(pg -> pg.onDisconnect(old));
        }
    }

    private void sendAll() {
        underWay.keySet().forEach(this::send);
    }

    private void send(long tid) {
        Session to = session;
        if (to != null && to.held.isEmpty()) {
            int with = epoch;
            post(to, () -> deliver(to, tid, with));
        }
    }

    private void post(Session to, BooleanSupplier take) {
        simulation.enqueue(to.channel, () -> {
            to.arrived.add(take);
            deliver(to);
        });
    }

    private void onBackoff(Session from, MOSDBackoff told) {
        simulation.note("client" + number + " backoff " + told.op() + " " + told.id());
        if (told.op() == MOSDBackoff.BLOCK) {
            heldBack++;
            from.held.add(told.id());
            MOSDBackoff answer = new MOSDBackoff(
                    told.pgid(), told.mapEpoch(), MOSDBackoff.ACK_BLOCK, told.id(), told.begin(), told.end());
            post(from, () -> acknowledge(from, answer));
        } else if (from.held.remove(told.id())) {
            sendAll();
        }
    }

    private boolean acknowledge(Session to, MOSDBackoff answer) {
        Pg pg = simulation.nodes.get(to.osd).table.find(answer.pgid());
        if (pg != null) {
            pg.onBackoff(to, answer);
        }
        return true;
    }

    /// Hands over what has arrived, in order, as far as the OSD knows the maps and has the groups.
    private void deliver(Session to) {
        Simulation.Node node = simulation.nodes.get(to.osd);
        if (!node.isReachedBy(to) || !to.connected) {
            to.arrived.clear();
        }
        while (!to.arrived.isEmpty()) {
            if (!to.arrived.getFirst().getAsBoolean()) {
                simulation.enqueue(to.channel, () -> deliver(to));
                return;
            }
            to.arrived.removeFirst();
        }
    }

    /// @return false if it has to wait
    private boolean deliver(Session to, long tid, int sentAt) {
        PgTable table = simulation.nodes.get(to.osd).table;
        if (table.map().epoch() < sentAt) {
            return false;
        }
        PgId pgid = simulation.mapOf(sentAt).pgOf(Simulation.hash(name));
        if (!((FakeMap) table.map()).pgOf(Simulation.hash(name)).equals(pgid)) {
            return true; // it is another group's now
        }
        Pg pg = table.find(SpgId.of(pgid));
        if (pg != null && sentAt >= pg.requestsSince()) {
            pg.handleOp(to, null, tid);
        }
        return pg != null || table.map().map(pgid).actingPrimary() != to.osd; // else it is about to be made
    }

    private void onReply(long tid, FakeReply reply) {
        Long acknowledgedBefore = underWay.get(tid);
        if (acknowledgedBefore == null) {
            return;
        }
        FakeOps.Request request = requests.get(tid);
        boolean reads = request.kind() == FakeOps.Kind.READ;
        simulation.note("client" + number + " " + request.kind() + " " + tid + " answered");
        if (shared != null) {
            Bytes value = reads ? reply.value() : request.value();
            shared.add(number, new History.Event(reads, value, startedAt, simulation.clock()));
        } else if (reads) {
            assertThat(reply.value().utf8())
                    .as(() -> name + " in " + simulation.pgOf(name) + "\n" + simulation.describe())
                    .isIn(mayRead(acknowledgedBefore));
        } else {
            assertThat(changesUnderWay())
                    .as(() -> name + " in " + simulation.pgOf(name) + ": the order of answers\n" + simulation.describe())
                    .startsWith(tid);
            if (reply == FakeReply.FULL) {
                refused++;
            } else {
                acknowledged = tid;
            }
        }
        done++;
        underWay.remove(tid);
        next();
    }

    private List<Long> changesUnderWay() {
        return underWay.keySet().stream().filter(each -> requests.get(each).kind() != FakeOps.Kind.READ).toList();
    }

    /// What the changes since then left, those under way among them.
    private List<String> mayRead(long since) {
        List<String> values = new ArrayList<>();
        values.add(value(since).utf8());
        requests.tailMap(since, false).forEach((tid, request) -> {
            if (request.kind() != FakeOps.Kind.READ) {
                values.add(request.value().utf8());
            }
        });
        return values;
    }

    private Bytes value(long tid) {
        return tid == 0 ? Bytes.EMPTY : requests.get(tid).value();
    }

    /// What a read must return once nothing is under way.
    Bytes acknowledged() {
        return value(acknowledged);
    }
}
