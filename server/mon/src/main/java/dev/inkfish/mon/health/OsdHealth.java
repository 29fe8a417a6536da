package dev.inkfish.mon.health;

import dev.inkfish.command.GeneralFormat;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.osdcmd.CrushText;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/// What is wrong according to the OSD map (`OSDMap::check_health`).
final class OsdHealth {
    private static final int WARN_FLAGS = OsdMap.PAUSERD
            | OsdMap.PAUSEWR
            | OsdMap.PAUSEREC
            | OsdMap.NOUP
            | OsdMap.NODOWN
            | OsdMap.NOIN
            | OsdMap.NOOUT
            | OsdMap.NOBACKFILL
            | OsdMap.NORECOVER
            | OsdMap.NOSCRUB
            | OsdMap.NODEEP_SCRUB
            | OsdMap.NOTIERAGENT
            | OsdMap.NOSNAPTRIM
            | OsdMap.NOREBALANCE;

    private final OsdMap map;
    private final Conf conf;
    private final CrushTree tree;
    private final NavigableMap<String, HealthCheck> checks;

    private OsdHealth(OsdMap map, Conf conf, NavigableMap<String, HealthCheck> checks) {
        this.map = map;
        this.conf = conf;
        this.checks = checks;
        this.tree = new CrushTree(map.crush());
    }

    static void check(OsdMap map, Conf conf, NavigableMap<String, HealthCheck> checks) {
        OsdHealth health = new OsdHealth(map, conf, checks);
        health.down();
        health.orphans();
        health.ratios();
        health.full();
        health.flags();
        health.crush();
        health.pools();
    }

    private boolean isDown(int osd) {
        return !map.exists(osd) || !map.isUp(osd);
    }

    private void down() {
        NavigableSet<Integer> down = new TreeSet<>();
        map.osds().stream().filter(osd -> map.isIn(osd) && !map.isUp(osd) && !map.isNew(osd)).forEach(down::add);
        if (down.isEmpty()) {
            return;
        }
        NavigableMap<Integer, NavigableSet<Integer>> downByType = new TreeMap<>();
        for (int osd : down) {
            for (Integer at = tree.parent(osd); at != null && isSubtreeDown(at); at = tree.parent(at)) {
                downByType.computeIfAbsent(map.crush().typeOf(at), t -> new TreeSet<>()).add(at);
            }
        }
        int topType = map.crush().typeNames().isEmpty() ? 0 : map.crush().typeNames().lastKey();
        downByType.forEach((type, buckets) -> {
            String name = map.crush().typeNames().getOrDefault(type, "");
            int osds = 0;
            List<String> detail = new ArrayList<>();
            for (int bucket : buckets.descendingSet()) {
                int below = tree.osdsBelow(bucket).size();
                osds += below;
                String where = type == topType ? "" : " (" + tree.location(bucket) + ")";
                detail.add(name + " " + tree.name(bucket) + where + " (" + below + " osds) is down");
            }
            checks.put("OSD_" + name.toUpperCase(Locale.ROOT) + "_DOWN", HealthCheck.warn(
                    buckets.size() + " " + name + (buckets.size() > 1 ? "s" : "") + " (" + osds + " osds) down",
                    buckets.size(),
                    detail));
        });
        checks.put("OSD_DOWN", HealthCheck.warn(
                down.size() + " osds down",
                down.size(),
                down.stream().map(osd -> "osd." + osd + " (" + tree.location(osd) + ") is down").toList()));
    }

    private boolean isSubtreeDown(int bucket) {
        List<Integer> osds = tree.osdsBelow(bucket);
        return !osds.isEmpty() && osds.stream().allMatch(this::isDown);
    }

    private void orphans() {
        List<Integer> orphans = new ArrayList<>();
        for (int osd = 0; osd < map.maxOsd(); osd++) {
            if (!map.exists(osd) && tree.contains(osd)) {
                orphans.add(osd);
            }
        }
        if (!orphans.isEmpty()) {
            checks.put("OSD_ORPHAN", HealthCheck.warn(
                    orphans.size() + " osds exist in the crush map but not in the osdmap",
                    orphans.size(),
                    orphans.stream().map(osd -> "osd." + osd + " exists in crush map but not in osdmap").toList()));
        }
    }

    /// In which order OSDs take ratios that are not in order.
    private void ratios() {
        List<String> detail = new ArrayList<>();
        float failsafe = (float) conf.decimal("osd_failsafe_full_ratio");
        failsafe = failsafe > 1 ? failsafe / 100 : failsafe;
        float full = map.fullRatio();
        float backfillFull = map.backfillfullRatio();
        float nearFull = map.nearfullRatio();
        if (backfillFull < nearFull) {
            detail.add("backfillfull_ratio (" + text(backfillFull) + ") < nearfull_ratio (" + text(nearFull)
                    + "), increased");
            backfillFull = nearFull;
        }
        if (full < backfillFull) {
            detail.add("full_ratio (" + text(full) + ") < backfillfull_ratio (" + text(backfillFull)
                    + "), increased");
            full = backfillFull;
        }
        if (failsafe < full) {
            detail.add("osd_failsafe_full_ratio (" + text(failsafe) + ") < full_ratio (" + text(full)
                    + "), increased");
        }
        if (!detail.isEmpty()) {
            checks.put("OSD_OUT_OF_ORDER_FULL",
                    new HealthCheck(HealthStatus.HEALTH_ERR, "full ratio(s) out of order", detail, 0));
        }
    }

    private static String text(float ratio) {
        return GeneralFormat.format(ratio, 6);
    }

    private void full() {
        fullness("OSD_FULL", HealthStatus.HEALTH_ERR, OsdMap.STATE_FULL, "full osd(s)", "full");
        fullness("OSD_BACKFILLFULL", HealthStatus.HEALTH_WARN, OsdMap.STATE_BACKFILLFULL, "backfillfull osd(s)",
                "backfill full");
        fullness("OSD_NEARFULL", HealthStatus.HEALTH_WARN, OsdMap.STATE_NEARFULL, "nearfull osd(s)", "near full");
    }

    private void fullness(String code, HealthStatus severity, int state, String summary, String word) {
        IntPredicate counts = osd -> map.isUp(osd) && map.isIn(osd) && map.hasState(osd, state);
        List<Integer> osds = map.osds().stream().filter(counts::test).toList();
        if (!osds.isEmpty()) {
            checks.put(code, new HealthCheck(
                    severity,
                    osds.size() + " " + summary,
                    osds.stream().map(osd -> "osd." + osd + " is " + word).toList(),
                    osds.size()));
        }
    }

    private void flags() {
        if ((map.flags() & WARN_FLAGS) != 0) {
            String names = OsdMapText.flags(map.flags() & WARN_FLAGS);
            checks.put("OSDMAP_FLAGS", HealthCheck.warn(names + " flag(s) set", names.length(), List.of()));
        }
        List<String> detail = new ArrayList<>();
        for (int osd : map.osds()) {
            List<String> states = stateNames(map.state(osd));
            if (!states.isEmpty()) {
                detail.add("osd." + osd + " has flags " + String.join(",", states));
            }
        }
        map.crushNodeFlags().forEach((node, flags) -> {
            if (flags != 0 && map.crush().itemNames().containsKey(node)) {
                detail.add(tree.typeName(node) + " " + tree.name(node) + " has flags "
                        + String.join(",", stateNames(flags)));
            }
        });
        map.deviceClassFlags().forEach((number, flags) -> {
            String name = map.crush().classNames().get(number);
            if (flags != 0 && name != null) {
                detail.add("device class '" + name + "' has flags " + String.join(",", stateNames(flags)));
            }
        });
        if (!detail.isEmpty()) {
            checks.put("OSD_FLAGS", HealthCheck.warn(
                    detail.size() + " OSDs or CRUSH {nodes, device-classes} have {NOUP,NODOWN,NOIN,NOOUT} flags set",
                    detail.size(),
                    detail));
        }
    }

    private static List<String> stateNames(int state) {
        List<String> names = new ArrayList<>();
        if ((state & OsdMap.STATE_NODOWN) != 0) {
            names.add("nodown");
        }
        if ((state & OsdMap.STATE_NOIN) != 0) {
            names.add("noin");
        }
        if ((state & OsdMap.STATE_NOOUT) != 0) {
            names.add("noout");
        }
        if ((state & OsdMap.STATE_NOUP) != 0) {
            names.add("noup");
        }
        return names;
    }

    private void crush() {
        List<String> detail = List.of("see http://docs.ceph.com/en/latest/rados/operations/crush-map/#tunables");
        String needed = CrushText.minimumVersion(map.crush());
        String least = conf.string("mon_crush_min_required_version");
        if (conf.flag("mon_warn_on_legacy_crush_tunables") && needed.compareTo(least) < 0) {
            checks.put("OLD_CRUSH_TUNABLES", HealthCheck.warn(
                    "crush map has legacy tunables (require " + needed + ", min is " + least + ")", 0, detail));
        }
        if (conf.flag("mon_warn_on_crush_straw_calc_version_zero") && map.crush().tunables().strawCalcVersion() == 0) {
            checks.put("OLD_CRUSH_STRAW_CALC_VERSION", HealthCheck.warn("crush map has straw_calc_version=0", 0, detail));
        }
    }

    private void pools() {
        List<String> full = new ArrayList<>();
        List<String> backfillFull = new ArrayList<>();
        List<String> nearFull = new ArrayList<>();
        List<String> single = new ArrayList<>();
        List<String> uneven = new ArrayList<>();
        List<String> scrub = new ArrayList<>();
        NavigableSet<String> scrubFlags = new TreeSet<>();
        map.pools().forEach((id, pool) -> {
            String name = "pool '" + map.poolName(id) + "'";
            if (pool.hasFlag(PgPool.FLAG_FULL_QUOTA)) {
                full.add(name + " is full (running out of quota)");
            } else if (pool.hasFlag(PgPool.FLAG_FULL)) {
                full.add(name + " is full (no space)");
            } else if (pool.hasFlag(PgPool.FLAG_BACKFILLFULL)) {
                backfillFull.add(name + " is backfillfull");
            } else if (pool.hasFlag(PgPool.FLAG_NEARFULL)) {
                nearFull.add(name + " is nearfull");
            }
            if (Integer.bitCount(pool.pgNumTarget()) != 1 && conf.flag("mon_warn_on_pool_pg_num_not_power_of_two")) {
                uneven.add(name + " pg_num " + pool.pgNumTarget() + " is not a power of two");
            }
            if (pool.size() == 1 && conf.flag("mon_warn_on_pool_no_redundancy")) {
                single.add(name + " has no replicas configured");
            }
            if (pool.hasFlag(PgPool.FLAG_NOSCRUB)) {
                scrub.add("Pool " + map.poolName(id) + " has noscrub flag");
                scrubFlags.add("noscrub");
            }
            if (pool.hasFlag(PgPool.FLAG_NODEEP_SCRUB)) {
                scrub.add("Pool " + map.poolName(id) + " has nodeep-scrub flag");
                scrubFlags.add("nodeep-scrub");
            }
        });
        poolCheck("POOL_FULL", "pool(s) full", full);
        poolCheck("POOL_BACKFILLFULL", "pool(s) backfillfull", backfillFull);
        poolCheck("POOL_NEARFULL", "pool(s) nearfull", nearFull);
        poolCheck("POOL_PG_NUM_NOT_POWER_OF_TWO", "pool(s) have non-power-of-two pg_num", uneven);
        poolCheck("POOL_NO_REDUNDANCY", "pool(s) have no replicas configured", single);
        if (!scrub.isEmpty()) {
            String names = String.join(", ", scrubFlags.descendingSet());
            checks.put("POOL_SCRUB_FLAGS", new HealthCheck(
                    HealthStatus.HEALTH_OK, "Some pool(s) have the " + names + " flag(s) set", scrub, 0));
        }
    }

    private void poolCheck(String code, String summary, List<String> detail) {
        if (!detail.isEmpty()) {
            checks.put(code, HealthCheck.warn(detail.size() + " " + summary, detail.size(), detail));
        }
    }
}
