package dev.inkfish.osd.pg;

import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whose log is the truth, and who should serve (`PeeringState::choose_acting`, replicated pools).
///
/// @param best the member with the authoritative log
/// @param want the acting set, primary first
/// @param backfill members of the up set that first must be filled
/// @param async members of the up set that are caught up by the log while clients write
record ActingChoice(PgShard best, List<Integer> want, SortedSet<PgShard> backfill, SortedSet<PgShard> async) {
    /// How far a member may be behind, in changes and missing objects together.
    ///
    /// @param acting a member that is behind by more does not act, if enough others do
    /// @param primary nor is one that is behind by more primary
    record Lag(long acting, long primary) {
        /// Everybody is known to have everything.
        static final Lag ANY = new Lag(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /// Null if no member has a complete copy that knows of every acknowledged write.
    static @Nullable ActingChoice choose(
            SortedMap<PgShard, PgInfo> infos,
            List<Integer> up,
            List<Integer> acting,
            int primary,
            MapView.PoolParams pool,
            PastIntervals past,
            Lag lag) {
        int size = pool.size();
        PgShard best = findBest(infos, primary, past);
        if (best == null) {
            return null;
        }
        PgInfo truth = infos.get(best);
        List<Integer> want = new ArrayList<>();
        SortedSet<PgShard> backfill = new TreeSet<>();
        int first = choosePrimary(infos, truth, best, up, lag);
        want.add(first);
        for (int osd : Intervals.present(up)) {
            PgShard member = PgShard.of(osd);
            PgInfo info = infos.get(member);
            if (osd == first) {
                continue;
            }
            if (info == null || !usable(info, truth)) {
                backfill.add(member);
            } else {
                want.add(osd);
            }
        }
        for (int osd : Intervals.present(acting)) {
            addSpare(infos, truth, size, want, backfill, osd);
        }
        for (PgShard member : infos.keySet()) {
            addSpare(infos, truth, size, want, backfill, member.osd());
        }
        return new ActingChoice(best, want, backfill, catchUpBehindClients(infos, truth, up, pool.minSize(), want, lag));
    }

    /// Takes those out of `want` that lack so much that clients had to wait for them.
    private static SortedSet<PgShard> catchUpBehindClients(
            Map<PgShard, PgInfo> infos, PgInfo truth, List<Integer> up, int minSize, List<Integer> want, Lag lag) {
        SortedSet<PgShard> async = new TreeSet<>();
        List<Integer> slow = want.stream()
                .skip(1)
                .filter(osd -> up.contains(osd) && behind(infos.get(PgShard.of(osd)), truth) > lag.acting())
                .sorted(Comparator.comparingLong((Integer osd) -> behind(infos.get(PgShard.of(osd)), truth)).reversed())
                .toList();
        for (Integer osd : slow) {
            if (want.size() > minSize) {
                want.remove(osd);
                async.add(PgShard.of(osd));
            }
        }
        return async;
    }

    private static long behind(PgInfo info, PgInfo truth) {
        return Math.abs(truth.lastUpdate().version() - info.lastUpdate().version())
                + info.stats().sum().get(ObjectStatSum.Field.NUM_OBJECTS_MISSING);
    }

    private static void addSpare(
            Map<PgShard, PgInfo> infos,
            PgInfo truth,
            int size,
            List<Integer> want,
            SortedSet<PgShard> backfill,
            int osd) {
        PgInfo info = infos.get(PgShard.of(osd));
        boolean taken = want.contains(osd) || backfill.contains(PgShard.of(osd));
        if (!taken && want.size() < size && info != null && usable(info, truth)) {
            want.add(osd);
        }
    }

    private static int choosePrimary(
            Map<PgShard, PgInfo> infos, PgInfo truth, PgShard best, List<Integer> up, Lag lag) {
        List<Integer> candidates = Intervals.present(up);
        if (!candidates.isEmpty()) {
            PgInfo info = infos.get(PgShard.of(candidates.getFirst()));
            if (info != null && usable(info, truth) && behind(info, truth) <= lag.primary()) {
                return candidates.getFirst();
            }
        }
        return best.osd();
    }

    /// Complete, and its log reaches into the authoritative one.
    private static boolean usable(PgInfo info, PgInfo truth) {
        return !info.isIncomplete() && info.lastUpdate().compareTo(truth.logTail()) >= 0;
    }

    /// Only members that were active in the last interval that went active know every acknowledged
    /// write; of those, one that acted in it, then the one with the newest log, then the longest, then the primary itself.
    ///
    /// One that was caught up behind clients has as much in its log, but what was not acknowledged it may have there only.
    /// Who does not have the group has no log at all, though it may have acted in an interval in which the group was not made yet.
    private static @Nullable PgShard findBest(SortedMap<PgShard, PgInfo> infos, int primary, PastIntervals past) {
        int lastStarted = 0;
        for (PgInfo info : infos.values()) {
            lastStarted = Math.max(lastStarted, info.history().lastEpochStarted());
            if (!info.isIncomplete()) {
                lastStarted = Math.max(lastStarted, info.lastEpochStarted());
            }
        }
        int started = lastStarted;
        SortedSet<PgShard> acted = past.intervals().stream()
                .filter(interval -> interval.last() >= started)
                .findFirst()
                .map(PastIntervals.Interval::acting)
                .orElse(Collections.emptySortedSet());
        PgShard best = null;
        for (Map.Entry<PgShard, PgInfo> candidate : infos.entrySet()) {
            PgInfo info = candidate.getValue();
            if (info.isAbsent() || info.isIncomplete() || info.lastEpochStarted() < lastStarted) {
                continue;
            }
            PgShard member = candidate.getKey();
            boolean equal = best == null || acted.contains(member) == acted.contains(best);
            if (best == null || (equal ? better(info, member, infos.get(best), primary) : acted.contains(member))) {
                best = member;
            }
        }
        return best;
    }

    private static boolean better(PgInfo info, PgShard member, PgInfo best, int primary) {
        int byUpdate = compare(info.lastUpdate(), best.lastUpdate());
        if (byUpdate != 0) {
            return byUpdate > 0;
        }
        int byTail = compare(best.logTail(), info.logTail());
        return byTail != 0 ? byTail > 0 : member.osd() == primary;
    }

    private static int compare(Eversion a, Eversion b) {
        return a.compareTo(b);
    }
}
