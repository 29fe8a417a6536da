package dev.inkfish.osd.ops;

import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MWatchNotify;
import dev.inkfish.wire.osd.ObjectInfo.WatchKey;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A client's standing wish to be told of notifications (`Watch`). The wish itself is in the object's info;
/// this is its live side: the session it is heard through, its timer, and the notifications it has not
/// answered.
final class Watch {
    /// Whether the client shows that it lives by pinging, or merely by its connection.
    enum Liveness {
        PINGS,
        CONNECTION
    }

    /// Whether a client whose watch goes is told so.
    enum Farewell {
        TOLD,
        SILENT
    }

    final HObject object;
    final WatchKey key;
    final EntityAddr addr;
    final int timeoutSeconds;
    private final PgHost host;
    private final Watches watches;
    private final TreeMap<Long, Notify> unanswered = new TreeMap<>();
    private @Nullable ClientSession session;
    private Liveness liveness = Liveness.CONNECTION;
    private Utime lastPing = Utime.ZERO;
    private PgHost.@Nullable Timer timer;

    Watch(HObject object, WatchKey key, EntityAddr addr, int timeoutSeconds, PgHost host, Watches watches) {
        this.object = object;
        this.key = key;
        this.addr = addr;
        this.timeoutSeconds = timeoutSeconds;
        this.host = host;
        this.watches = watches;
    }

    boolean isConnected() {
        return session != null;
    }

    boolean isHeardThrough(ClientSession other) {
        return session == other;
    }

    void connect(ClientSession to, Liveness how) {
        if (session == to) {
            return;
        }
        session = to;
        liveness = how;
        unanswered.values().forEach(this::send);
        if (how == Liveness.PINGS) {
            lastPing = host.now();
            startTimer();
        } else {
            stopTimer();
        }
    }

    void disconnect() {
        session = null;
        if (liveness == Liveness.CONNECTION || timer == null) {
            startTimer();
        }
    }

    void ping() {
        lastPing = host.now();
        if (session != null) {
            startTimer();
        }
    }

    void startTimer() {
        stopTimer();
        timer = host.schedule(timeoutSeconds * 1000L, () -> {
            timer = null;
            watches.timedOut(this);
        });
    }

    void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    void notify(Notify notify) {
        long silent = host.now().toMillis() - lastPing.toMillis();
        if (liveness == Liveness.PINGS && silent > timeoutSeconds * 1000L) {
            disconnect();
            return;
        }
        unanswered.put(notify.id(), notify);
        notify.expect(this);
        send(notify);
    }

    private void send(Notify notify) {
        if (session != null) {
            session.send(notify.messageTo(key.cookie()), 0);
        }
    }

    void acknowledge(long notifyId, Bytes answer) {
        Notify notify = unanswered.remove(notifyId);
        if (notify != null) {
            notify.answered(this, answer);
        }
    }

    /// The notification is over without our answer.
    void giveUp(long notifyId) {
        unanswered.remove(notifyId);
    }

    /// The watch is gone for good.
    void remove(Farewell farewell) {
        if (farewell == Farewell.TOLD && session != null) {
            session.send(new MWatchNotify(MWatchNotify.DISCONNECT, key.cookie(), 0, 0, Bytes.EMPTY, 0, 0), 0);
        }
        stopTimer();
        List.copyOf(unanswered.values()).forEach(notify -> notify.left(this));
        unanswered.clear();
        session = null;
    }

    /// The interval is over: the watch stands, but not here.
    void discard() {
        stopTimer();
        unanswered.values().forEach(Notify::discard);
        unanswered.clear();
        session = null;
    }
}
