package dev.inkfish.osd.pg;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.wire.PgId;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// What a group needs of one OSD map. The daemon's wraps an [OsdMap]; tests make theirs by hand.
public interface MapView {
    int epoch();

    boolean isUp(int osd);

    boolean exists(int osd);

    /// The newest epoch in which this OSD told the monitors that it is alive (`up_thru`).
    int upThru(int osd);

    /// The epoch in which it came up last.
    int upFrom(int osd);

    /// The epoch in which an administrator declared its data lost; 0 for never.
    int lostAt(int osd);

    /// Null if there is no such pool.
    @Nullable PoolParams pool(long id);

    /// The pools there are.
    SortedSet<Long> pools();

    /// Where a group of an existing pool lives.
    Mapping map(PgId pgid);

    /// The map itself, for those who need more.
    OsdMap osdMap();

    /// @param pgNumPending what `pgNum` is about to be merged down to
    /// @param merge what the last merge was
    /// @param erasure the places of the acting set are not interchangeable
    record PoolParams(int size, int minSize, int pgNum, int pgNumPending, PgMergeMeta merge, boolean erasure) {}

    /// Where a group lives. Places nobody fills hold [dev.inkfish.wire.osd.PgShard#NONE]; a primary of -1 is none.
    record Mapping(List<Integer> up, int upPrimary, List<Integer> acting, int actingPrimary) {
        public static final Mapping NOWHERE = new Mapping(List.of(), -1, List.of(), -1);
    }
}
