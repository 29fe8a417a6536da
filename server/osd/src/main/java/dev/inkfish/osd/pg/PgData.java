package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgHistory;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PgStat;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// What a member of a group keeps on disk besides the objects, as it is in memory: what `pg_info_t` says,
/// the log, the missing objects, the past intervals.
final class PgData {
    final SpgId pgid;
    final CollectionId collection;
    final PgLog log = new PgLog();
    final MissingSet missing = new MissingSet();
    Eversion lastComplete = Eversion.ZERO;
    long lastUserVersion;
    HObject lastBackfill = HObject.MAX;
    int lastEpochStarted;
    int lastIntervalStarted;
    PgHistory history;
    PastIntervals past;
    NavigableMap<Long, Long> purgedSnaps = new TreeMap<>();
    ObjectStatSum sum = ObjectStatSum.ZERO;
    /// The group was split: the sums are an estimate until a scrub counts.
    boolean sumsInvalid;
    /// The map up to which `history` and `past` are worked out on disk.
    int epochOnDisk;
    /// On disk, dups up to this version have records of their own, newer ones those of the entries they were.
    Eversion newestDupRecord = Eversion.ZERO;

    PgData(SpgId pgid, PgHistory history, PastIntervals past) {
        this.pgid = pgid;
        this.collection = CollectionId.of(pgid);
        this.history = history;
        this.past = past;
    }

    Eversion lastUpdate() {
        return log.head();
    }

    PgInfo info() {
        return new PgInfo(
                pgid,
                log.head(),
                lastComplete,
                log.tail(),
                lastUserVersion,
                lastBackfill,
                lastEpochStarted,
                lastIntervalStarted,
                history,
                purgedSnaps,
                sumsInvalid ? PgStat.EMPTY.withSum(sums()).withInvalid(PgStat.Invalid.STATS) : PgStat.EMPTY.withSum(sums()));
    }

    /// As told by the primary, but for what we lack ourselves.
    private ObjectStatSum sums() {
        boolean known = sum.get(ObjectStatSum.Field.NUM_OBJECTS_MISSING) == missing.size();
        return known ? sum : sum.with(ObjectStatSum.Field.NUM_OBJECTS_MISSING, missing.size());
    }

    void mergeHistory(PgHistory other) {
        history = history.merge(other);
    }

    /// Everything below the oldest version that is lacking.
    void updateLastComplete() {
        Eversion oldest = missing.oldestNeed();
        lastComplete = oldest == null ? log.head() : log.before(oldest);
    }

    /// Merges the authoritative log, carries out removals in `transaction` and writes what the merge changed of the log, and takes
    /// over the facts that go with it, which are yet to be written.
    void merge(PgLogData authority, PgInfo info, ObjectStore store, Transaction transaction) {
        LogMerge.Merged merged = LogMerge.merge(log, missing, authority, lastBackfill);
        PgDisk.writeMerged(this, merged, transaction);
        for (HObject gone : merged.remove()) {
            SnapIndex.onRemoved(transaction, store, collection, gone);
            transaction.remove(collection, GhObject.of(gone));
        }
        adopt(info);
    }

    /// Forgets what was here and begins anew as a member that is to be backfilled.
    void restartBackfill(PgLogData authority, PgInfo info) {
        missing.clear();
        log.reset(authority);
        lastBackfill = HObject.MIN;
        adopt(info);
    }

    private void adopt(PgInfo info) {
        lastUserVersion = info.lastUserVersion();
        sum = info.stats().sum();
        sumsInvalid = info.stats().invalid().stats();
        purgedSnaps = new TreeMap<>(info.purgedSnaps());
        updateLastComplete();
    }

    PgMissing missingCopy() {
        return missing.copy();
    }

    /// Another interval begins with `next`: the one that ends with `last` becomes one of the past.
    void endInterval(
            MapView last,
            MapView.Mapping mapping,
            MapView.PoolParams pool,
            MapView next,
            MapView.Mapping nextMapping,
            MapView.PoolParams nextPool) {
        PgHistory before = history;
        SortedSet<PgShard> acting = Intervals.members(mapping.acting(), pool.erasure());
        past = past.plus(
                new PastIntervals.Interval(before.sameIntervalSince(), next.epoch() - 1, acting),
                Intervals.wroteMaybe(before, mapping, pool, last));
        int epoch = next.epoch();
        history = before.withInterval(
                mapping.up().equals(nextMapping.up()) ? before.sameUpSince() : epoch,
                epoch,
                mapping.actingPrimary() == nextMapping.actingPrimary() ? before.samePrimarySince() : epoch);
        if (PgSplit.concerns(pgid.pgid(), pool.pgNum(), nextPool.pgNum())) {
            history = history.withSplit(epoch, before.epochCreated());
        }
    }
}
