package dev.inkfish.osd.pg;

import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// When an interval ends and what is to be remembered of it (`PastIntervals::check_new_interval`).
final class Intervals {
    private Intervals() {}

    /// Whether two maps put a group into different intervals.
    static boolean differ(
            PgId pgid, MapView.Mapping a, MapView.PoolParams poolA, MapView.Mapping b, MapView.PoolParams poolB) {
        return !a.equals(b)
                || poolA.size() != poolB.size()
                || poolA.minSize() != poolB.minSize()
                || PgSplit.concerns(pgid, poolA.pgNum(), poolB.pgNum())
                || PgSplit.concerns(pgid, poolA.pgNumPending(), poolB.pgNumPending());
    }

    /// Whether the group may have taken writes in the interval that ends: its acting set was large enough
    /// and its primary had told the monitors that it is alive in it.
    ///
    /// @param last the last map of the interval
    static PastIntervals.WroteMaybe wroteMaybe(
            PgHistory history, MapView.Mapping mapping, MapView.PoolParams pool, MapView last) {
        int members = 0;
        for (int osd : mapping.acting()) {
            if (osd != PgShard.NONE) {
                members++;
            }
        }
        int primary = mapping.actingPrimary();
        if (members == 0 || members < pool.minSize() || primary < 0) {
            return PastIntervals.WroteMaybe.NO;
        }
        int first = history.sameIntervalSince();
        boolean alive = last.upThru(primary) >= first && last.upFrom(primary) <= first;
        boolean clean = history.lastEpochClean() >= first && history.lastEpochClean() < last.epoch() + 1;
        return alive || clean ? PastIntervals.WroteMaybe.YES : PastIntervals.WroteMaybe.NO;
    }

    /// The members of an acting or up set.
    static SortedSet<PgShard> members(List<Integer> osds, boolean erasure) {
        SortedSet<PgShard> result = new TreeSet<>();
        for (int i = 0; i < osds.size(); i++) {
            if (osds.get(i) != PgShard.NONE) {
                result.add(new PgShard(osds.get(i), erasure ? i : SpgId.NO_SHARD));
            }
        }
        return result;
    }

    /// A set of OSDs without the empty places.
    static List<Integer> present(List<Integer> osds) {
        List<Integer> result = new ArrayList<>(osds);
        result.removeIf(osd -> osd == PgShard.NONE);
        return result;
    }
}
