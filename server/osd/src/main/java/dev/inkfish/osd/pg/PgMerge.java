package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.osdmap.PgMergeMeta;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts one group's copy (the source) into another's (the target) when their pool gets fewer groups
/// (`PeeringState::merge_from`): each OSD does so with its own copies when it comes to the map that says so.
///
/// Both groups were clean, and took no writes, from when they said so until this map, which tells their versions. A
/// copy of these versions that lacks nothing is a whole one of the merged group; any other is to be filled anew.
/// The merged log is empty and as new as the newer of the two: requests are remembered.
final class PgMerge {
    private final Pg pg;
    private final PgData target;
    private final PgMergeMeta meta;
    private final Transaction transaction = new Transaction();

    private PgMerge(Pg pg) {
        this.pg = pg;
        this.target = pg.data;
        this.meta = pg.pool.merge();
    }

    /// The group that takes the objects of the last of `before` groups when there are only `after`.
    static PgId target(PgId source, int after) {
        return PgSplit.ancestor(source, after);
    }

    static boolean isSource(PgId pgid, int before, int after) {
        return pgid.seed() >= after && pgid.seed() < before;
    }

    /// Those of `before` groups that a group takes in.
    static List<SpgId> sources(SpgId target, int before, int after) {
        List<SpgId> sources = new ArrayList<>();
        for (int seed = after; seed < before; seed++) {
            SpgId source = new SpgId(new PgId(target.pgid().pool(), seed), target.shard());
            if (target(source.pgid(), after).equals(target.pgid())) {
                sources.add(source);
            }
        }
        return sources;
    }

    /// Takes the sources in, in one transaction, after the target has come to the map that says so.
    ///
    /// @param sources as they are on disk; null stands for one that is not here
    static void merge(Pg pg, List<@Nullable PgData> sources) {
        new PgMerge(pg).run(sources);
    }

    private void run(List<@Nullable PgData> sources) {
        boolean whole = sources.size() == 1 && isWhole(target, meta.targetVersion());
        Eversion head = Eversion.later(target.lastUpdate(), Eversion.later(meta.sourceVersion(), meta.targetVersion()));
        List<PgLogDup> dups = new ArrayList<>(dups(target));
        for (PgData source : sources) {
            whole &= source != null
                    && source.pgid.pgid().equals(meta.source())
                    && isWhole(source, meta.sourceVersion());
            if (source != null) {
                head = Eversion.later(head, source.lastUpdate());
                dups.addAll(dups(source));
                take(source);
            }
        }
        dups.sort(Comparator.comparing(PgLogDup::version));
        target.missing.clear();
        target.log.reset(new PgLogData(head, head, List.of(), dups));
        if (!whole) {
            target.lastBackfill = HObject.MIN;
        }
        target.updateLastComplete();
        PgDisk.writeLog(target, transaction);
        PgDisk.writeInfo(target, pg.map.epoch(), transaction);
        pg.shell.submit(target.collection, transaction, () -> {});
    }

    private static boolean isWhole(PgData data, Eversion version) {
        return data.missing.isEmpty()
                && data.lastBackfill.equals(HObject.MAX)
                && data.lastUpdate().equals(version);
    }

    private static List<PgLogDup> dups(PgData data) {
        List<PgLogDup> dups = new ArrayList<>(data.log.dups());
        for (PgLogEntry entry : data.log.entries()) {
            if (entry.reqid() != null) {
                dups.add(PgLog.dupOf(entry, entry.reqid()));
            }
        }
        return dups;
    }

    private void take(PgData source) {
        moveObjects(source.collection);
        target.sum = target.sum.plus(source.sum);
        target.sumsInvalid |= source.sumsInvalid;
        target.lastUserVersion = Math.max(target.lastUserVersion, source.lastUserVersion);
        target.purgedSnaps = new TreeMap<>(new IntervalSet(target.purgedSnaps)
                .intersection(new IntervalSet(source.purgedSnaps))
                .intervals());
    }

    private void moveObjects(CollectionId from) {
        ObjectStore store = pg.shell.store();
        SnapIndex.split(transaction, store, from, clone -> target.collection);
        GhObject start = GhObject.of(Backfill.first(target.pgid.pgid().pool()));
        for (GhObject object : store.list(from, start, GhObject.MAX, Integer.MAX_VALUE)) {
            transaction.moveRename(from, object, target.collection, object);
        }
        remove(store, from, start, transaction); // the group's own, and half-written ones
    }

    private static void remove(ObjectStore store, CollectionId from, GhObject end, Transaction transaction) {
        for (GhObject object : store.list(from, GhObject.MIN, end, Integer.MAX_VALUE)) {
            transaction.remove(from, object);
        }
        transaction.removeCollection(from);
    }

    /// Removes a source that is not merged here.
    static void discard(PgShell shell, CollectionId source) {
        Transaction transaction = new Transaction();
        remove(shell.store(), source, GhObject.MAX, transaction);
        shell.submit(source, transaction, () -> {});
    }
}
