package dev.inkfish.mgr.core;

import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.PgStat;

/// Changes to a group's statistics.
final class PgStats {
    private PgStats() {}

    /// The manager's own finding about a group: it is in another state since now.
    static PgStat withState(PgStat pg, long state, Utime now) {
        PgStat.Stamps s = pg.stamps();
        return new PgStat(
                pg.version(),
                pg.reported(),
                state,
                pg.logStart(),
                pg.ondiskLogStart(),
                pg.created(),
                pg.lastEpochClean(),
                pg.parent(),
                pg.parentSplitBits(),
                pg.scrubs(),
                pg.sum(),
                pg.logSize(),
                pg.ondiskLogSize(),
                pg.up(),
                pg.acting(),
                pg.upPrimary(),
                pg.actingPrimary(),
                pg.mappingEpoch(),
                new PgStat.Stamps(
                        s.fresh(), now, s.active(), s.peered(), s.clean(), now, s.undegraded(), s.fullsized(),
                        s.becameActive(), s.becamePeered()),
                pg.invalid(),
                pg.blockedBy(),
                pg.snapTrimQueueLength(),
                pg.purgedSnaps(),
                pg.availNoMissing(),
                pg.objectLocationCounts());
    }
}
