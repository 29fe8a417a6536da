package dev.inkfish.mgr.core;

import dev.inkfish.conf.Conf;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.crush.RuleShape;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolOptions;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PoolStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// How many groups each pool should have (the manager's module `pg_autoscaler`): each OSD is to have
/// `mon_target_pg_per_osd`. Pools get their share by what they hold or are said to come to hold; those with the flag
/// `bulk` part evenly what the others leave.
public final class Autoscaler {
    /// A pool is left alone unless it is wrong by more than this factor.
    private static final double THRESHOLD = 3.0;
    private static final long LEAST_GROUPS = 32;

    private final Conf conf;

    Autoscaler(Conf conf) {
        this.conf = conf;
    }

    /// What is known of a pool and should be; members as `osd pool autoscale-status` names them.
    public record Advice(
            long id,
            String name,
            PgPool pool,
            int root,
            long capacity,
            double logicalUsed,
            double rawUsed,
            long targetBytes,
            double targetRatio,
            double effectiveRatio,
            double capacityRatio,
            double bias,
            boolean bulk,
            long ideal,
            long groups,
            boolean adjust) {
        public double rate() {
            return pool.size();
        }

        public double actualRawUsed() {
            return logicalUsed * rate();
        }
    }

    /// The OSDs below what a rule takes, and what is left of them while pools are looked at.
    private static final class Root {
        final Set<Integer> osds = new TreeSet<>();
        long capacity;
        double targetRatios;
        double targetBytes;
        int pools;
        int counted;
        long left;
    }

    private record Candidate(long id, PgPool pool, int rootId, Root root, double logical, double ratio, double effective) {}

    /// In the order in which Ceph lists them: bulk pools last.
    public List<Advice> advise(PgMap map) {
        OsdMap osdMap = map.osdMap();
        TreeMap<Integer, Root> roots = roots(map);
        NavigableMap<Long, PoolStat> sums = map.poolSums();
        List<Candidate> usual = new ArrayList<>();
        List<Candidate> bulk = new ArrayList<>();
        osdMap.pools().forEach((id, pool) -> {
            int rootId = rootOf(osdMap, pool);
            Root root = roots.get(rootId);
            if (root == null || root.capacity == 0 || overlaps(roots, rootId) || osdMap.poolName(id) == null) {
                return;
            }
            double logical = stored(sums.getOrDefault(id, PoolStat.ZERO), pool);
            double effective = effectiveRatio(pool, root);
            double used = Math.max(logical * pool.size(), targetBytes(pool) * (double) pool.size());
            double ratio = Math.max(used / root.capacity, effective);
            (pool.hasFlag(PgPool.FLAG_BULK) ? bulk : usual).add(
                    new Candidate(id, pool, rootId, root, logical, ratio, effective));
        });
        List<Advice> advice = new ArrayList<>();
        usual.forEach(each -> advice.add(take(osdMap, each, each.ratio)));
        List<Candidate> even = new ArrayList<>();
        for (Candidate each : bulk) {
            if (each.ratio > 1.0 / (each.root.pools - each.root.counted)) {
                advice.add(take(osdMap, each, each.ratio));
            } else {
                even.add(each);
            }
        }
        even.forEach(each -> {
            double share = 1.0 / (each.root.pools - each.root.counted);
            advice.add(advice(osdMap, each, share, share * each.root.left));
        });
        return advice;
    }

    private Advice take(OsdMap map, Candidate each, double ratio) {
        double groups = ratio * each.root.left;
        each.root.left -= (long) groups;
        each.root.counted++;
        return advice(map, each, ratio, groups);
    }

    private static Advice advice(OsdMap map, Candidate each, double ratio, double copies) {
        PgPool pool = each.pool;
        double bias = pool.opts().get(PoolOptions.Key.PG_AUTOSCALE_BIAS, 1.0);
        double ideal = copies / pool.size() * bias;
        long groups = Math.max(pool.opts().get(PoolOptions.Key.PG_NUM_MIN, LEAST_GROUPS), nearestPowerOfTwo(ideal));
        long most = pool.opts().get(PoolOptions.Key.PG_NUM_MAX, 0L);
        groups = most > 0 ? Math.min(most, groups) : groups;
        boolean wrong = groups > pool.pgNumTarget() * THRESHOLD || groups < pool.pgNumTarget() / THRESHOLD;
        return new Advice(
                each.id,
                String.valueOf(map.poolName(each.id)),
                pool,
                each.rootId,
                each.root.capacity,
                each.logical,
                Math.max(each.logical * pool.size(), targetBytes(pool) * (double) pool.size()),
                targetBytes(pool),
                pool.opts().get(PoolOptions.Key.TARGET_SIZE_RATIO, 0.0),
                each.effective,
                each.ratio,
                bias,
                pool.hasFlag(PgPool.FLAG_BULK),
                (long) ideal,
                groups,
                wrong && ratio >= 0 && ratio <= 1 && pool.autoscaleModeName().equals("on"));
    }

    static long nearestPowerOfTwo(double number) {
        long whole = (long) number;
        if (whole <= 0) {
            return 0;
        }
        long below = Long.highestOneBit(whole);
        long above = below == whole ? below : below * 2;
        return above - number > number - above / 2.0 ? above / 2 : above;
    }

    // ---- pools and roots

    private static long targetBytes(PgPool pool) {
        boolean ratio = pool.opts().get(PoolOptions.Key.TARGET_SIZE_RATIO, 0.0) != 0;
        return ratio ? 0 : pool.opts().get(PoolOptions.Key.TARGET_SIZE_BYTES, 0L);
    }

    private static double effectiveRatio(PgPool pool, Root root) {
        double ratio = pool.opts().get(PoolOptions.Key.TARGET_SIZE_RATIO, 0.0);
        if (ratio == 0) {
            return 0;
        }
        return ratio / root.targetRatios * (1.0 - Math.min(1.0, root.targetBytes / root.capacity));
    }

    /// What clients have stored, as `ceph df` counts it.
    private static double stored(PoolStat stat, PgPool pool) {
        double rate = pool.size();
        long copies = stat.sum().get(Field.NUM_OBJECT_COPIES);
        if (copies > 0) {
            rate *= (double) (copies - stat.sum().get(Field.NUM_OBJECTS_DEGRADED)) / copies;
        }
        return rate == 0 ? 0 : Math.floor((stat.store().stored() + stat.store().omapAllocated()) / rate);
    }

    private static int rootOf(OsdMap map, PgPool pool) {
        CrushRule rule = map.crush().rule(map.crush().findRule(pool.crushRule(), pool.type(), pool.size()));
        if (rule != null) {
            for (CrushRule.Step step : rule.steps()) {
                if (step.op() == CrushRule.TAKE) {
                    return step.arg1();
                }
            }
        }
        return 0;
    }

    private TreeMap<Integer, Root> roots(PgMap map) {
        OsdMap osdMap = map.osdMap();
        TreeMap<Integer, Root> roots = new TreeMap<>();
        for (PgPool pool : osdMap.pools().values()) {
            int id = rootOf(osdMap, pool);
            if (id >= 0) {
                continue;
            }
            Root root = roots.computeIfAbsent(id, i -> new Root());
            if (root.pools++ == 0) {
                root.osds.addAll(RuleShape.weightsBelow(osdMap.crush(), id).keySet());
                for (int osd : root.osds) {
                    OsdStat stat = map.osds().get(osd);
                    root.capacity += stat == null ? 0 : stat.statfs().total();
                }
                root.left = root.osds.size() * conf.integer("mon_target_pg_per_osd");
            }
            root.targetRatios += pool.opts().get(PoolOptions.Key.TARGET_SIZE_RATIO, 0.0);
            root.targetBytes += targetBytes(pool) * (double) pool.size();
        }
        return roots;
    }

    private static boolean overlaps(TreeMap<Integer, Root> roots, int id) {
        for (Map.Entry<Integer, Root> other : roots.entrySet()) {
            if (other.getKey() != id && other.getValue().osds.stream().anyMatch(roots.get(id).osds::contains)) {
                return true;
            }
        }
        return false;
    }

    // ---- what follows

    private boolean isOff(PgMap map) {
        return map.osdMap().hasFlag(OsdMap.NOAUTOSCALE) || conf.flag("mgr/pg_autoscaler/noautoscale");
    }

    /// Pools of the mode `warn` that should have another number, and targets that make no sense together.
    void check(PgMap map, NavigableMap<String, HealthCheck> checks) {
        if (isOff(map)) {
            return;
        }
        List<String> few = new ArrayList<>();
        List<String> many = new ArrayList<>();
        List<String> both = new ArrayList<>();
        List<Advice> advice = advise(map);
        for (Advice each : advice) {
            int now = each.pool.pgNumTarget();
            if (each.targetRatio > 0 && each.pool.opts().get(PoolOptions.Key.TARGET_SIZE_BYTES, 0L) > 0) {
                both.add("Pool " + each.name + " has target_size_bytes and target_size_ratio set");
            }
            if (each.pool.autoscaleModeName().equals("warn") && each.groups != now) {
                (each.groups > now ? few : many)
                        .add("Pool " + each.name + " has " + now + " placement groups, should have " + each.groups);
            }
        }
        warn(checks, "POOL_TOO_FEW_PGS", "pools have too few placement groups", few);
        warn(checks, "POOL_TOO_MANY_PGS", "pools have too many placement groups", many);
        warn(checks, "POOL_HAS_TARGET_SIZE_BYTES_AND_RATIO",
                "pools have both target_size_bytes and target_size_ratio set", both);
        warn(checks, "POOL_TARGET_SIZE_BYTES_OVERCOMMITTED", "subtrees have overcommitted pool target_size_bytes",
                overcommitted(map, advice));
    }

    private static List<String> overcommitted(PgMap map, List<Advice> advice) {
        NavigableMap<Integer, List<Advice>> byRoot = new TreeMap<>();
        advice.forEach(each -> byRoot.computeIfAbsent(each.root, r -> new ArrayList<>()).add(each));
        List<String> found = new ArrayList<>();
        byRoot.values().forEach(pools -> {
            double capacity = pools.getFirst().capacity;
            double total = 0;
            double targets = 0;
            List<String> names = new ArrayList<>();
            for (Advice each : pools) {
                total += Math.max(each.actualRawUsed(), each.targetBytes * each.rate());
                targets += each.targetBytes * each.rate();
                if (each.targetBytes > 0) {
                    names.add("'" + each.name + "'");
                }
            }
            if (targets > 0 && total > capacity && capacity > 0) {
                List<String> all = map.osdMap().pools().keySet().stream()
                        .filter(id -> pools.stream().anyMatch(each -> each.id == id))
                        .map(id -> "'" + map.osdMap().poolName(id) + "'").toList();
                found.add(String.format(Locale.ROOT, "Pools [%s] overcommit available storage by %.03fx due to "
                        + "target_size_bytes %s on pools [%s]", String.join(", ", all), total / capacity,
                        ByteText.of(5, targets), String.join(", ", names)));
            }
        });
        return found;
    }

    private static void warn(NavigableMap<String, HealthCheck> checks, String code, String what, List<String> detail) {
        if (!detail.isEmpty()) {
            checks.put(code, HealthCheck.warn(detail.size() + " " + what, detail.size(), detail));
        }
    }

    /// The pools of the mode `on` that are to get another number; none while groups are unknown, whose sizes would be missing.
    public List<Advice> due(PgMap map) {
        boolean unknown = map.pgs().values().stream().anyMatch(pg -> pg.state() == 0);
        return unknown || isOff(map) ? List.of() : advise(map).stream().filter(Advice::adjust).toList();
    }
}
