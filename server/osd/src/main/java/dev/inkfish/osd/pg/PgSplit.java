package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.osdmap.ObjectHash;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgLogDup;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Parts a group's copy when its pool gets more groups (`PG::split_into`): each OSD does so with its own copy
/// when it comes to the map that says so, however late that is.
///
/// Parent and children keep the head and the tail that the parent's log had, though the entries there may be
/// another's: so all copies of a group agree on how new they are whenever each of them was parted.
final class PgSplit {
    private final Pg pg;
    private final int pgNum;
    private final Transaction transaction = new Transaction();
    private final TreeMap<Integer, PgData> children = new TreeMap<>();

    private PgSplit(Pg pg) {
        this.pg = pg;
        this.pgNum = pg.pool.pgNum();
    }

    /// The group that had a group's objects when there were `pgNum`; itself if it was one of them.
    static PgId ancestor(PgId pgid, int pgNum) {
        return pgid.seed() < pgNum ? pgid : new PgId(pgid.pool(), ObjectHash.seedOf(pgid.seed(), pgNum));
    }

    /// Whether a group loses objects to others, or comes to be, when the number of groups grows; or the reverse.
    static boolean concerns(PgId pgid, int before, int after) {
        if (before == after) {
            return false;
        }
        int few = Math.min(before, after);
        return !ancestor(pgid, before).equals(ancestor(pgid, after))
                || !children(ancestor(pgid, few), few, Math.max(before, after)).isEmpty();
    }

    private static List<Integer> children(PgId parent, int before, int after) {
        List<Integer> seeds = new ArrayList<>();
        for (int seed = before; seed < after; seed++) {
            if (ObjectHash.seedOf(seed, before) == parent.seed()) {
                seeds.add(seed);
            }
        }
        return seeds;
    }

    /// Parts a group that has come to the map in which it has children, in one transaction.
    ///
    /// @param before how many groups the pool had
    /// @return the children's data, durable with the parent's
    static List<PgData> split(Pg pg, int before) {
        List<Integer> seeds = children(pg.data.pgid.pgid(), before, pg.pool.pgNum());
        return seeds.isEmpty() ? List.of() : new PgSplit(pg).run(seeds);
    }

    private List<PgData> run(List<Integer> seeds) {
        List<CollectionId> there = new ArrayList<>();
        for (int seed : seeds) {
            SpgId pgid = new SpgId(new PgId(pg.data.pgid.pgid().pool(), seed), pg.data.pgid.shard());
            PgData child = new PgData(pgid, pg.data.history, pg.data.past);
            children.put(seed, child);
            if (pg.shell.store().collectionExists(child.collection)) {
                there.add(child.collection); // ours is what is left of a removed copy, the other came later
            } else {
                transaction.createCollection(child.collection);
            }
        }
        moveObjects(there);
        children.values().removeIf(child -> there.contains(child.collection));
        fillChildren();
        partLog();
        partMissing();
        shareSums();
        write();
        return List.copyOf(children.values());
    }

    private int seedOf(HObject object) {
        return ObjectHash.seedOf(object.hash(), pgNum);
    }

    private void moveObjects(List<CollectionId> there) {
        CollectionId from = pg.data.collection;
        GhObject start = GhObject.of(Backfill.first(pg.data.pgid.pgid().pool()));
        for (GhObject object : pg.shell.store().list(from, start, GhObject.MAX, Integer.MAX_VALUE)) {
            PgData child = children.get(seedOf(object.hobject()));
            if (child == null) {
                continue;
            }
            if (there.contains(child.collection)) {
                transaction.remove(from, object);
            } else {
                transaction.moveRename(from, object, child.collection, object);
            }
        }
        SnapIndex.split(transaction, pg.shell.store(), from, clone -> {
            PgData child = children.get(seedOf(clone));
            return child == null || there.contains(child.collection) ? null : child.collection;
        });
    }

    private void fillChildren() {
        PgData parent = pg.data;
        for (PgData child : children.values()) {
            child.lastUserVersion = parent.lastUserVersion;
            child.lastEpochStarted = parent.lastEpochStarted;
            child.lastIntervalStarted = parent.lastIntervalStarted;
            child.lastBackfill = parent.lastBackfill;
            child.purgedSnaps = new TreeMap<>(parent.purgedSnaps);
            child.history = parent.history.withSplit(pg.map.epoch(), pg.map.epoch());
        }
    }

    private void partLog() {
        PgLog log = pg.data.log;
        Map<Integer, List<PgLogEntry>> parts = new TreeMap<>();
        for (PgLogEntry entry : log.entries()) {
            parts.computeIfAbsent(seedOf(entry.object()), s -> new ArrayList<>()).add(entry);
        }
        // whose object a dup was is not known; request ids are unique, so all may remember all
        List<PgLogDup> dups = List.copyOf(log.dups());
        children.forEach((seed, child) -> child.log.reset(
                new PgLogData(log.head(), log.tail(), parts.getOrDefault(seed, List.of()), dups)));
        int own = pg.data.pgid.pgid().seed();
        log.reset(new PgLogData(log.head(), log.tail(), parts.getOrDefault(own, List.of()), dups));
    }

    /// A copy that is not whole is filled anew, as its children are: what is there already is not copied again.
    private void partMissing() {
        PgData parent = pg.data;
        if (!parent.lastBackfill.equals(HObject.MAX)) {
            parent.missing.clear();
            parent.lastBackfill = HObject.MIN;
            children.values().forEach(child -> child.lastBackfill = HObject.MIN);
        }
        new TreeMap<>(parent.missing.items()).forEach((object, item) -> {
            if (seedOf(object) != parent.pgid.pgid().seed()) {
                parent.missing.remove(object);
                PgData child = children.get(seedOf(object));
                if (child != null) {
                    child.missing.put(object, item.need(), item.have());
                }
            }
        });
        parent.updateLastComplete();
        children.values().forEach(PgData::updateLastComplete);
    }

    /// The sums are parted evenly, which is right on the whole; the next scrub finds each one's.
    private void shareSums() {
        int parts = children.size() + 1;
        ObjectStatSum whole = pg.data.sum;
        ObjectStatSum part = ObjectStatSum.ZERO;
        for (ObjectStatSum.Field field : ObjectStatSum.Field.values()) {
            part = part.with(field, whole.get(field) / parts);
        }
        for (PgData child : children.values()) {
            child.sum = part;
            child.sumsInvalid = true;
            pg.data.sum = pg.data.sum.minus(part);
        }
        pg.data.sumsInvalid = true;
    }

    private void write() {
        int epoch = pg.map.epoch();
        PgDisk.writeLog(pg.data, transaction);
        PgDisk.writeInfo(pg.data, epoch, transaction);
        for (PgData child : children.values()) {
            PgDisk.createWithLog(child, epoch, transaction);
        }
        pg.shell.submit(pg.data.collection, transaction, () -> {});
    }
}
