package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.RuleShape;
import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Exceptions to the placement that say nothing any more, or what the pool's rule no longer allows
/// (`OSDMap::check_pg_upmaps`).
///
/// @param wholes groups whose `pg_upmap` goes
/// @param items groups whose `pg_upmap_items` go, or what is left of them
public record StaleUpmaps(NavigableSet<PgId> wholes, NavigableMap<PgId, List<UpmapItem>> items) {
    public boolean isEmpty() {
        return wholes.isEmpty() && items.isEmpty();
    }

    public static StaleUpmaps of(OsdMap map) {
        StaleUpmaps stale = new StaleUpmaps(new TreeSet<>(), new TreeMap<>());
        if (map.pgUpmap().isEmpty() && map.pgUpmapItems().isEmpty()) {
            return stale;
        }
        Search search = new Search(map);
        map.pgUpmap().forEach((pg, osds) -> {
            if (!search.holds(pg) || osds.equals(map.rawPlacement(pg))) {
                stale.wholes.add(pg);
            }
        });
        map.pgUpmapItems().forEach((pg, items) -> {
            List<UpmapItem> left = search.holds(pg) ? search.effective(pg, items) : List.of();
            if (!left.equals(items)) {
                stale.items.put(pg, left);
            }
        });
        return stale;
    }

    /// Draws up the removal, on top of what is drafted already.
    ///
    /// @param before the map that the draft changes
    public void drop(OsdMap before, OsdMapIncremental pending) {
        for (PgId pg : wholes) {
            pending.newPgUpmap.remove(pg);
            if (before.pgUpmap().containsKey(pg)) {
                pending.oldPgUpmap.add(pg);
            }
        }
        items.forEach((pg, left) -> {
            if (!left.isEmpty()) {
                pending.newPgUpmapItems.put(pg, left);
                return;
            }
            pending.newPgUpmapItems.remove(pg);
            if (before.pgUpmapItems().containsKey(pg)) {
                pending.oldPgUpmapItems.add(pg);
            }
        });
    }

    private static final class Search {
        private final OsdMap map;
        private final NavigableMap<Integer, RuleShape> shapes = new TreeMap<>();
        private final NavigableMap<Integer, NavigableMap<Integer, Float>> shares = new TreeMap<>();

        Search(OsdMap map) {
            this.map = map;
        }

        private @Nullable RuleShape shape(int rule) {
            RuleShape known = shapes.get(rule);
            if (known == null) {
                known = RuleShape.of(map.crush(), rule);
                if (known != null) {
                    shapes.put(rule, known);
                    shares.put(rule, known.shares());
                }
            }
            return known;
        }

        /// Whether the group is there to stay and the rule allows where it is.
        boolean holds(PgId pg) {
            PgPool pool = map.pool(pg.pool());
            if (pool == null || pg.seed() >= pool.pgNum() || isMerging(pool, pg)) {
                return false;
            }
            int rule = map.crush().findRule(pool.crushRule(), pool.type(), pool.size());
            RuleShape shape = shape(rule);
            List<Integer> osds = map.upmappedPlacement(pg);
            return shape != null && shape.allows(osds, pool.size())
                    && osds.stream().allMatch(osd -> osd == CrushMap.ITEM_NONE || takesData(rule, osd));
        }

        private boolean takesData(int rule, int osd) {
            NavigableMap<Integer, Float> known = shares.get(rule);
            return known != null && known.getOrDefault(osd, 0f) > 0 && map.weight(osd) > 0;
        }

        /// Whether the group, or the one it is to become part of, stands still for a merge.
        private static boolean isMerging(PgPool pool, PgId pg) {
            for (int seed = pool.pgNumPending(); seed < pool.pgNum(); seed++) {
                if (pg.seed() == seed || pg.seed() == ObjectHash.seedOf(seed, seed)) {
                    return true;
                }
            }
            return false;
        }

        /// The items that still replace a member.
        List<UpmapItem> effective(PgId pg, List<UpmapItem> items) {
            List<Integer> osds = new ArrayList<>(map.rawPlacement(pg));
            List<UpmapItem> left = new ArrayList<>();
            for (UpmapItem item : items) {
                int at = osds.indexOf(item.from());
                if (at >= 0 && !osds.contains(item.to()) && map.weight(item.to()) > 0) {
                    osds.set(at, item.to());
                    left.add(item);
                }
            }
            return left;
        }
    }
}
