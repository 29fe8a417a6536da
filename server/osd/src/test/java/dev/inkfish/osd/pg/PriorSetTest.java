package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgShard;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PriorSetTest {
    private static TreeSet<PgShard> members(Integer... osds) {
        return new TreeSet<>(List.of(osds).stream().map(PgShard::of).toList());
    }

    private static FakeMap map(Integer... up) {
        return new FakeMap(
                9, new MapView.PoolParams(3, 1, 1, 1, PgMergeMeta.NONE, false), 1, List.of(0, 1, 2, 3), new TreeSet<>(List.of(up)), new TreeMap<>(), new TreeMap<>(),
                new TreeMap<>(), new TreeSet<>(), new TreeMap<>());
    }

    /// osd.1 is down while osd.0 and osd.2 write, then osd.2 while osd.0 writes; osd.0 is lost. What osd.2 has counts now, wherever the
    /// group lives: without it osd.1 would serve what it had in the beginning.
    @Test
    void whoIsLostDoesNotTakeWithHimWhatOthersKnow() {
        PastIntervals past = PastIntervals.EMPTY
                .plus(new PastIntervals.Interval(2, 4, members(0, 1, 2)), PastIntervals.WroteMaybe.YES)
                .plus(new PastIntervals.Interval(5, 5, members(0, 2)), PastIntervals.WroteMaybe.YES)
                .plus(new PastIntervals.Interval(6, 7, members(0)), PastIntervals.WroteMaybe.YES);
        FakeMap map = map(1, 2, 3);
        map.lost().put(0, 8);
        PriorSet prior = PriorSet.build(past, 3, members(1, 3), map);
        assertThat(prior.blocked()).isFalse();
        assertThat(prior.probe()).isEqualTo(members(1, 2, 3));
        assertThat(prior.down()).containsExactly(0);

        FakeMap without = map(1, 3);
        without.lost().put(0, 8);
        PriorSet later = PriorSet.build(past, 3, members(1, 3), without);
        assertThat(later.blocked()).isFalse();
        assertThat(later.down()).containsExactly(0, 2);
        assertThat(later.affectedBy(map, 9)).as("osd.2 comes back").isTrue();
    }
}
