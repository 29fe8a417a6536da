package dev.inkfish.mon;

import dev.inkfish.mon.Requests.Request;
import dev.inkfish.mon.quorum.Envelope;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.wire.message.MAuth;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MGetConfig;
import dev.inkfish.wire.message.MGetPoolStats;
import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MMonGetOSDMap;
import dev.inkfish.wire.message.MMonGetPurgedSnaps;
import dev.inkfish.wire.message.MMonSubscribe;
import dev.inkfish.wire.message.MPing;
import dev.inkfish.wire.message.MStatfs;
import dev.inkfish.wire.message.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Brings requests to the leader and its answers back (`Monitor::forward_request_leader`, `handle_route`). At the
/// leader, a session of a peon is a [MonSession] like any other, whose messages go by way of the peon.
final class Forwarding {
    private record Waiting(String from, PeerMessage.Forward forward) {}

    private static final int MAX_HELD = 100_000;

    /// An answer that waits until the store here shows what it speaks of.
    private record Held(long version, Runnable delivery) {}

    private final MonCore mon;
    private final SessionDispatch dispatch;
    private final Requests requests = new Requests();
    /// Those of `requests` that this leader works on.
    private final Set<Long> underWay = new TreeSet<>();
    /// What peons have passed on while this leader may not answer.
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /// By monitor, then by its number of the session: all of the monitor's life in `lives`.
    private final NavigableMap<String, NavigableMap<Long, MonSession>> remote = new TreeMap<>();
    /// Of monitors that this leader has heard of.
    private final NavigableMap<String, Long> lives = new TreeMap<>();
    /// Monitors whose sessions were dropped while this one leads.
    private final Set<String> givenUp = new TreeSet<>();
    private final Deque<Held> held = new ArrayDeque<>();
    private long lastRemoteId;

    Forwarding(MonCore mon, SessionDispatch dispatch) {
        this.mon = mon;
        this.dispatch = dispatch;
    }

    Requests requests() {
        return requests;
    }

    private Quorum quorum() {
        return mon.quorum();
    }

    // ---- requests of sessions here

    void submit(MonSession session, Message message, long tid) {
        mon.effects().debug(() -> "handle " + Requests.text(message) + " from " + session);
        boolean own = message instanceof MPing || message instanceof MAuth || message instanceof MMonGetMap
                || message instanceof MCommand;
        boolean can = quorum().state() == Quorum.State.PEON || quorum().leads();
        if (own || !session.isAuthenticated() || can && isLocal(message)) {
            dispatch.handle(session, message, tid);
            return;
        }
        Request request = requests.add(session, message, tid, mon.now());
        if (request == null) {
            mon.effects().log(MonEffects.Level.WARN, "too many requests wait; " + session + " has to come again");
            mon.effects().close(session);
            return;
        }
        handOn(request);
    }

    /// What any monitor answers from committed state.
    private static boolean isLocal(Message message) {
        return message instanceof MMonSubscribe || message instanceof MGetConfig || message instanceof MMonGetOSDMap
                || message instanceof MStatfs || message instanceof MGetPoolStats || message instanceof MMonGetPurgedSnaps;
    }

    private void handOn(Request request) {
        if (!request.session().isOpen()) {
            requests.done(request.id(), mon.now());
        } else if (quorum().leads()) {
            if (underWay.add(request.id())) {
                execute(request.session(), request.message(), request.tid(), () -> {
                    underWay.remove(request.id());
                    requests.done(request.id(), mon.now());
                });
            }
        } else if (quorum().state() == Quorum.State.PEON) {
            if (isLocal(request.message())) {
                requests.done(request.id(), mon.now());
                dispatch.handle(request.session(), request.message(), request.tid());
            } else {
                mon.effects().toMonitor(quorum().leader(), new PeerMessage.Forward(
                        quorum().epoch(), quorum().life(), request.id(), request.session().caller(),
                        Envelope.of(request.message(), request.tid())));
            }
        }
    }

    private void execute(MonSession session, Message message, long tid, Runnable whenDone) {
        mon.within(new Op(whenDone), () -> dispatch.handle(session, message, tid));
    }

    /// There is another leader, or none.
    void standingChanged() {
        underWay.clear();
        waiting.clear();
        held.clear();
        new ArrayList<>(remote.keySet()).forEach(this::left);
        givenUp.clear();
        lives.clear();
    }

    /// Everything that is not done is handed to whoever leads now.
    void handOnAll() {
        requests.all().forEach(this::handOn);
        if (quorum().state() == Quorum.State.PEON) {
            mon.services().forEach(MonService::follows);
        }
        for (int count = waiting.size(); count > 0 && !waiting.isEmpty() && quorum().leads(); count--) {
            Waiting next = waiting.removeFirst();
            forward(next.from, next.forward);
        }
    }

    void sessionClosed(MonSession session) {
        requests.forget(session);
        if (quorum().state() == Quorum.State.PEON && session.isAuthenticated()) {
            mon.effects().toMonitor(quorum().leader(),
                    new PeerMessage.SessionClosed(quorum().epoch(), quorum().life(), session.id()));
        }
    }

    // ---- at the leader, for peons

    void forward(String from, PeerMessage.Forward forward) {
        if (quorum().state() != Quorum.State.LEADER) {
            return;
        }
        lives(from, forward.life());
        if (!quorum().leads()) {
            waiting.addLast(new Waiting(from, forward));
            return;
        }
        Message message = forward.message().open();
        MonSession session = session(from, forward.caller());
        execute(session, message, forward.message().tid(), () -> {
            // of a session that was given up with its monitor, nothing was answered: the request comes again
            if (session.isOpen()) {
                mon.effects().toMonitor(from, new PeerMessage.Done(
                        quorum().epoch(), forward.life(), forward.request(), mon.committedVersion()));
            }
        });
    }

    /// A monitor is there. If it began again since it was heard of, its sessions are over, and so is what they asked for.
    void lives(String monitor, long life) {
        Long before = lives.put(monitor, life);
        if (before != null && before != life) {
            mon.effects().log(MonEffects.Level.INFO, "mon." + monitor + " began again");
            waiting.removeIf(each -> each.from.equals(monitor));
            left(monitor);
            // should this have been a late word of the earlier life
            mon.effects().toMonitor(monitor, new PeerMessage.Again(quorum().epoch()));
        }
    }

    private MonSession session(String from, PeerMessage.Caller caller) {
        NavigableMap<Long, MonSession> there = remote.computeIfAbsent(from, f -> new TreeMap<>());
        MonSession known = there.get(caller.session());
        if (known != null) {
            return known;
        }
        MonSession session = MonSession.through(from, caller.session(), --lastRemoteId, caller);
        there.put(caller.session(), session);
        mon.add(session, caller.identity());
        return session;
    }

    void send(MonSession session, String via, Message message, long tid) {
        Long life = lives.get(via);
        if (life == null) {
            return;
        }
        mon.effects().toMonitor(via, new PeerMessage.Route(
                quorum().epoch(), life, session.idThere(), mon.committedVersion(), Envelope.of(message, tid)));
    }

    void remoteClosed(String from, PeerMessage.SessionClosed closed) {
        if (!Long.valueOf(closed.life()).equals(lives.get(from))) {
            return;
        }
        long id = closed.session();
        // whoever asked may have asked another monitor by now
        waiting.removeIf(each -> each.from.equals(from) && each.forward.caller().session() == id);
        MonSession session = remote.getOrDefault(from, new TreeMap<>()).remove(id);
        if (session != null) {
            mon.drop(session);
        }
    }

    /// A monitor is gone, and its sessions with it.
    void left(String monitor) {
        NavigableMap<Long, MonSession> there = remote.remove(monitor);
        if (there != null) {
            givenUp.add(monitor);
            there.values().forEach(mon::drop);
        }
    }

    /// Some monitors have left the quorum, others may have come: what they have asked for before is not answered any
    /// more, and has to be handed on again. They themselves may not know that they were missed.
    void membersChanged(Collection<String> left) {
        left.forEach(this::left);
        quorum().members().stream().filter(givenUp::remove).forEach(
                monitor -> mon.effects().toMonitor(monitor, new PeerMessage.Again(quorum().epoch())));
    }

    // ---- at a peon, from the leader

    /// Whoever has left the quorum has let go of what it was to answer: the rest of an answer is not to make it forget the request,
    /// which is handed on again when it follows again, maybe in the same epoch.
    private boolean concerns(long life) {
        return life == quorum().life() && quorum().state() == Quorum.State.PEON;
    }

    void route(PeerMessage.Route route) {
        if (!concerns(route.life())) {
            return;
        }
        hold(route.version(), () -> {
            MonSession session = mon.findSession(route.session());
            if (session != null) {
                requests.answered(session, route.message().tid(), mon.now());
                mon.send(session, route.message().open(), route.message().tid());
            }
        });
    }

    void done(PeerMessage.Done done) {
        if (concerns(done.life())) {
            hold(done.version(), () -> requests.done(done.request(), mon.now()));
        }
    }

    /// In the order of their coming, once the store has their version.
    private void hold(long version, Runnable delivery) {
        if (held.isEmpty() && version <= mon.committedVersion()) {
            delivery.run();
        } else if (held.size() < MAX_HELD) {
            held.addLast(new Held(version, delivery));
        }
    }

    void versionAdvanced() {
        @Nullable Held next;
        while ((next = held.peekFirst()) != null && next.version <= mon.committedVersion()) {
            held.removeFirst();
            next.delivery.run();
        }
    }
}
