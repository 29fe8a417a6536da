package dev.inkfish.osd.pg;

import dev.inkfish.osd.scrub.ScrubScan;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDRepScrub;
import dev.inkfish.wire.message.MOSDRepScrubMap;
import dev.inkfish.wire.message.MOSDScrubReserve;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.ScrubMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A replica's part of a scrub: it gives the primary a place among its own, and tells what it has.
final class ScrubReplica {
    private final Pg pg;
    private boolean reserved;
    private @Nullable Look look;

    /// A range that is being looked at for the primary.
    private record Look(int osd, MOSDRepScrub question, ScrubScan scan) {}

    ScrubReplica(Pg pg) {
        this.pg = pg;
    }

    void reset() {
        look = null;
        if (reserved) {
            reserved = false;
            pg.shell.releaseScrub(PgShell.ScrubRole.REPLICA);
        }
    }

    void onReserve(int osd, MOSDScrubReserve message) {
        switch (message.op()) {
            case REQUEST -> {
                boolean granted = reserved || pg.shell.reserveScrub(PgShell.ScrubRole.REPLICA);
                reserved = granted;
                pg.shell.send(
                        osd,
                        new MOSDScrubReserve(
                                new SpgId(pg.data.pgid.pgid(), message.from().shard()),
                                message.mapEpoch(),
                                granted ? MOSDScrubReserve.Op.GRANT : MOSDScrubReserve.Op.REJECT,
                                pg.whoami()));
            }
            case RELEASE -> {
                if (reserved) {
                    reserved = false;
                    pg.shell.releaseScrub(PgShell.ScrubRole.REPLICA);
                }
            }
            case GRANT, REJECT -> {} // for a primary, which we were in an older map
        }
    }

    void onScrub(int osd, MOSDRepScrub question) {
        ScrubScan scan = new ScrubScan(
                pg.shell.store(),
                pg.data.collection,
                question.start(),
                question.end(),
                question.deep(),
                pg.shell.scrubSettings());
        Look next = new Look(osd, question, scan);
        look = next;
        goOn(next);
    }

    private void goOn(Look now) {
        if (look != now) {
            return;
        }
        if (now.scan.step(pg.shell.scrubSettings().stride())) {
            look = null;
            ScrubMap map = now.scan.result(pg.data.lastUpdate());
            answer(now, WireWriter.encode(map, ScrubMap::encode), false);
        } else {
            pg.shell.schedule(0, pg.inInterval(() -> goOn(now)));
        }
    }

    private void answer(Look now, Bytes map, boolean preempted) {
        pg.shell.send(
                now.osd,
                new MOSDRepScrubMap(
                        SpgId.of(pg.data.pgid.pgid()), now.question.mapEpoch(), pg.whoami(), preempted, map));
    }

    /// A change arrived; if it is in the range, what we saw is worth nothing.
    void onChange(List<PgLogEntry> entries) {
        Look now = look;
        if (now == null) {
            return;
        }
        for (PgLogEntry entry : entries) {
            boolean inRange = entry.object().compareTo(now.question.start()) >= 0
                    && entry.object().compareTo(now.question.end()) < 0;
            if (inRange) {
                look = null;
                answer(now, Bytes.EMPTY, true);
                return;
            }
        }
    }
}
