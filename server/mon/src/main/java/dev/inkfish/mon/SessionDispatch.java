package dev.inkfish.mon;

import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.mon.subs.Topic;
import dev.inkfish.wire.message.MAuth;
import dev.inkfish.wire.message.MAuthReply;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MMonGetVersion;
import dev.inkfish.wire.message.MMonGetVersionReply;
import dev.inkfish.wire.message.MMonSubscribe;
import dev.inkfish.wire.message.MPing;
import dev.inkfish.wire.message.Message;
import java.util.Map;

/// Messages that belong to the session itself; all others are offered to the services
/// (`Monitor::dispatch_op`).
final class SessionDispatch {
    private final MonCore mon;

    SessionDispatch(MonCore mon) {
        this.mon = mon;
    }

    void handle(MonSession session, Message message, long tid) {
        boolean open = message instanceof MPing || message instanceof MAuth || message instanceof MMonGetMap;
        if (!open && !session.isAuthenticated()) {
            return;
        }
        switch (message) {
            case MPing ping -> mon.send(session, new MPing(mon.pong()), tid);
            case MAuth step -> authenticate(session, step, tid);
            case MMonGetMap get -> offer(session, message, tid);
            case MCommand command -> mon.commandDispatch().tell(session, command, tid);
            case MMonCommand command -> mon.commandDispatch().handle(session, command, tid);
            case MMonSubscribe subscribe -> subscribe(session, subscribe);
            case MMonGetVersion get -> version(session, get, tid);
            default -> offer(session, message, tid);
        }
    }

    private void authenticate(MonSession session, MAuth message, long tid) {
        if (message.protocol() == 0 && message.monMapEpoch() == 0) {
            // before the reply: a client that is logged in names the cluster in its first command
            offer(session, new MMonGetMap(), 0);
        }
        MauthSession.Reply reply = session.dialogue(mon.auth()).handle(message.protocol(), message.payload());
        Identity identity = reply.identity();
        if (identity != null && !session.isAuthenticated()) {
            mon.authenticated(session, identity);
            mon.effects().identify(session, identity);
        }
        mon.send(session,
                new MAuthReply(reply.protocol(), reply.result(), reply.globalId(), reply.payload(), reply.message()), tid);
    }

    private void offer(MonSession session, Message message, long tid) {
        for (MonService service : mon.services()) {
            if (service.handle(session, message, tid, mon.now())) {
                return;
            }
        }
        mon.effects().log(MonEffects.Level.DEBUG, "message of type " + message.type() + " from " + session + " is not known");
    }

    private void subscribe(MonSession session, MMonSubscribe message) {
        if (!message.hostname().isEmpty()) {
            session.host(message.hostname());
        }
        for (Map.Entry<String, MMonSubscribe.Item> wish : message.what().entrySet()) {
            String name = wish.getKey();
            Topic topic = mon.findTopic(name);
            if (topic == null || !isAllowed(session, name)) {
                continue;
            }
            MMonSubscribe.Item item = wish.getValue();
            Subscription subscription = new Subscription(session, name, item.start(), item.once(), item.start() > 0);
            session.subscriptions().put(name, subscription);
            topic.check(subscription);
        }
    }

    /// Who cannot read what is of monitors gets two topics only; maps of a service are for those who can read that, too. What is
    /// not allowed is left out without a word (`Monitor::handle_subscribe`): its client waits.
    private static boolean isAllowed(MonSession session, String topic) {
        if (topic.equals("monmap") || topic.equals("config")) {
            return true;
        }
        return session.caps().canRead(session, "mon") && mayRead(session, topic);
    }

    private static boolean mayRead(MonSession session, String topic) {
        if (topic.equals("osd_pg_creates")) {
            return session.caps().canWrite(session, "osd");
        }
        if (topic.startsWith("osd")) {
            return session.caps().canRead(session, "osd");
        }
        if (topic.startsWith("kv:")) {
            // not with a mere "allow r": CVE-2026-50152
            return session.caps().canRead(session, "config-key");
        }
        if (topic.startsWith("mds") || topic.startsWith("fsmap")) {
            return session.caps().canRead(session, "mds");
        }
        return true;
    }

    private void version(MonSession session, MMonGetVersion message, long tid) {
        MonService service = switch (message.what()) {
            case "osdmap", "monmap", "mgrmap", "fsmap" -> mon.service(message.what());
            case "mdsmap" -> mon.service("fsmap");
            default -> null;
        };
        if (service != null) {
            mon.send(session, new MMonGetVersionReply(message.handle(), service.newestVersion(), service.oldestVersion()), tid);
        }
    }
}
