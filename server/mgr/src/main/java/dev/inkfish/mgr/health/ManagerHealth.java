package dev.inkfish.mgr.health;

import dev.inkfish.command.stats.PingDump;
import dev.inkfish.command.stats.Units;
import dev.inkfish.conf.Conf;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.mgr.core.PgMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The checks that come from statistics and from what daemons report of themselves: the manager finds them
/// and the monitors show them (`PGMap::get_health_checks`, `DaemonHealthMetricCollector`).
public final class ManagerHealth {
    private final Conf conf;
    private final ScrubHealth scrubs;
    private final PoolHealth pools;

    public ManagerHealth(Conf conf) {
        this.conf = conf;
        this.scrubs = new ScrubHealth(conf);
        this.pools = new PoolHealth(conf);
    }

    public NavigableMap<String, HealthCheck> check(PgMap pgMap, Collection<MgrSession> sessions, Utime now) {
        NavigableMap<String, HealthCheck> checks = new TreeMap<>();
        PgHealth.check(pgMap, now, conf.integer("mon_pg_stuck_threshold"), checks);
        ObjectStatSum sum = pgMap.sum().sum();
        objects(pgMap, sum, checks);
        scrubs.check(pgMap, now, checks);
        counts(pgMap, checks);
        pools.check(pgMap, checks);
        daemons(sessions, checks);
        PingHealth.check(pgMap, slowPingMillis(), now, checks);
        return checks;
    }

    public long slowPingMillis() {
        return PingDump.threshold(conf.decimal("mon_warn_on_slow_ping_time"), conf.decimal("mon_warn_on_slow_ping_ratio"),
                conf.decimal("osd_heartbeat_grace"));
    }

    private void objects(PgMap pgMap, ObjectStatSum sum, NavigableMap<String, HealthCheck> checks) {
        long unfound = sum.get(Field.NUM_OBJECTS_UNFOUND);
        long objects = sum.get(Field.NUM_OBJECTS);
        long misplaced = sum.get(Field.NUM_OBJECTS_MISPLACED);
        long copies = sum.get(Field.NUM_OBJECT_COPIES);
        if (misplaced != 0 && copies > 0 && conf.flag("mon_warn_on_misplaced")) {
            checks.put("OBJECT_MISPLACED", HealthCheck.warn(
                    misplaced + "/" + copies + " objects misplaced (" + Units.ratio(misplaced, copies) + "%)", misplaced, List.of()));
        }
        if (unfound != 0 && objects != 0) {
            List<String> detail = new ArrayList<>();
            pgMap.pgs().forEach((id, pg) -> {
                if (pg.sum().get(Field.NUM_OBJECTS_UNFOUND) != 0 && detail.size() <= PgHealth.MAX_DETAIL) {
                    detail.add("pg " + id + " has " + pg.sum().get(Field.NUM_OBJECTS_UNFOUND) + " unfound objects");
                }
            });
            checks.put("OBJECT_UNFOUND", HealthCheck.warn(
                    unfound + "/" + objects + " objects unfound (" + Units.ratio(unfound, objects) + "%)",
                    unfound,
                    detail));
        }
    }

    private void counts(PgMap pgMap, NavigableMap<String, HealthCheck> checks) {
        OsdMap map = pgMap.osdMap();
        int in = map.countIn();
        long placed = Math.max(pgMap.sum().up(), pgMap.pgs().size());
        long few = conf.integer("mon_pg_warn_min_per_osd");
        if (in > 0 && few > 0 && !map.pools().isEmpty() && placed / in < few && placed / in > 0) {
            checks.put("TOO_FEW_PGS", HealthCheck.warn(
                    "too few PGs per OSD (" + placed / in + " < min " + few + ")", few - placed / in, List.of()));
        }
        long many = conf.integer("mon_max_pg_per_osd");
        if (in > 0 && many > 0 && placed / in > many) {
            checks.put("TOO_MANY_PGS", HealthCheck.warn(
                    "too many PGs per OSD (" + placed / in + " > max " + many + ")", placed / in - many, List.of()));
        }
        long osds = map.osds().size();
        long size = conf.integer("osd_pool_default_size");
        if (osds < size) {
            checks.put("TOO_FEW_OSDS", HealthCheck.warn(
                    "OSD count " + osds + " < osd_pool_default_size " + size, size - osds, List.of()));
        }
    }

    private static void daemons(Collection<MgrSession> sessions, NavigableMap<String, HealthCheck> checks) {
        long slow = 0;
        long oldest = 0;
        List<String> slowDaemons = new ArrayList<>();
        long pending = 0;
        List<String> pendingDaemons = new ArrayList<>();
        for (MgrSession session : sessions) {
            for (DaemonHealthMetric metric : session.health()) {
                if (metric.kind() == DaemonHealthMetric.SLOW_OPS && metric.first() > 0) {
                    slow += metric.first();
                    oldest = Math.max(oldest, metric.second());
                    slowDaemons.add(session.daemon());
                } else if (metric.kind() == DaemonHealthMetric.PENDING_CREATING_PGS && metric.first() > 0) {
                    pending += metric.first();
                    pendingDaemons.add(session.daemon());
                }
            }
        }
        if (slow > 0) {
            Collections.sort(slowDaemons);
            String who = slowDaemons.size() == 1
                    ? slowDaemons.getFirst() + " has slow ops"
                    : "daemons [" + String.join(",", slowDaemons) + "] have slow ops.";
            checks.put("SLOW_OPS", HealthCheck.warn(
                    slow + " slow ops, oldest one blocked for " + oldest + " sec, " + who, slow, List.of()));
        }
        if (pending > 0) {
            Collections.sort(pendingDaemons);
            String who = pendingDaemons.size() == 1 ? pendingDaemons.getFirst() + " has" : "[" + String.join(",", pendingDaemons) + "] have";
            checks.put("PENDING_CREATING_PGS", HealthCheck.warn(
                    "osds " + who + " pending PGs", pending, List.of()));
        }
    }
}
