package dev.inkfish.osd.pg;

import dev.inkfish.osd.scrub.ScrubMode;
import dev.inkfish.osd.scrub.ScrubSettings;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgHistory;
import org.jspecify.annotations.Nullable;

/// When a group is to be scrubbed, and how (`PG::sched_scrub`, `OSDService::reg_pg_scrub`): at once if somebody asked,
/// else some time after the minimal interval, drawn anew for each scrub so that groups do not all come at once.
final class ScrubPlan {
    private static final double BEYOND_SECONDS = 100;

    private final Pg pg;
    private @Nullable ScrubMode requested;
    /// Where in the randomized part of the interval the next scrub lies, and after which one: 0 to 1.
    private double share;
    private @Nullable Utime shareOf;

    ScrubPlan(Pg pg) {
        this.pg = pg;
    }

    /// By hand: a deep request covers one that is not, a repair both.
    void request(ScrubMode mode) {
        ScrubMode old = requested;
        requested = old == null ? mode : new ScrubMode(old.deep() || mode.deep(), old.repair() || mode.repair());
    }

    /// Sets the time of the last scrub, on the primary; the schedule then does what it would do (`scrub`, `deep_scrub`).
    ///
    /// @param seconds ago; 0 for as long as scrubs may be apart at most
    Utime backdate(boolean deep, long seconds) {
        ScrubSettings settings = pg.shell.scrubSettings();
        double most = deep
                ? option(PoolOptions.Key.DEEP_SCRUB_INTERVAL, settings.deepInterval())
                : option(PoolOptions.Key.SCRUB_MAX_INTERVAL, settings.maxInterval());
        Utime stamp = Utime.ofSeconds(pg.shell.now().toSeconds() - (seconds == 0 ? most : seconds) - BEYOND_SECONDS);
        PgHistory.ScrubStamps old = pg.data.history.scrubs();
        pg.data.history = pg.data.history.withScrubs(new PgHistory.ScrubStamps(
                old.lastScrub(), old.lastDeepScrub(), stamp, deep ? stamp : old.lastDeepScrubStamp(), old.lastCleanScrubStamp()));
        pg.persistInfo();
        pg.report.changed();
        return stamp;
    }

    boolean isRequested() {
        return requested != null;
    }

    /// The requested scrub has begun.
    void taken() {
        requested = null;
    }

    void forget() {
        requested = null;
    }

    /// When the next scrub is due; requested ones are always due.
    Utime due() {
        if (requested != null) {
            return Utime.ZERO;
        }
        Utime last = pg.data.history.scrubs().lastScrubStamp();
        if (!last.equals(shareOf)) {
            shareOf = last;
            share = (pg.shell.randomBytes(2).reader().u16() & 0xffff) / 65_536.0;
        }
        ScrubSettings settings = pg.shell.scrubSettings();
        double min = option(PoolOptions.Key.SCRUB_MIN_INTERVAL, settings.minInterval());
        return Utime.ofSeconds(last.toSeconds() + min * (1 + settings.randomizeRatio() * share));
    }

    ScrubJob job() {
        double max = option(PoolOptions.Key.SCRUB_MAX_INTERVAL, pg.shell.scrubSettings().maxInterval());
        Utime last = pg.data.history.scrubs().lastScrubStamp();
        return requested != null
                ? new ScrubJob(pg.data.pgid, last, last, true)
                : new ScrubJob(pg.data.pgid, due(), max > 0 ? Utime.ofSeconds(last.toSeconds() + max) : Utime.ZERO, false);
    }

    /// A scrub that is overdue goes on whatever the hour and the load.
    private boolean isOverdue(Utime now) {
        double max = option(PoolOptions.Key.SCRUB_MAX_INTERVAL, pg.shell.scrubSettings().maxInterval());
        return max > 0 && now.toSeconds() > pg.data.history.scrubs().lastScrubStamp().toSeconds() + max;
    }

    /// What is to be done now; null for nothing.
    ///
    /// @param permitted hour and load allow scrubs that nobody asked for
    @Nullable ScrubMode choose(Utime now, boolean permitted) {
        if (requested != null) {
            return requested;
        }
        if (now.compareTo(due()) < 0 || !(permitted || isOverdue(now))) {
            return null;
        }
        boolean scrub = !forbidden(OsdMap.NOSCRUB, PgPool.FLAG_NOSCRUB);
        boolean deepAllowed = !forbidden(OsdMap.NODEEP_SCRUB, PgPool.FLAG_NODEEP_SCRUB);
        boolean deepErrors = pg.data.sum.get(Field.NUM_DEEP_SCRUB_ERRORS) > 0;
        if (!deepAllowed) {
            return scrub && !deepErrors ? new ScrubMode(false, false) : null;
        }
        boolean deep = deepErrors || isTimeForDeep(now, scrub);
        if (!scrub && !deep) {
            return null;
        }
        return new ScrubMode(deep, deep && pg.shell.scrubSettings().autoRepair());
    }

    private boolean isTimeForDeep(Utime now, boolean scrub) {
        ScrubSettings settings = pg.shell.scrubSettings();
        PgHistory.ScrubStamps stamps = pg.data.history.scrubs();
        double interval = option(PoolOptions.Key.DEEP_SCRUB_INTERVAL, settings.deepInterval());
        if (now.toSeconds() >= stamps.lastDeepScrubStamp().toSeconds() + interval) {
            return true;
        }
        int dice = pg.shell.randomBytes(2).reader().u16() & 0xffff;
        return scrub && dice < settings.deepRandomizeRatio() * 65_536;
    }

    private boolean forbidden(int mapFlag, long poolFlag) {
        PgPool pool = pool();
        return pg.osdMap().hasFlag(mapFlag) || pool != null && pool.hasFlag(poolFlag);
    }

    private double option(PoolOptions.Key key, double otherwise) {
        PgPool pool = pool();
        double own = pool == null ? 0 : pool.opts().get(key, 0.0);
        return own > 0 ? own : otherwise;
    }

    private @Nullable PgPool pool() {
        return pg.osdMap().pool(pg.data.pgid.pgid().pool());
    }
}
