package dev.inkfish.osd.daemon;

import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.message.MOSDFull;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How full the disk is by the ratios of the map (`OSDService::recalc_full_state`), and that the monitors know it. The
/// level may be read from any thread, all else is the control thread's.
final class Fullness {
    private static final Logger LOG = LoggerFactory.getLogger(Fullness.class);

    private static final double RESERVE = 0.05;
    private static final long MAX_RESERVE = 1L << 30;

    enum Level {
        NONE(0),
        NEARFULL(OsdMap.STATE_NEARFULL),
        BACKFILLFULL(OsdMap.STATE_BACKFILLFULL),
        FULL(OsdMap.STATE_FULL),
        /// Nothing may grow any more, whatever the map says.
        FAILSAFE(OsdMap.STATE_FULL);

        /// In the map's states of OSDs.
        final int state;

        Level(int state) {
            this.state = state;
        }
    }

    private final OsdDaemon daemon;
    private volatile Level level = Level.NONE;
    private Level injected = Level.NONE;
    private int injections;

    Fullness(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    Level level() {
        return level;
    }

    /// For tests of operators: is as full as that for so many looks; below 0 until told otherwise.
    void inject(Level as, int count) {
        injected = as;
        injections = count;
        check();
    }

    /// Every now and then.
    void check() {
        Level now = measure(daemon.config().store().stats(), daemon.config().store().room());
        if (now != level) {
            LOG.warn("osd.{}: fullness is {}, was {}", daemon.whoami(), now, level);
        }
        level = now;
        OsdMap map = daemon.map();
        if (map.isUp(daemon.whoami()) && !told(map, now)) {
            daemon.monClient().send(new MOSDFull(map.epoch(), map.epoch(), now.state));
        }
    }

    private boolean told(OsdMap map, Level now) {
        int told = map.state(daemon.whoami());
        Level known = (told & OsdMap.STATE_FULL) != 0 ? Level.FULL
                : (told & OsdMap.STATE_BACKFILLFULL) != 0 ? Level.BACKFILLFULL
                : (told & OsdMap.STATE_NEARFULL) != 0 ? Level.NEARFULL : Level.NONE;
        return known.state == now.state;
    }

    /// @param room what the disk can really give; of a disk that others fill some is kept for metadata
    private Level measure(ObjectStore.StoreStats space, long room) {
        if (injected != Level.NONE && injections != 0) {
            injections -= injections > 0 ? 1 : 0;
            return injected;
        }
        if (space.total() <= 0) {
            return Level.NONE;
        }
        OsdMap map = daemon.map();
        double failsafe = daemon.config().conf().decimal("osd_failsafe_full_ratio");
        double near = map.nearfullRatio();
        double backfill = Math.max(map.backfillfullRatio(), near);
        double full = Math.max(map.fullRatio(), backfill);
        failsafe = Math.max(failsafe > 1 ? failsafe / 100 : failsafe, full);
        if (near <= 0) {
            near = backfill = full = failsafe; // no sense in them
        }
        double taken = space.total() - space.available();
        double left = space.available();
        if (room < left) {
            left = Math.max(0, room - Math.min(MAX_RESERVE, space.total() * RESERVE));
        }
        double used = taken / Math.max(1, taken + left);
        return used > failsafe ? Level.FAILSAFE
                : used > full ? Level.FULL
                : used > backfill ? Level.BACKFILLFULL
                : used > near ? Level.NEARFULL : Level.NONE;
    }
}
