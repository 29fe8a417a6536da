package dev.inkfish.osd.pg;

import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.message.MOSDBackoff;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.Message;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The client operations of a group that are not answered yet: they wait until it is active, and are
/// handed over again after an interval in which the primary stayed the same, since their clients do not
/// send again then.
final class OpQueue {
    /// `CEPH_MSG_OSD_OPREPLY`
    private static final int OSD_OPREPLY = 43;

    private final Pg pg;
    /// In the order in which they came.
    private final LinkedHashMap<Key, Entry> unanswered = new LinkedHashMap<>();
    private final Map<ClientSession, Watched> sessions = new IdentityHashMap<>();

    private record Key(ClientSession session, long tid) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && session == that.session && tid == that.tid;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(session) * 31 + Long.hashCode(tid);
        }
    }

    private static final class Entry {
        final Watched session;
        final MOSDOp op;
        final long tid;
        boolean handedOver;

        Entry(Watched session, MOSDOp op, long tid) {
            this.session = session;
            this.op = op;
            this.tid = tid;
        }
    }

    /// A session that notices which operations are answered through it.
    private final class Watched implements ClientSession {
        private final ClientSession session;

        Watched(ClientSession session) {
            this.session = session;
        }

        @Override
        public EntityName name() {
            return session.name();
        }

        @Override
        public EntityAddr addr() {
            return session.addr();
        }

        @Override
        public long features() {
            return session.features();
        }

        @Override
        public void onDropped() {
            session.onDropped();
        }

        @Override
        public boolean isConnected() {
            return session.isConnected();
        }

        @Override
        public long nextBackoff() {
            return session.nextBackoff();
        }

        @Override
        public void over(MOSDOp op, long tid) {
            if (unanswered.remove(new Key(session, tid)) != null) {
                session.over(op, tid);
            }
        }

        @Override
        public void send(Message message, long tid) {
            Entry answered = message.type() == OSD_OPREPLY ? unanswered.remove(new Key(session, tid)) : null;
            session.send(message, tid);
            if (answered != null) {
                session.over(answered.op, tid);
            }
        }
    }

    OpQueue(Pg pg) {
        this.pg = pg;
    }

    void handle(ClientSession session, MOSDOp op, long tid) {
        Watched watched = sessions.computeIfAbsent(session, Watched::new);
        boolean held = pg.backoffs.isHeld(watched, op == null ? null : op.object().toHead());
        if (held || pg.holdsClientsBack() && pg.backoffs.holdGroup(watched)) {
            session.over(op, tid); // it will send it again
            return;
        }
        Entry entry = new Entry(watched, op, tid);
        Entry before = unanswered.put(new Key(session, tid), entry);
        if (before != null) {
            session.over(before.op, tid); // one answer will do for both
        }
        if (pg.servesOps()) {
            handOver(entry);
        }
    }

    private void handOver(Entry entry) {
        entry.handedOver = true;
        pg.ops.handle(entry.session, entry.op, entry.tid);
    }

    /// The group will not serve soon: clients are to keep what waits.
    void holdBack() {
        unanswered.values().removeIf(entry -> {
            boolean held = pg.backoffs.holdGroup(entry.session);
            if (held) {
                entry.session.session.over(entry.op, entry.tid);
            }
            return held;
        });
    }

    void onBackoff(ClientSession session, MOSDBackoff told) {
        Watched watched = sessions.get(session);
        if (watched != null && told.op() == MOSDBackoff.ACK_BLOCK) {
            pg.backoffs.acknowledged(watched, told.id());
        }
    }

    /// The group serves: everything that waits goes on.
    void release() {
        for (Entry entry : new ArrayList<>(unanswered.values())) {
            if (!entry.handedOver) {
                handOver(entry);
            }
        }
    }

    /// The interval is over: what was not answered waits again.
    void requeueUnanswered() {
        unanswered.values().forEach(entry -> entry.handedOver = false);
    }

    /// We are no longer the primary: the clients learn whom to ask.
    void dropAll() {
        List<Entry> dropped = new ArrayList<>(unanswered.values());
        unanswered.clear();
        for (Entry entry : dropped) {
            entry.session.onDropped();
            entry.session.session.over(entry.op, entry.tid);
        }
    }

    void forget(ClientSession session) {
        Watched watched = sessions.remove(session);
        if (watched != null) {
            unanswered.values().removeIf(entry -> {
                boolean gone = entry.session == watched && !entry.handedOver;
                if (gone) {
                    session.over(entry.op, entry.tid);
                }
                return gone;
            });
            pg.backoffs.forget(watched);
            pg.ops.onDisconnect(watched);
        }
    }
}
