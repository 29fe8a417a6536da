package dev.inkfish.osd.pg;

import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDPGNotify2;
import dev.inkfish.wire.message.MOSDPGQuery2;
import dev.inkfish.wire.message.MOSDPGRemove;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgNotify;
import dev.inkfish.wire.osd.PgQuery;
import java.util.ArrayDeque;
import java.util.Deque;

/// What other members say to a group. It waits, in order, for the map it was sent with and for our own state to be durable; of
/// an interval that is over it is dropped.
final class PgInbox {
    private final Pg pg;
    private final Deque<Received> waiting = new ArrayDeque<>();

    private record Received(int osd, PgMessage message) {}

    PgInbox(Pg pg) {
        this.pg = pg;
    }

    void take(int osd, PgMessage message) {
        if (pg.isRemoving()) {
            dispatch(osd, message);
        } else {
            waiting.add(new Received(osd, message)); // behind those that wait, to keep the order
            deliver();
        }
    }

    /// There is a new map, or our state is durable.
    void deliver() {
        while (pg.isFlushed() && !waiting.isEmpty() && waiting.peek().message.mapEpoch() <= pg.epoch()) {
            Received next = waiting.poll();
            dispatch(next.osd, next.message);
        }
    }

    private void dispatch(int osd, PgMessage message) {
        if (message.minEpoch() < pg.resetEpoch()) {
            return;
        }
        if (pg.isRemoving()) {
            if (message instanceof MOSDPGQuery2 query) {
                pg.shell.send(osd, absent(query, pg.epoch()));
            }
        } else if (message instanceof MOSDPGRemove) {
            pg.leave();
        } else if (pg.isPrimary()) {
            pg.peering.handle(osd, message);
        } else {
            pg.replica.handle(osd, message);
        }
    }

    /// The answer of an OSD that does not have the group.
    static MOSDPGNotify2 absent(MOSDPGQuery2 message, int epoch) {
        PgQuery query = message.query();
        SpgId theirs = new SpgId(message.pgid().pgid(), query.from());
        PgNotify told = new PgNotify(
                query.epochSent(),
                epoch,
                PgInfo.absent(message.pgid()),
                query.from(),
                message.pgid().shard(),
                PastIntervals.EMPTY);
        return new MOSDPGNotify2(theirs, told);
    }
}
