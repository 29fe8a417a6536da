package dev.inkfish.osd.pg;

import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.osd.ops.GroupRange;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.message.MOSDBackoff;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which clients were told to hold requests back, for all of the group or for one object (`Backoff`). What they
/// send all the same is dropped: they send it again when they may go on.
///
/// A client may have sent requests before it saw that it is held up. Those are dropped even after it was told to go
/// on, until it has acknowledged: else they would overtake the dropped ones, which it is about to send again.
final class Backoffs {
    private static final class Hold {
        final long id;
        final HObject begin;
        final HObject end;
        boolean acknowledged;
        boolean released;

        Hold(long id, HObject begin, HObject end) {
            this.id = id;
            this.begin = begin;
            this.end = end;
        }

        boolean isOfGroup() {
            return !begin.equals(end);
        }
    }

    private final Pg pg;
    private final Map<ClientSession, List<Hold>> holds = new LinkedHashMap<>();

    Backoffs(Pg pg) {
        this.pg = pg;
    }

    /// @param head what a request is about; null to ask for the group as a whole
    boolean isHeld(ClientSession session, @Nullable HObject head) {
        if (holds.isEmpty()) {
            return false;
        }
        for (Hold each : holds.getOrDefault(session, List.of())) {
            if (each.isOfGroup() || each.begin.equals(head)) {
                return true;
            }
        }
        return false;
    }

    /// @return false if the client does not understand
    boolean holdGroup(ClientSession session) {
        HObject begin = GroupRange.start(pg.data.pgid.pgid());
        return hold(session, begin, GroupRange.end(pg.data.pgid.pgid(), pg.pool.pgNum()));
    }

    boolean holdObject(ClientSession session, HObject head) {
        return hold(session, head, head);
    }

    private boolean hold(ClientSession session, HObject begin, HObject end) {
        boolean able = session.name().type() == EntityType.CLIENT
                && Features.has(session.features(), Features.RADOS_BACKOFF);
        if (able && !isHeld(session, begin)) {
            Hold made = new Hold(session.nextBackoff(), begin, end);
            holds.computeIfAbsent(session, s -> new ArrayList<>()).add(made);
            send(session, MOSDBackoff.BLOCK, made);
        }
        return able;
    }

    private void send(ClientSession session, int op, Hold hold) {
        session.send(new MOSDBackoff(pg.data.pgid, pg.map.epoch(), op, hold.id, hold.begin, hold.end), 0);
    }

    void acknowledged(ClientSession session, long id) {
        List<Hold> of = holds.getOrDefault(session, List.of());
        for (Hold each : of) {
            each.acknowledged |= each.id == id;
        }
        tidy();
    }

    /// The object can be had again.
    void release(HObject head) {
        if (!holds.isEmpty()) {
            release(head.toHead()::equals, false);
        }
    }

    /// The group may serve, or the interval is over.
    void releaseAll() {
        if (!holds.isEmpty()) {
            release(object -> true, true);
        }
    }

    private void release(Predicate<HObject> which, boolean group) {
        holds.forEach((session, of) -> {
            for (Hold each : of) {
                if (!each.released && (each.isOfGroup() ? group : which.test(each.begin))) {
                    each.released = true;
                    send(session, MOSDBackoff.UNBLOCK, each);
                }
            }
        });
        tidy();
    }

    private void tidy() {
        holds.values().forEach(of -> of.removeIf(each -> each.released && each.acknowledged));
        holds.values().removeIf(List::isEmpty);
    }

    void forget(ClientSession session) {
        holds.remove(session);
    }
}
