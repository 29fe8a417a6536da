package dev.inkfish.mgr.core;

import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.PgStat;

/// Changes to a group's statistics.
final class PgStats {
    private PgStats() {}

    /// The manager's own finding about a group: it is in another state since now.
    static PgStat withState(PgStat pg, long state, Utime now) {
        PgStat.Stamps s = pg.stamps();
        return with(pg, state, new PgStat.Stamps(
                s.fresh(), now, s.active(), s.peered(), s.clean(), now, s.undegraded(), s.fullsized(),
                s.becameActive(), s.becamePeered()));
    }

    /// A new primary knows only what it has seen itself.
    static PgStat since(PgStat pg, PgStat.Stamps before) {
        PgStat.Stamps s = pg.stamps();
        return with(pg, pg.state(), new PgStat.Stamps(
                s.fresh(),
                s.change(),
                latest(s.active(), before.active()),
                latest(s.peered(), before.peered()),
                latest(s.clean(), before.clean()),
                s.unstale(),
                latest(s.undegraded(), before.undegraded()),
                latest(s.fullsized(), before.fullsized()),
                latest(s.becameActive(), before.becameActive()),
                latest(s.becamePeered(), before.becamePeered())));
    }

    private static Utime latest(Utime a, Utime b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static PgStat with(PgStat pg, long state, PgStat.Stamps stamps) {
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
                stamps,
                pg.invalid(),
                pg.blockedBy(),
                pg.snapTrimQueueLength(),
                pg.purgedSnaps(),
                pg.availNoMissing(),
                pg.objectLocationCounts());
    }
}
