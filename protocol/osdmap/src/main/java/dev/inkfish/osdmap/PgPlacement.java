package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushHash;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;

/// From a placement group to OSDs (`OSDMap::_pg_to_up_acting_osds`): CRUSH gives the raw list, upmaps replace
/// members, what is down leaves or makes a hole, primary affinity moves the primary; temporary mappings override.
final class PgPlacement {
    private static final int NONE = CrushMap.ITEM_NONE;

    private final OsdMap map;
    private final OsdMapFields fields;
    private final int[] weights;

    PgPlacement(OsdMap map, OsdMapFields fields) {
        this.map = map;
        this.fields = fields;
        this.weights = new int[fields.maxOsd];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = fields.osds.get(i).weight();
        }
    }

    Placement place(PgId pg) {
        PgPool pool = fields.pools.get(pg.pool());
        if (pool == null || pool.pgNum() == 0) {
            return Placement.NOWHERE;
        }
        List<Integer> up = raw(pool, pg);
        applyUpmap(pool, pg, up);
        up = upOf(pool, up);
        int upPrimary = applyAffinity(pool, pool.placementSeed(pg), up);
        PgId actual = pool.rawPgToPg(pg);
        List<Integer> acting = upOf(pool, fields.pgTemp.getOrDefault(actual, List.of()));
        int actingPrimary = fields.primaryTemp.getOrDefault(actual, firstOf(acting));
        if (acting.isEmpty()) {
            acting = up;
            actingPrimary = actingPrimary == -1 ? upPrimary : actingPrimary;
        }
        return new Placement(up, upPrimary, acting, actingPrimary);
    }

    List<Integer> raw(PgPool pool, PgId pg) {
        int rule = fields.crush.findRule(pool.crushRule(), pool.type(), pool.size());
        List<Integer> osds = new ArrayList<>();
        if (rule < 0) {
            return osds;
        }
        for (int osd : fields.crush.map(rule, pool.placementSeed(pg), pool.size(), weights, pg.pool())) {
            if (map.exists(osd)) {
                osds.add(osd);
            } else if (!pool.canShiftOsds()) {
                osds.add(NONE);
            }
        }
        return osds;
    }

    private boolean isOut(int osd) {
        return osd != NONE && osd >= 0 && osd < weights.length && weights[osd] == 0;
    }

    void applyUpmap(PgPool pool, PgId rawPg, List<Integer> osds) {
        PgId pg = pool.rawPgToPg(rawPg);
        List<Integer> whole = fields.pgUpmap.get(pg);
        if (whole != null) {
            if (whole.stream().anyMatch(this::isOut)) {
                return;
            }
            osds.clear();
            osds.addAll(whole);
        }
        for (UpmapItem item : fields.pgUpmapItems.getOrDefault(pg, List.of())) {
            int at = osds.indexOf(item.from());
            if (at >= 0 && !osds.contains(item.to()) && !isOut(item.to())) {
                osds.set(at, item.to());
            }
        }
    }

    private List<Integer> upOf(PgPool pool, List<Integer> osds) {
        List<Integer> up = new ArrayList<>(osds.size());
        for (int osd : osds) {
            if (map.isUp(osd)) {
                up.add(osd);
            } else if (!pool.canShiftOsds()) {
                up.add(NONE);
            }
        }
        return up;
    }

    private static int firstOf(List<Integer> osds) {
        for (int osd : osds) {
            if (osd != NONE) {
                return osd;
            }
        }
        return -1;
    }

    /// Gives the primary; a replicated pool's list has it first.
    private int applyAffinity(PgPool pool, int seed, List<Integer> osds) {
        int[] affinity = fields.primaryAffinity;
        if (affinity == null
                || osds.stream().noneMatch(o -> o != NONE && affinity[o] != OsdMap.DEFAULT_PRIMARY_AFFINITY)) {
            return firstOf(osds);
        }
        int chosen = -1;
        for (int i = 0; i < osds.size(); i++) {
            int osd = osds.get(i);
            if (osd == NONE) {
                continue;
            }
            boolean declined = Integer.compareUnsigned(affinity[osd], OsdMap.DEFAULT_PRIMARY_AFFINITY) < 0
                    && CrushHash.hash(seed, osd) >>> 16 >= affinity[osd];
            if (!declined) {
                chosen = i;
                break;
            }
            // all may decline; then the first has to serve
            chosen = chosen < 0 ? i : chosen;
        }
        if (chosen < 0) {
            return firstOf(osds);
        }
        int primary = osds.get(chosen);
        if (pool.canShiftOsds() && chosen > 0) {
            osds.remove(chosen);
            osds.addFirst(primary);
        }
        return primary;
    }
}
