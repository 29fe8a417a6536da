package dev.inkfish.mgr.core;

import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.PgStat;
import java.util.function.BinaryOperator;

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

    /// A group that nobody has told of yet: it is not stuck before it had time.
    static PgStat unknown(Utime now) {
        return with(PgStat.EMPTY, 0, new PgStat.Stamps(now, now, now, now, now, now, now, now, Utime.ZERO, Utime.ZERO));
    }

    /// A new primary knows only what it has seen itself.
    static PgStat since(PgStat pg, PgStat known) {
        PgStat.Stamps s = pg.stamps();
        PgStat.Stamps before = known.stamps();
        boolean guessed = known.reported().epoch() == 0;
        BinaryOperator<Utime> latest =
                (said, seen) -> said.isZero() || (!guessed && seen.compareTo(said) > 0) ? seen : said;
        return with(pg, pg.state(), new PgStat.Stamps(
                s.fresh(),
                s.change(),
                latest.apply(s.active(), before.active()),
                latest.apply(s.peered(), before.peered()),
                latest.apply(s.clean(), before.clean()),
                s.unstale(),
                latest.apply(s.undegraded(), before.undegraded()),
                latest.apply(s.fullsized(), before.fullsized()),
                latest.apply(s.becameActive(), before.becameActive()),
                latest.apply(s.becamePeered(), before.becamePeered())));
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
