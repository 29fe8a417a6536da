package dev.inkfish.osd.pg;

import dev.inkfish.osdmap.ObjectHash;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.PgId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A map without CRUSH: a group lives on the first OSDs of a list that are up.
record FakeMap(
        int epoch,
        PoolParams params,
        int pgpNum,
        List<Integer> order,
        TreeSet<Integer> up,
        TreeMap<Integer, Integer> upThruOf,
        TreeMap<Integer, Integer> upFromOf,
        TreeMap<Integer, Integer> lost,
        TreeSet<Integer> full,
        TreeMap<PgId, List<Integer>> pgTemp)
        implements MapView {
    static final long POOL = 1;

    FakeMap next(List<Integer> newOrder) {
        return new FakeMap(
                epoch + 1,
                params,
                pgpNum,
                List.copyOf(newOrder),
                new TreeSet<>(up),
                new TreeMap<>(upThruOf),
                new TreeMap<>(upFromOf),
                new TreeMap<>(lost),
                new TreeSet<>(full),
                new TreeMap<>(pgTemp));
    }

    FakeMap with(PoolParams newParams, int newPgpNum, List<Integer> newOrder) {
        return new FakeMap(epoch, newParams, newPgpNum, List.copyOf(newOrder), up, upThruOf, upFromOf, lost, full, pgTemp);
    }

    PgId pgOf(int hash) {
        return new PgId(POOL, ObjectHash.seedOf(hash, params.pgNum()));
    }

    @Override
    public boolean isUp(int osd) {
        return up.contains(osd);
    }

    @Override
    public boolean exists(int osd) {
        return order.contains(osd);
    }

    @Override
    public int upThru(int osd) {
        return upThruOf.getOrDefault(osd, 0);
    }

    @Override
    public int upFrom(int osd) {
        return upFromOf.getOrDefault(osd, 0);
    }

    @Override
    public int lostAt(int osd) {
        return lost.getOrDefault(osd, 0);
    }

    @Override
    public @Nullable PoolParams pool(long id) {
        return id == POOL && epoch > 1 ? params : null;
    }

    @Override
    public SortedSet<Long> pools() {
        return new TreeSet<>(epoch > 1 ? List.of(POOL) : List.of());
    }

    @Override
    public Mapping map(PgId pgid) {
        List<Integer> mapped = new ArrayList<>();
        for (int i = 0; i < order.size() && mapped.size() < params.size(); i++) {
            int osd = order.get((i + ObjectHash.seedOf(pgid.seed(), pgpNum)) % order.size());
            // the first places belong to the group whoever is up, as CRUSH without "out" has it
            if (i < params.size() && up.contains(osd)) {
                mapped.add(osd);
            }
        }
        List<Integer> acting = new ArrayList<>(pgTemp.getOrDefault(pgid, List.of()));
        acting.removeIf(osd -> !up.contains(osd));
        if (acting.isEmpty()) {
            acting = mapped;
        }
        return new Mapping(
                mapped, mapped.isEmpty() ? -1 : mapped.getFirst(), acting, acting.isEmpty() ? -1 : acting.getFirst());
    }

    /// Says only whose disks are full.
    @Override
    public OsdMap osdMap() {
        OsdMap empty = OsdMap.empty();
        if (full.isEmpty()) {
            return empty;
        }
        OsdMapIncremental inc = OsdMapIncremental.after(empty);
        inc.newMaxOsd = order.size();
        full.forEach(osd -> inc.newState.put(osd, OsdMap.EXISTS | OsdMap.STATE_FULL));
        return empty.apply(inc);
    }

}
