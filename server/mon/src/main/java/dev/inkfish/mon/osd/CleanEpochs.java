package dev.inkfish.mon.osd;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MOSDBeacon;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// Which maps are still needed, as OSDs tell in their beacons (`LastEpochClean`): those since each group was clean last, whoever told of it,
/// and those that an OSD has not come to. An OSD that is down and out does not count; what it told of its groups does, until another one does.
///
/// In memory only: who begins to lead knows nothing, and nothing is trimmed until it has heard of every group.
final class CleanEpochs {
    private final NavigableMap<Integer, Integer> osds = new TreeMap<>();
    private final NavigableMap<PgId, Integer> groups = new TreeMap<>();

    void clear() {
        osds.clear();
        groups.clear();
    }

    void onMap(OsdMap map) {
        osds.keySet().removeIf(osd -> !map.exists(osd) || map.isDown(osd) && map.isOut(osd));
        groups.keySet().removeIf(group -> {
            PgPool pool = map.pool(group.pool());
            return pool == null || Integer.compareUnsigned(group.seed(), pool.pgNum()) >= 0;
        });
    }

    void told(int osd, MOSDBeacon beacon) {
        osds.put(osd, (int) beacon.mapVersion());
        beacon.pgs().forEach(group -> groups.merge(group, beacon.minLastEpochClean(), Math::max));
    }

    /// The oldest map that anybody needs; 0 while somebody has not told.
    int oldestNeeded(OsdMap map) {
        int all = map.pools().values().stream().mapToInt(PgPool::pgNum).sum();
        boolean silent = map.osds().stream().anyMatch(osd -> map.isUp(osd) && !osds.containsKey(osd));
        if (silent || groups.size() < all) {
            return 0;
        }
        int oldest = groups.values().stream().mapToInt(epoch -> epoch).reduce(map.epoch(), Math::min);
        return osds.values().stream().mapToInt(epoch -> epoch).reduce(oldest, Math::min);
    }

    void forEachOsd(BiConsumer<Integer, Integer> action) {
        osds.forEach(action);
    }
}
