package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.osd.ops.PgMutation;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.ScrubListing;
import java.util.Collections;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// What client operations see of their group.
final class PgHostPort implements PgHost {
    private final Pg pg;

    PgHostPort(Pg pg) {
        this.pg = pg;
    }

    @Override
    public int whoami() {
        return pg.shell.whoami();
    }

    @Override
    public SpgId pgid() {
        return pg.data.pgid;
    }

    @Override
    public CollectionId collection() {
        return pg.data.collection;
    }

    @Override
    public ObjectStore store() {
        return pg.shell.store();
    }

    @Override
    public OsdMap osdMap() {
        return pg.map.osdMap();
    }

    @Override
    public PgPool pool() {
        PgPool pool = pg.map.osdMap().pool(pg.data.pgid.pgid().pool());
        if (pool == null) {
            throw new IllegalStateException("the pool of " + pg.data.pgid + " is gone");
        }
        return pool;
    }

    @Override
    public Utime now() {
        return pg.shell.now();
    }

    @Override
    public Bytes randomBytes(int count) {
        return pg.shell.randomBytes(count);
    }

    @Override
    public Timer schedule(long millis, Runnable task) {
        return pg.shell.schedule(millis, pg.inInterval(task));
    }

    @Override
    public Eversion nextVersion() {
        return new Eversion(pg.map.epoch(), pg.data.lastUpdate().version() + 1);
    }

    @Override
    public Eversion lastUpdate() {
        return pg.data.lastUpdate();
    }

    @Override
    public long lastUserVersion() {
        return pg.data.lastUserVersion;
    }

    @Override
    public @Nullable PgLogEntry findRequest(OsdReqId reqid) {
        return pg.data.log.find(reqid);
    }

    @Override
    public boolean isCommitted(Eversion version) {
        return pg.backend.isCommitted(version);
    }

    @Override
    public void whenCommitted(Eversion version, Runnable task) {
        pg.backend.whenCommitted(version, task);
    }

    @Override
    public void submit(PgMutation mutation) {
        if (!pg.isActive() || !pg.isPrimary()) {
            throw new IllegalStateException(pg + " takes no changes");
        }
        ObjectStatSum sum = pg.data.sum;
        long userVersion = pg.data.lastUserVersion;
        pg.data.sum = plus(sum, mutation.statsDelta());
        for (PgLogEntry entry : mutation.entries()) {
            pg.data.lastUserVersion = Math.max(pg.data.lastUserVersion, entry.userVersion());
        }
        try {
            pg.backend.submit(mutation.entries(), mutation.transaction(), mutation.onCommitted());
        } catch (StoreFullException | CephException e) {
            pg.data.sum = sum;
            pg.data.lastUserVersion = userVersion;
            throw e;
        }
        pg.scrubber.onChange(mutation.entries(), mutation.statsDelta());
    }

    static ObjectStatSum plus(ObjectStatSum sum, PgMutation.ObjectStatsDelta delta) {
        if (delta.equals(PgMutation.ObjectStatsDelta.NONE)) {
            return sum;
        }
        return sum.adding(
                new ObjectStatSum.Field[] {
                    ObjectStatSum.Field.NUM_BYTES,
                    ObjectStatSum.Field.NUM_OBJECTS,
                    ObjectStatSum.Field.NUM_OBJECT_CLONES,
                    ObjectStatSum.Field.NUM_OBJECTS_OMAP,
                    ObjectStatSum.Field.NUM_OMAP_BYTES,
                    ObjectStatSum.Field.NUM_OMAP_KEYS,
                    ObjectStatSum.Field.NUM_WHITEOUTS,
                    ObjectStatSum.Field.NUM_RD,
                    ObjectStatSum.Field.NUM_RD_KB,
                    ObjectStatSum.Field.NUM_WR,
                    ObjectStatSum.Field.NUM_WR_KB
                },
                new long[] {
                    delta.bytes(),
                    delta.objects(),
                    delta.clones(),
                    delta.objectCopiesOmap(),
                    delta.omapBytes(),
                    delta.omapKeys(),
                    delta.whiteouts(),
                    delta.readOps(),
                    delta.readKib(),
                    delta.writeOps(),
                    delta.writeKib()
                });
    }

    @Override
    public boolean isUnreadable(HObject object) {
        return pg.data.missing.contains(object);
    }

    @Override
    public boolean isDegraded(HObject object) {
        return pg.recovery.isDegraded(object);
    }

    @Override
    public boolean isLacked(HObject object) {
        return pg.recovery.isLacked(object);
    }

    @Override
    public boolean holdBack(ClientSession session, HObject object) {
        PgShell.BackoffOptions options = pg.shell.backoffOptions();
        boolean wanted = options.onDegraded() || options.onUnfound() && pg.recovery.isUnfound(object);
        if (!wanted || !pg.backoffs.holdObject(session, object)) {
            return false;
        }
        pg.recovery.hasten(object, () -> {});
        return true;
    }

    @Override
    public void whenRecovered(HObject object, Runnable task) {
        if (!isUnreadable(object) && !isLacked(object)) {
            task.run();
        } else {
            pg.recovery.hasten(object, task);
        }
    }

    @Override
    public void repair(HObject object, Runnable task, Runnable otherwise) {
        pg.recovery.repair(object, task, otherwise);
    }

    @Override
    public boolean isScrubbing(HObject object) {
        return pg.scrubber.blocks(object);
    }

    @Override
    public void whenScrubbed(HObject object, Runnable task) {
        pg.scrubber.whenFree(object, task);
    }

    @Override
    public @Nullable ScrubListing listScrubErrors(ScrubListing.Query query) {
        return pg.scrubber.list(query);
    }

    @Override
    public boolean isFull() {
        return pg.shell.isFull();
    }

    @Override
    public void countReads(long operations, long kib) {
        pg.report.countReads(operations, kib);
    }

    @Override
    public ObjectStatSum sums() {
        return pg.data.sum;
    }

    @Override
    public NavigableMap<Long, Long> purgedSnaps() {
        return Collections.unmodifiableNavigableMap(pg.data.purgedSnaps);
    }

    @Override
    public void markPurged(long snap) {
        NavigableMap<Long, Long> purged = pg.data.purgedSnaps;
        var before = purged.floorEntry(snap);
        if (before != null && before.getKey() + before.getValue() > snap) {
            return;
        }
        long start = snap;
        long length = 1;
        if (before != null && before.getKey() + before.getValue() == snap) {
            start = before.getKey();
            length += before.getValue();
        }
        Long behind = purged.remove(snap + 1);
        purged.put(start, length + (behind == null ? 0 : behind));
        pg.persistInfo();
        pg.peering.shareInfo();
    }
}
