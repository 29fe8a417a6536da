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
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A client that works on one object, one request at a time, and knows what it must read back.
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
    private long lastTid;
    private long waitingFor;
    private Bytes acknowledged = Bytes.EMPTY;
    private int toDo;
    int done;
    int refused;
    int heldBack;

    private long startedAt;
    private @Nullable History shared;

    FakeClient(Simulation simulation, int number) {
        this(simulation, number, "object" + number);
    }

    /// A client whose object others work on too: what they saw together is in `history`.
    FakeClient(Simulation simulation, int number, String name, History history) {
        this(simulation, number, name);
        this.shared = history;
    }

    private FakeClient(Simulation simulation, int number, String name) {
        this.simulation = simulation;
        this.number = number;
        this.name = name;
        this.lastTid = number * TIDS;
        simulation.clients.add(this);
    }

    static FakeOps.Request request(List<FakeClient> clients, long tid) {
        return clients.get((int) (tid / TIDS)).requests.get(tid);
    }

    private final class Session implements ClientSession {
        final int osd;
        final int upFrom;
        private long backoffs;
        /// What the OSD told us to hold back.
        final TreeSet<Long> held = new TreeSet<>();

        Session(int osd, int upFrom) {
            this.osd = osd;
            this.upFrom = upFrom;
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
            return true;
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
        boolean idle = toDo == 0 && waitingFor == 0;
        toDo += count;
        if (idle) {
            simulation.enqueue("client" + number + "-maps", this::onMap);
            next();
        }
    }

    boolean isIdle() {
        return toDo == 0 && waitingFor == 0;
    }

    private void next() {
        if (toDo == 0) {
            waitingFor = 0;
            return;
        }
        toDo--;
        waitingFor = ++lastTid;
        startedAt = simulation.clock();
        int dice = simulation.random.nextInt(10);
        FakeOps.Kind kind =
                dice < 6 ? FakeOps.Kind.WRITE : dice < 7 ? FakeOps.Kind.REMOVE : FakeOps.Kind.READ;
        requests.put(
                waitingFor,
                new FakeOps.Request(
                        kind,
                        simulation.object(name),
                        kind == FakeOps.Kind.WRITE ? Bytes.utf8("value-" + waitingFor) : Bytes.EMPTY,
                        new OsdReqId(EntityName.client(number), waitingFor, 0)));
        send();
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
            int oldOsd = primary;
            if (old != null) {
                simulation.enqueue("client" + number + "-" + oldOsd, () -> disconnect(old));
            }
            primary = now;
            primaryUpFrom = upFrom;
            session = now < 0 ? null : new Session(now, upFrom);
            if (waitingFor != 0) {
                send();
            }
        } else if (epoch > 2 && waitingFor != 0) {
            FakeMap before = simulation.mapOf(epoch - 1);
            PgId was = before.pgOf(Simulation.hash(name));
            if (PgSplit.concerns(was, before.params().pgNum(), map.params().pgNum())
                    || PgSplit.concerns(was, before.params().pgNumPending(), map.params().pgNumPending())) {
                send();
            }
        }
    }

    private void disconnect(Session old) {
        Simulation.Node node = simulation.nodes.get(old.osd);
        if (node.alive && node.upFrom == old.upFrom) {
            node.table.groups().forEach(pg -> pg.onDisconnect(old));
        }
    }

    private void send() {
        Session to = session;
        long tid = waitingFor;
        int sentAt = epoch;
        if (to == null || !to.held.isEmpty()) {
            return;
        }
        simulation.enqueue("client" + number + "-" + to.osd, () -> deliver(to, tid, sentAt));
    }

    private void onBackoff(Session from, MOSDBackoff told) {
        simulation.note("client" + number + " backoff " + told.op() + " " + told.id());
        if (told.op() == MOSDBackoff.BLOCK) {
            heldBack++;
            from.held.add(told.id());
            MOSDBackoff answer = new MOSDBackoff(
                    told.pgid(), told.mapEpoch(), MOSDBackoff.ACK_BLOCK, told.id(), told.begin(), told.end());
            simulation.enqueue("client" + number + "-" + from.osd, () -> acknowledge(from, answer));
        } else if (from.held.remove(told.id()) && waitingFor != 0) {
            send();
        }
    }

    private void acknowledge(Session to, MOSDBackoff answer) {
        Simulation.Node node = simulation.nodes.get(to.osd);
        Pg pg = node.alive && node.upFrom == to.upFrom ? node.table.find(answer.pgid()) : null;
        if (pg != null) {
            pg.onBackoff(to, answer);
        }
    }

    private void deliver(Session to, long tid, int sentAt) {
        Simulation.Node node = simulation.nodes.get(to.osd);
        if (!node.alive || node.upFrom != to.upFrom) {
            return;
        }
        if (node.table.map().epoch() < sentAt) {
            simulation.enqueue("client" + number + "-" + to.osd, () -> deliver(to, tid, sentAt));
            return;
        }
        PgId pgid = simulation.mapOf(sentAt).pgOf(Simulation.hash(name));
        if (!((FakeMap) node.table.map()).pgOf(Simulation.hash(name)).equals(pgid)) {
            return; // it is another group's now
        }
        Pg pg = node.table.find(SpgId.of(pgid));
        if (pg != null) {
            if (sentAt >= pg.lastSplit()) {
                pg.handleOp(to, null, tid);
            }
        } else if (node.table.map().epoch() == sentAt) {
            simulation.enqueue("client" + number + "-" + to.osd, () -> deliver(to, tid, sentAt));
        }
    }

    private void onReply(long tid, FakeReply reply) {
        Bytes value = reply.value();
        if (tid != waitingFor) {
            return;
        }
        FakeOps.Request request = requests.get(tid);
        simulation.note("client" + number + " " + request.kind() + " " + tid + " answered");
        if (shared != null) {
            boolean reads = request.kind() == FakeOps.Kind.READ;
            shared.add(number, new History.Event(reads, reads ? value : request.value(), startedAt, simulation.clock()));
        } else if (request.kind() == FakeOps.Kind.READ) {
            assertThat(value.utf8())
                    .as(() -> name + " in " + simulation.pgOf(name) + "\n" + simulation.describe())
                    .isEqualTo(acknowledged.utf8());
        } else if (reply == FakeReply.FULL) {
            refused++;
        } else {
            acknowledged = request.value();
        }
        done++;
        waitingFor = 0;
        next();
    }

    /// What a read must return once nothing is under way.
    Bytes acknowledged() {
        return acknowledged;
    }
}
