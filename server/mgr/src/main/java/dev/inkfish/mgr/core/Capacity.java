package dev.inkfish.mgr.core;

import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.osd.OsdStat;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// How much can be written before the first OSD is full, if data is spread as CRUSH weights say
/// (`PGMap::get_rule_avail`).
public final class Capacity {
    private Capacity() {}

    /// Raw bytes, by rule, for the rules that pools use; -1 where no OSD of the rule has reported.
    public static NavigableMap<Integer, Long> byRule(OsdMap map, NavigableMap<Integer, OsdStat> osds) {
        NavigableMap<Integer, Long> result = new TreeMap<>();
        for (PgPool pool : map.pools().values()) {
            int rule = map.crush().findRule(pool.crushRule(), pool.type(), pool.size());
            if (rule >= 0) {
                result.computeIfAbsent(rule, r -> ofRule(map, r, osds));
            }
        }
        return result;
    }

    static long ofRule(OsdMap map, int rule, NavigableMap<Integer, OsdStat> osds) {
        Map<Integer, Float> shares = shares(map.crush(), rule);
        if (shares.isEmpty()) {
            return 0;
        }
        long least = -1;
        for (Map.Entry<Integer, Float> share : shares.entrySet()) {
            OsdStat osd = osds.get(share.getKey());
            if (osd == null || osd.statfs().total() == 0 || share.getValue() == 0) {
                continue;
            }
            double unusable = (osd.statfs().total() >>> 10) * (1.0 - map.fullRatio());
            double usable = Math.max(0.0, (osd.statfs().available() >>> 10) - unusable) * 1024.0;
            long whole = (long) (usable / share.getValue());
            least = least < 0 ? whole : Math.min(least, whole);
        }
        return least;
    }

    /// The share of the data each OSD gets by a rule: its weight over the sum below what the rule takes.
    static Map<Integer, Float> shares(CrushMap crush, int ruleNumber) {
        Map<Integer, Float> shares = new TreeMap<>();
        CrushRule rule = crush.rule(ruleNumber);
        if (rule == null) {
            return shares;
        }
        for (CrushRule.Step step : rule.steps()) {
            if (step.op() == CrushRule.TAKE) {
                Map<Integer, Float> weights = weights(crush, step.arg1());
                float sum = 0;
                for (float weight : weights.values()) {
                    sum += weight;
                }
                for (Map.Entry<Integer, Float> weight : weights.entrySet()) {
                    if (weight.getValue() > 0) {
                        shares.merge(weight.getKey(), weight.getValue() / sum, Float::sum);
                    }
                }
            }
        }
        return shares;
    }

    static Map<Integer, Float> weights(CrushMap crush, int root) {
        Map<Integer, Float> weights = new TreeMap<>();
        if (root >= 0) {
            weights.put(root, 1.0f);
            return weights;
        }
        Deque<Integer> waiting = new ArrayDeque<>();
        waiting.add(root);
        while (!waiting.isEmpty()) {
            CrushBucket bucket = crush.bucket(waiting.remove());
            for (int i = 0; bucket != null && i < bucket.size(); i++) {
                if (bucket.item(i) >= 0) {
                    weights.put(bucket.item(i), bucket.itemWeight(i) / 65536.0f);
                } else {
                    waiting.add(bucket.item(i));
                }
            }
        }
        return weights;
    }
}
