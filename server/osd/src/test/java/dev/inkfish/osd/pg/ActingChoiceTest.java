package dev.inkfish.osd.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PgStat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ActingChoiceTest {
    private static final SpgId PGID = SpgId.of(new PgId(1, 0));
    private static final List<Integer> UP = List.of(0, 1, 2);

    private final TreeMap<PgShard, PgInfo> infos = new TreeMap<>();

    private PastIntervals past = PastIntervals.EMPTY;

    private void member(int osd, long version, long missing) {
        Eversion update = new Eversion(10, version);
        ObjectStatSum sum = ObjectStatSum.ZERO.with(ObjectStatSum.Field.NUM_OBJECTS_MISSING, missing);
        PgInfo absent = PgInfo.absent(PGID);
        infos.put(PgShard.of(osd), new PgInfo(
                PGID,
                update,
                update,
                new Eversion(1, 1),
                version,
                absent.lastBackfill(),
                5,
                5,
                PgHistory.created(1).withStarted(5, 5),
                absent.purgedSnaps(),
                PgStat.EMPTY.withSum(sum)));
    }

    private ActingChoice choose(int minSize, ActingChoice.Lag lag) {
        MapView.PoolParams pool = new MapView.PoolParams(3, minSize, 1, 1, PgMergeMeta.NONE, false);
        return ActingChoice.choose(infos, UP, UP, 0, pool, past, lag);
    }

    private ActingChoice choose(int minSize) {
        return choose(minSize, new ActingChoice.Lag(100, 100));
    }

    @Test
    void whoIsALittleBehindActsAndTheOthersWaitForIt() {
        member(0, 1000, 0);
        member(1, 1000, 0);
        member(2, 900, 0);
        assertThat(choose(2)).isEqualTo(choose(2, ActingChoice.Lag.ANY));
        assertThat(choose(2).want()).containsExactly(0, 1, 2);
        assertThat(choose(2).async()).isEmpty();
    }

    @Test
    void whoIsFarBehindIsCaughtUpBehindClients() {
        member(0, 1000, 0);
        member(1, 1000, 0);
        member(2, 899, 0);
        assertThat(choose(2).want()).containsExactly(0, 1);
        assertThat(choose(2).async()).containsExactly(PgShard.of(2));
        assertThat(choose(2).backfill()).isEmpty();
        assertThat(choose(2, ActingChoice.Lag.ANY).want()).containsExactly(0, 1, 2);
    }

    @Test
    void whatALogReachesButIsMissingCountsToo() {
        member(0, 1000, 0);
        member(1, 1000, 0);
        member(2, 950, 51);
        assertThat(choose(2).async()).containsExactly(PgShard.of(2));
    }

    @Test
    void enoughMembersActWhateverTheyLack() {
        member(0, 1000, 0);
        member(1, 500, 0);
        member(2, 400, 0);
        assertThat(choose(2).want()).containsExactly(0, 1);
        assertThat(choose(2).async()).as("the one that is furthest behind").containsExactly(PgShard.of(2));
        assertThat(choose(3).want()).containsExactly(0, 1, 2);
        assertThat(choose(1).async()).containsExactly(PgShard.of(1), PgShard.of(2));
    }

    /// It may have the newest change in its log without the object: then nobody has it.
    @Test
    void theLogOfWhoWasCaughtUpCountsOnlyWhereNobodyElsesDoes() {
        member(0, 1000, 0);
        member(1, 1000, 0);
        member(2, 1001, 7);
        assertThat(choose(2).best()).isEqualTo(PgShard.of(2));
        PastIntervals.Interval early = new PastIntervals.Interval(1, 4, members(0, 1, 2));
        PastIntervals.Interval active = new PastIntervals.Interval(5, 8, members(0, 1));
        PastIntervals.Interval late = new PastIntervals.Interval(9, 9, members(1, 2));
        past = new PastIntervals(1, 9, members(0, 1, 2), List.of(early, active, late));
        assertThat(choose(2).best()).isEqualTo(PgShard.of(0));
        infos.remove(PgShard.of(0));
        infos.remove(PgShard.of(1));
        assertThat(choose(1).best()).isEqualTo(PgShard.of(2));
    }

    private static TreeSet<PgShard> members(int... osds) {
        TreeSet<PgShard> members = new TreeSet<>();
        for (int osd : osds) {
            members.add(PgShard.of(osd));
        }
        return members;
    }

    @Test
    void whoIsFarBehindIsNotPrimary() {
        member(0, 500, 0);
        member(1, 1000, 0);
        member(2, 1000, 0);
        assertThat(choose(2).want()).containsExactly(1, 2);
        assertThat(choose(2).async()).containsExactly(PgShard.of(0));
        assertThat(choose(2, ActingChoice.Lag.ANY).want()).containsExactly(0, 1, 2);
        assertThat(choose(2, new ActingChoice.Lag(100, 1000)).want()).as("a primary acts").contains(0);
    }

    /// Whoever is asked for the log of a group that it does not have cannot answer.
    @Test
    void whoDoesNotHaveTheGroupHasNotItsLog() {
        PgInfo absent = PgInfo.absent(PGID);
        infos.put(PgShard.of(0), absent);
        infos.put(PgShard.of(1), new PgInfo(
                PGID, Eversion.ZERO, Eversion.ZERO, Eversion.ZERO, 0, absent.lastBackfill(), 0, 0,
                PgHistory.created(1), absent.purgedSnaps(), PgStat.EMPTY));
        past = new PastIntervals(1, 4, members(0, 2), List.of(new PastIntervals.Interval(1, 4, members(0, 2))));
        assertThat(choose(2).best()).isEqualTo(PgShard.of(1));
    }
}
