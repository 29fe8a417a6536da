package dev.inkfish.mgr.core;

import dev.inkfish.crush.RuleShape;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.osd.OsdStat;
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
        RuleShape shape = RuleShape.of(map.crush(), rule);
        Map<Integer, Float> shares = shape == null ? Map.of() : shape.shares();
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
}
