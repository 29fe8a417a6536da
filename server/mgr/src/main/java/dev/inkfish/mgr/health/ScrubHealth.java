package dev.inkfish.mgr.health;

import dev.inkfish.command.Stamp;
import dev.inkfish.conf.Conf;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.Function;

/// What scrubs found, and whether they come as often as they should (`PGMap::get_health_checks`).
final class ScrubHealth {
    private final Conf conf;

    ScrubHealth(Conf conf) {
        this.conf = conf;
    }

    void check(PgMap pgMap, Utime now, NavigableMap<String, HealthCheck> checks) {
        long errors = pgMap.sum().sum().get(Field.NUM_SCRUB_ERRORS);
        if (errors != 0) {
            checks.put("OSD_SCRUB_ERRORS", HealthCheck.error(errors + " scrub errors", errors, List.of()));
        }
        largeOmaps(pgMap, checks);
        repairs(pgMap, checks);
        late(pgMap, now, checks, "PG_NOT_SCRUBBED", "scrubbed", PgHistory.ScrubStamps::lastScrubStamp,
                PoolOptions.Key.SCRUB_MAX_INTERVAL, "osd_scrub_max_interval", "mon_warn_pg_not_scrubbed_ratio");
        late(pgMap, now, checks, "PG_NOT_DEEP_SCRUBBED", "deep-scrubbed", PgHistory.ScrubStamps::lastDeepScrubStamp,
                PoolOptions.Key.DEEP_SCRUB_INTERVAL, "osd_deep_scrub_interval", "mon_warn_pg_not_deep_scrubbed_ratio");
    }

    private static void largeOmaps(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        long all = pgMap.sum().sum().get(Field.NUM_LARGE_OMAP_OBJECTS);
        if (all == 0) {
            return;
        }
        List<String> detail = new ArrayList<>();
        pgMap.osdMap().pools().keySet().forEach(pool -> {
            long count = pgMap.poolSums().getOrDefault(pool, PoolStat.ZERO).sum().get(Field.NUM_LARGE_OMAP_OBJECTS);
            if (count != 0) {
                detail.add(count + " large objects found in pool '" + pgMap.osdMap().poolName(pool) + "'");
            }
        });
        detail.add("Search the cluster log for 'Large omap object found' for more details.");
        checks.put("LARGE_OMAP_OBJECTS", HealthCheck.warn(all + " large omap objects", all, detail));
    }

    private void repairs(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        long most = conf.integer("mon_osd_warn_num_repaired");
        List<String> detail = new ArrayList<>();
        pgMap.osds().forEach((osd, stat) -> {
            if (stat.shardsRepaired() > most) {
                detail.add("osd." + osd + " had " + stat.shardsRepaired() + " reads repaired");
            }
        });
        if (most > 0 && !detail.isEmpty()) {
            checks.put("OSD_TOO_MANY_REPAIRS", HealthCheck.warn(
                    "Too many repaired reads on " + detail.size() + " OSDs", detail.size(), detail));
        }
    }

    private void late(
            PgMap pgMap,
            Utime now,
            NavigableMap<String, HealthCheck> checks,
            String code,
            String done,
            Function<PgHistory.ScrubStamps, Utime> stamp,
            PoolOptions.Key poolOption,
            String option,
            String ratioOption) {
        double ratio = conf.decimal(ratioOption);
        if (ratio <= 0) {
            return;
        }
        List<String> detail = new ArrayList<>();
        long[] count = {0};
        pgMap.pgs().forEach((id, pg) -> {
            PgPool pool = pgMap.osdMap().pool(id.pool());
            if (pool == null || pg.scrubs().lastScrubStamp().isZero()) {
                return; // a group that has not reported yet counts from its creation
            }
            double own = pool.opts().get(poolOption, 0.0);
            double interval = own > 0 ? own : conf.decimal(option);
            Utime last = stamp.apply(stamps(pg));
            if (last.toSeconds() < now.toSeconds() - interval * (1 + ratio)) {
                if (count[0]++ < PgHealth.MAX_DETAIL) {
                    detail.add("pg " + id + " not " + done + " since " + Stamp.text(last));
                }
            }
        });
        if (count[0] > detail.size()) {
            detail.add(count[0] - detail.size() + " more pgs... ");
        }
        if (count[0] > 0) {
            checks.put(code, HealthCheck.warn(count[0] + " pgs not " + done + " in time", count[0], detail));
        }
    }

    private static PgHistory.ScrubStamps stamps(PgStat pg) {
        return pg.scrubs();
    }
}
