package dev.inkfish.mgr.health;

import dev.inkfish.command.GeneralFormat;
import dev.inkfish.command.stats.Units;
import dev.inkfish.conf.Conf;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthStatus;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/// What is wrong with pools: numbers of groups, objects beyond the average, quotas, applications, snapshots that wait
/// (`PGMap::get_health_checks`).
final class PoolHealth {
    private final Conf conf;

    PoolHealth(Conf conf) {
        this.conf = conf;
    }

    void check(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        numbers(pgMap, checks);
        skew(pgMap, checks);
        applications(pgMap, checks);
        quotas(pgMap, checks);
        trims(pgMap, checks);
    }

    private static ObjectStatSum sumOf(PgMap pgMap, long pool) {
        return pgMap.poolSums().getOrDefault(pool, PoolStat.ZERO).sum();
    }

    private static void numbers(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        OsdMap map = pgMap.osdMap();
        List<String> detail = new ArrayList<>();
        map.pools().forEach((id, pool) -> {
            if (pool.pgNumTarget() > pool.pgpNumTarget()) {
                detail.add("pool " + map.poolName(id) + " pg_num " + pool.pgNumTarget() + " > pgp_num " + pool.pgpNumTarget());
            }
        });
        if (!detail.isEmpty()) {
            checks.put("SMALLER_PGP_NUM", HealthCheck.warn(detail.size() + " pools have pg_num > pgp_num", detail.size(), detail));
        }
    }

    private void skew(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        OsdMap map = pgMap.osdMap();
        long objects = pgMap.sum().sum().get(Field.NUM_OBJECTS);
        double most = conf.decimal("mon_pg_warn_max_object_skew");
        long average = pgMap.pgs().isEmpty() ? 0 : objects / pgMap.pgs().size();
        if (average == 0 || most <= 0 || objects < conf.integer("mon_pg_warn_min_objects")) {
            return;
        }
        List<String> detail = new ArrayList<>();
        map.pools().forEach((id, pool) -> {
            long own = sumOf(pgMap, id).get(Field.NUM_OBJECTS);
            long each = own / pool.pgNumTarget();
            float ratio = (float) each / average;
            if (own >= conf.integer("mon_pg_warn_min_pool_objects") && ratio > most) {
                detail.add("pool " + map.poolName(id) + " objects per pg (" + each + ") is more than "
                        + GeneralFormat.format(ratio, 6) + " times cluster average (" + average + ")");
            }
        });
        if (!detail.isEmpty()) {
            checks.put("MANY_OBJECTS_PER_PG", HealthCheck.warn(
                    detail.size() + " pools have many more objects per pg than average", detail.size(), detail));
        }
    }

    private void applications(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        OsdMap map = pgMap.osdMap();
        List<String> detail = new ArrayList<>();
        map.pools().forEach((id, pool) -> {
            if (sumOf(pgMap, id).get(Field.NUM_OBJECTS) > 0 && !pool.isTier() && pool.applicationMetadata().isEmpty()) {
                detail.add("application not enabled on pool '" + map.poolName(id) + "'");
            }
        });
        if (detail.isEmpty() || !conf.flag("mon_warn_on_pool_no_app")) {
            return;
        }
        int count = detail.size();
        detail.add("use 'ceph osd pool application enable <pool-name> <app-name>', where <app-name> is 'cephfs', "
                + "'rbd', 'rgw', or freeform for custom applications.");
        checks.put("POOL_APP_NOT_ENABLED", HealthCheck.warn(count + " pool(s) do not have an application enabled", count, detail));
    }

    /// How near pools are to their quotas; one that is used up the monitors tell.
    private void quotas(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        List<String> full = new ArrayList<>();
        List<String> near = new ArrayList<>();
        int[] pools = {0, 0};
        pgMap.osdMap().pools().forEach((id, pool) -> {
            List<String> fullHere = new ArrayList<>();
            List<String> nearHere = new ArrayList<>();
            quota(pgMap, id, pool, fullHere, nearHere);
            pools[0] += fullHere.isEmpty() ? 0 : 1;
            pools[1] += nearHere.isEmpty() ? 0 : 1;
            full.addAll(fullHere);
            near.addAll(nearHere);
        });
        if (!full.isEmpty()) {
            checks.put("POOL_FULL", new HealthCheck(HealthStatus.HEALTH_ERR, pools[0] + " pools full", full, pools[0]));
        }
        if (!near.isEmpty()) {
            checks.put("POOL_NEAR_FULL", HealthCheck.warn(pools[1] + " pools nearfull", pools[1], near));
        }
    }

    private void quota(PgMap pgMap, long id, PgPool pool, List<String> full, List<String> near) {
        String name = "pool '" + pgMap.osdMap().poolName(id) + "' has ";
        long objects = sumOf(pgMap, id).get(Field.NUM_OBJECTS);
        long bytes = sumOf(pgMap, id).get(Field.NUM_BYTES);
        reach(objects, pool.quotaMaxObjects(), name + objects + " objects (max " + pool.quotaMaxObjects() + ")", full, near);
        reach(bytes, pool.quotaMaxBytes(), name + Units.bytes(bytes) + " (max " + Units.bytes(pool.quotaMaxBytes()) + ")", full, near);
    }

    private void reach(long used, long quota, String said, List<String> full, List<String> near) {
        float critical = conf.integer("mon_pool_quota_crit_threshold") / 100f;
        float low = conf.integer("mon_pool_quota_warn_threshold") / 100f;
        if (quota > 0 && used < quota) {
            if (critical > 0 && used >= quota * critical) {
                full.add(said);
            } else if (low > 0 && used >= quota * low) {
                near.add(said);
            }
        }
    }

    private void trims(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        long most = conf.integer("mon_osd_snap_trim_queue_warn_on");
        List<String> detail = new ArrayList<>();
        long[] count = {0, 0};
        String[] worst = {""};
        pgMap.pgs().forEach((id, pg) -> {
            long waiting = Integer.toUnsignedLong(pg.snapTrimQueueLength());
            if (most <= 0 || waiting < most) {
                return;
            }
            count[0]++;
            if (waiting >= count[1]) {
                count[1] = waiting;
                worst[0] = "longest queue on pg " + id + " at " + waiting;
            }
            if (detail.size() < PgHealth.MAX_DETAIL - 1) {
                detail.add("snap trim queue for pg " + id + " at " + waiting);
            } else if (detail.size() < PgHealth.MAX_DETAIL) {
                detail.add("...more pgs affected");
            }
        });
        if (count[0] > 0) {
            detail.add(worst[0]);
            detail.add("try decreasing \"osd snap trim sleep\" and/or increasing \"osd pg max concurrent snap trims\".");
            checks.put("PG_SLOW_SNAP_TRIMMING", HealthCheck.warn(
                    "snap trim queue for " + count[0] + " pg(s) >= " + most + " (mon_osd_snap_trim_queue_warn_on)", count[0], detail));
        }
    }
}
