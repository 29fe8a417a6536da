package dev.inkfish.osd.daemon;

import dev.inkfish.osd.pg.MapView;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.Placement;
import dev.inkfish.wire.PgId;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A map as groups see it; where they live is worked out once for all shards.
final class OsdMapView implements MapView {
    private final OsdMap map;
    private final ConcurrentHashMap<PgId, Mapping> mappings = new ConcurrentHashMap<>();

    OsdMapView(OsdMap map) {
        this.map = map;
    }

    @Override
    public int epoch() {
        return map.epoch();
    }

    @Override
    public boolean isUp(int osd) {
        return map.isUp(osd);
    }

    @Override
    public boolean exists(int osd) {
        return map.exists(osd);
    }

    @Override
    public int upThru(int osd) {
        return map.osdInfo(osd).upThru();
    }

    @Override
    public int upFrom(int osd) {
        return map.osdInfo(osd).upFrom();
    }

    @Override
    public int lostAt(int osd) {
        return map.osdInfo(osd).lostAt();
    }

    @Override
    public @Nullable PoolParams pool(long id) {
        PgPool pool = map.pool(id);
        if (pool == null) {
            return null;
        }
        return new PoolParams(
                pool.size(),
                pool.minSize(),
                pool.pgNum(),
                pool.pgNumPending(),
                pool.lastPgMergeMeta(),
                pool.isErasure());
    }

    @Override
    public SortedSet<Long> pools() {
        return map.pools().navigableKeySet();
    }

    @Override
    public Mapping map(PgId pgid) {
        return mappings.computeIfAbsent(pgid, this::place);
    }

    private Mapping place(PgId pgid) {
        Placement place = map.place(pgid);
        return new Mapping(place.up(), place.upPrimary(), place.acting(), place.actingPrimary());
    }

    @Override
    public OsdMap osdMap() {
        return map;
    }
}
