package dev.inkfish.osd.daemon;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.command.stats.StatDump;
import dev.inkfish.osd.pg.Pg;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import java.util.ArrayList;
import java.util.List;

/// What `ceph pg PGID query` prints of a group, on its primary's shard.
final class PgQueryText {
    private PgQueryText() {}

    static void write(Pg pg, Formatter f) {
        PgStat stat = pg.stat();
        f.openObject("pg");
        f.dump("snap_trimq", pg.isActive() ? trimQueue(pg.snapTrimQueue()) : "[]");
        f.dump("snap_trimq_len", stat.snapTrimQueueLength());
        f.dump("state", PgStates.text(pg.stateBits()));
        f.dump("epoch", pg.epoch());
        numbers(f, "up", stat.up());
        numbers(f, "acting", stat.acting());
        if (!pg.asyncTargetNames().isEmpty()) {
            f.openArray("async_recovery_targets");
            pg.asyncTargetNames().forEach(member -> f.dump("shard", member));
            f.close();
        }
        f.openArray("acting_recovery_backfill");
        pg.memberNames().forEach(member -> f.dump("shard", member));
        f.close();
        f.openObject("info");
        info(f, pg.info(), stat);
        f.close();
        f.openArray("peer_info");
        pg.peers().forEach((member, info) -> {
            f.openObject("info");
            f.dump("peer", member);
            info(f, info, info.stats());
            f.close();
        });
        f.close();
        RecoveryStateText.write(pg.peeringView(), f);
        f.openObject("scrubber");
        scrubber(f, pg.scrubProgress());
        f.close();
        f.openObject("agent_state").close();
        f.close();
    }

    private static void scrubber(Formatter f, Pg.ScrubProgress progress) {
        f.dump("epoch_start", Integer.toString(progress.since()));
        f.dump("active", progress.active());
        if (progress.active()) {
            f.dump("start", progress.start());
            f.dump("end", progress.end());
            f.dump("deep", progress.deep());
            f.dump("shallow_errors", progress.shallowErrors());
            f.dump("deep_errors", progress.deepErrors());
            f.openArray("waiting_on_whom");
            progress.awaiting().forEach(member -> f.dump("shard", member));
            f.close();
        }
    }

    private static void info(Formatter f, PgInfo info, PgStat stat) {
        f.dump("pgid", info.pgid().toString());
        f.dump("last_update", info.lastUpdate().toString());
        f.dump("last_complete", info.lastComplete().toString());
        f.dump("log_tail", info.logTail().toString());
        f.dump("last_user_version", info.lastUserVersion());
        f.dump("last_backfill", info.lastBackfill().toString());
        f.openArray("purged_snaps");
        info.purgedSnaps().forEach((start, length) -> {
            f.openObject("interval");
            f.dump("start", Long.toHexString(start));
            f.dump("length", Long.toHexString(length));
            f.close();
        });
        f.close();
        f.openObject("history");
        history(f, info.history());
        f.close();
        f.openObject("stats");
        StatDump.pg(stat, f);
        f.close();
        f.dump("empty", info.isEmpty() ? 1 : 0);
        f.dump("dne", info.isAbsent() ? 1 : 0);
        f.dump("incomplete", info.isIncomplete() ? 1 : 0);
        f.dump("last_epoch_started", info.lastEpochStarted());
        f.openObject("hit_set_history").dump("current_last_update", "0'0").openArray("history").close().close();
    }

    private static void history(Formatter f, PgHistory history) {
        f.dump("epoch_created", history.epochCreated());
        f.dump("epoch_pool_created", history.epochPoolCreated());
        f.dump("last_epoch_started", history.lastEpochStarted());
        f.dump("last_interval_started", history.lastIntervalStarted());
        f.dump("last_epoch_clean", history.lastEpochClean());
        f.dump("last_interval_clean", history.lastIntervalClean());
        f.dump("last_epoch_split", history.lastEpochSplit());
        f.dump("last_epoch_marked_full", history.lastEpochMarkedFull());
        f.dump("same_up_since", history.sameUpSince());
        f.dump("same_interval_since", history.sameIntervalSince());
        f.dump("same_primary_since", history.samePrimarySince());
        PgHistory.ScrubStamps scrubs = history.scrubs();
        f.dump("last_scrub", scrubs.lastScrub().toString());
        f.dump("last_scrub_stamp", Stamp.text(scrubs.lastScrubStamp()));
        f.dump("last_deep_scrub", scrubs.lastDeepScrub().toString());
        f.dump("last_deep_scrub_stamp", Stamp.text(scrubs.lastDeepScrubStamp()));
        f.dump("last_clean_scrub_stamp", Stamp.text(scrubs.lastCleanScrubStamp()));
        f.dump("prior_readable_until_ub", 0);
    }

    private static String trimQueue(IntervalSet queue) {
        List<String> intervals = new ArrayList<>();
        queue.intervals().forEach((start, length) -> intervals.add(Long.toHexString(start) + "~" + Long.toHexString(length)));
        return "[" + String.join(",", intervals) + "]";
    }

    private static void numbers(Formatter f, String name, List<Integer> values) {
        f.openArray(name);
        values.forEach(value -> f.dump("osd", value));
        f.close();
    }
}
