package dev.inkfish.mgr.balancer;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.crush.RuleShape;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// How evenly groups, objects and bytes are spread over OSDs (`Eval` of the balancer's `module.py`). The tables have Ceph's
/// names, nesting and order.
public final class Evaluation {
    public static final List<String> METRICS = List.of("pgs", "objects", "bytes");

    /// What a table is of, and its numbers: a `Long`, a `Double`, or another table.
    private final Map<String, Map<Object, Object>> tables = new LinkedHashMap<>();
    private final OsdMap map;
    private final NavigableMap<PgId, PgStat> stats;
    private final NavigableMap<String, NavigableMap<Integer, Double>> targets = new TreeMap<>();
    /// By root, by metric, by OSD.
    private final Map<String, Map<String, Map<Integer, Long>>> countsByRoot = new LinkedHashMap<>();
    private final Map<String, long[]> totalsByRoot = new LinkedHashMap<>();
    private final NavigableMap<Long, List<String>> rootsOfPools = new TreeMap<>();
    private double score;

    /// @param pools their names; all if there are none
    public Evaluation(OsdMap map, NavigableMap<PgId, PgStat> stats, Collection<String> pools) {
        this.map = map;
        this.stats = stats;
        for (String table : List.of("target_by_root", "actual_by_pool", "actual_by_root", "count_by_pool", "count_by_root",
                "total_by_pool", "total_by_root", "stats_by_root", "score_by_pool", "score_by_root")) {
            tables.put(table, new LinkedHashMap<>());
        }
        map.pools().forEach((id, pool) -> {
            String name = map.poolName(id);
            if (name != null && (pools.isEmpty() || pools.contains(name))) {
                rootsOfPools.put(id, new ArrayList<>());
            }
        });
        findRoots();
        rootsOfPools.keySet().forEach(this::countPool);
        countsByRoot.forEach(this::sumUpRoot);
        if (!countsByRoot.isEmpty()) {
            score /= METRICS.size() * countsByRoot.size();
        }
    }

    /// 0 if all is even, below 1 in any case.
    public double score() {
        return score;
    }

    /// By name, in the order in which they are shown.
    public Map<String, Map<Object, Object>> tables() {
        return tables;
    }

    private Map<Object, Object> table(String name) {
        return tables.computeIfAbsent(name, n -> new LinkedHashMap<>());
    }

    private void findRoots() {
        NavigableMap<Integer, NavigableSet<Long>> takes = new TreeMap<>();
        for (long id : rootsOfPools.keySet()) {
            PgPool pool = map.pool(id);
            CrushRule rule = pool == null ? null
                    : map.crush().rule(map.crush().findRule(pool.crushRule(), pool.type(), pool.size()));
            if (rule != null) {
                rule.steps().stream().filter(step -> step.op() == CrushRule.TAKE)
                        .forEach(step -> takes.computeIfAbsent(step.arg1(), t -> new TreeSet<>()).add(id));
            }
        }
        takes.forEach((take, pools) -> {
            String root = map.crush().itemNames().getOrDefault(take, "");
            NavigableMap<Integer, Double> weights = new TreeMap<>();
            RuleShape.weightsBelow(map.crush(), take).forEach((osd, weight) -> {
                if (weight > 0 && map.exists(osd) && map.weight(osd) > 0) {
                    weights.put(osd, weight * map.weightFraction(osd));
                }
            });
            double sum = weights.values().stream().mapToDouble(w -> w).sum();
            weights.replaceAll((osd, weight) -> weight / sum);
            targets.put(root, weights);
            table("target_by_root").put(root, new LinkedHashMap<Object, Object>(weights));
            Map<String, Map<Integer, Long>> counts = new LinkedHashMap<>();
            for (String metric : METRICS) {
                Map<Integer, Long> none = new LinkedHashMap<>();
                weights.keySet().forEach(osd -> none.put(osd, 0L));
                counts.put(metric, none);
            }
            countsByRoot.put(root, counts);
            totalsByRoot.put(root, new long[METRICS.size()]);
            pools.forEach(pool -> rootsOfPools.getOrDefault(pool, new ArrayList<>()).add(root));
        });
    }

    private void countPool(long id) {
        PgPool pool = map.pool(id);
        Map<String, Map<Integer, Long>> counts = new LinkedHashMap<>();
        METRICS.forEach(metric -> counts.put(metric, new LinkedHashMap<>()));
        long[] totals = new long[METRICS.size()];
        for (int seed = 0; pool != null && seed < pool.pgNum(); seed++) {
            PgId pg = new PgId(id, seed);
            PgStat stat = stats.getOrDefault(pg, PgStat.EMPTY);
            long[] amounts = {1, stat.sum().get(Field.NUM_OBJECTS), stat.sum().get(Field.NUM_BYTES)};
            for (int osd : map.place(pg).up()) {
                if (osd != CrushMap.ITEM_NONE) {
                    countCopy(id, osd, amounts, counts, totals);
                }
            }
        }
        String name = String.valueOf(map.poolName(id));
        table("count_by_pool").put(name, new LinkedHashMap<Object, Object>(counts));
        table("actual_by_pool").put(name, shares(counts, totals));
        table("total_by_pool").put(name, perMetric(metric -> totals[METRICS.indexOf(metric)]));
    }

    private void countCopy(long pool, int osd, long[] amounts, Map<String, Map<Integer, Long>> counts, long[] totals) {
        for (int i = 0; i < amounts.length; i++) {
            counts.getOrDefault(METRICS.get(i), new LinkedHashMap<>()).merge(osd, amounts[i], Long::sum);
        }
        // where roots overlap, the first that has the OSD
        for (String root : rootsOfPools.getOrDefault(pool, List.of())) {
            if (targets.getOrDefault(root, new TreeMap<>()).containsKey(osd)) {
                for (int i = 0; i < amounts.length; i++) {
                    totals[i] += amounts[i];
                    totalsByRoot.getOrDefault(root, new long[METRICS.size()])[i] += amounts[i];
                    countsByRoot.getOrDefault(root, Map.of()).getOrDefault(METRICS.get(i), new LinkedHashMap<>())
                            .merge(osd, amounts[i], Long::sum);
                }
                return;
            }
        }
    }

    private static Map<Object, Object> perMetric(Function<String, Object> value) {
        Map<Object, Object> all = new LinkedHashMap<>();
        METRICS.forEach(metric -> all.put(metric, value.apply(metric)));
        return all;
    }

    private static Map<Object, Object> shares(Map<String, Map<Integer, Long>> counts, long[] totals) {
        return perMetric(metric -> {
            Map<Object, Object> shares = new LinkedHashMap<>();
            double total = Math.max(totals[METRICS.indexOf(metric)], 1);
            counts.getOrDefault(metric, Map.of()).forEach((osd, count) -> shares.put(osd, count / total));
            return shares;
        });
    }

    private void sumUpRoot(String root, Map<String, Map<Integer, Long>> counts) {
        long[] totals = totalsByRoot.getOrDefault(root, new long[METRICS.size()]);
        table("count_by_root").put(root, perMetric(metric -> {
            Map<Object, Object> all = new LinkedHashMap<>();
            counts.getOrDefault(metric, Map.of()).forEach((osd, count) -> all.put(osd, (double) count));
            return all;
        }));
        table("actual_by_root").put(root, shares(counts, totals));
        table("total_by_root").put(root, perMetric(metric -> totals[METRICS.indexOf(metric)]));
        Map<Object, Object> spreads = new LinkedHashMap<>();
        Map<Object, Object> scores = new LinkedHashMap<>();
        for (int i = 0; i < METRICS.size(); i++) {
            Map<Object, Object> spread = totals[i] == 0 ? NOTHING : spread(
                    counts.getOrDefault(METRICS.get(i), Map.of()), targets.getOrDefault(root, new TreeMap<>()), totals[i]);
            spreads.put(METRICS.get(i), spread);
            scores.put(METRICS.get(i), spread.getOrDefault("score", 0L));
            score += ((Number) spread.getOrDefault("score", 0L)).doubleValue();
        }
        table("stats_by_root").put(root, spreads);
        table("score_by_root").put(root, scores);
    }

    private static final Map<Object, Object> NOTHING = spread(0L, 0L, 0L, 0L, 0L, 0L);

    private static Map<Object, Object> spread(
            Object max, Object min, Object average, Object deviation, Object weight, Object score) {
        Map<Object, Object> all = new LinkedHashMap<>();
        all.put("max", max);
        all.put("min", min);
        all.put("avg", average);
        all.put("stddev", deviation);
        all.put("sum_weight", weight);
        all.put("score", score);
        return all;
    }

    /// The score weighs only OSDs that have more than their share, each by a normal distribution's share below its excess.
    private static Map<Object, Object> spread(Map<Integer, Long> counts, NavigableMap<Integer, Double> targets, long total) {
        double number = Math.max(targets.size(), 1);
        double average = total / number;
        double squares = 0;
        double score = 0;
        double weights = 0;
        for (Map.Entry<Integer, Long> count : counts.entrySet()) {
            double target = targets.getOrDefault(count.getKey(), 0.0);
            double adjusted = target == 0 ? 0 : count.getValue() / target / number;
            if (adjusted > average) {
                score += target * Erf.of((adjusted - average) / average / Math.sqrt(2));
                weights += target;
            }
            squares += (average - adjusted) * (average - adjusted);
        }
        double deviation = Math.sqrt(squares / Math.max(number - 1, 1));
        long max = counts.values().stream().mapToLong(c -> c).max().orElse(0);
        long min = counts.values().stream().mapToLong(c -> c).min().orElse(0);
        return spread((double) max, (double) min, average, deviation, weights, score / Math.max(weights, 1));
    }
}
