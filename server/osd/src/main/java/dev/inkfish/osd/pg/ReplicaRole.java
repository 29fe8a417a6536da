package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.message.MOSDPGBackfill;
import dev.inkfish.wire.message.MOSDPGBackfillRemove;
import dev.inkfish.wire.message.MOSDPGInfo2;
import dev.inkfish.wire.message.MOSDPGLog;
import dev.inkfish.wire.message.MOSDPGNotify2;
import dev.inkfish.wire.message.MOSDPGQuery2;
import dev.inkfish.wire.message.MOSDPGScan;
import dev.inkfish.wire.message.MOSDRepScrub;
import dev.inkfish.wire.message.MOSDRepScrubMap;
import dev.inkfish.wire.message.MOSDScrubReserve;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.PastIntervals;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogData;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgNotify;
import dev.inkfish.wire.osd.PgQuery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/// What a member does that is not primary (`PeeringState`, Stray and ReplicaActive): it answers the
/// primary's questions, merges the log it is sent, and says when that is durable.
final class ReplicaRole {
    private final Pg pg;

    ReplicaRole(Pg pg) {
        this.pg = pg;
    }

    /// A new interval: the primary hears what we have.
    void start() {
        pg.enter(new PgState.Stray());
        if (pg.mapping.actingPrimary() >= 0) {
            notifyPrimary(pg.mapping.actingPrimary(), pg.map.epoch(), pg.data.pgid.shard());
        }
    }

    private void notifyPrimary(int osd, int queryEpoch, int shard) {
        PgNotify told = new PgNotify(
                queryEpoch, pg.map.epoch(), pg.data.info(), shard, pg.data.pgid.shard(), pg.data.past);
        pg.shell.send(
                osd, new MOSDPGNotify2(new dev.inkfish.wire.SpgId(pg.data.pgid.pgid(), shard), told));
    }

    void handle(int osd, PgMessage message) {
        switch (message) {
            case MOSDPGQuery2 query -> onQuery(osd, query.query());
            case MOSDPGLog log -> onLog(osd, log);
            case MOSDPGInfo2 info -> onInfo(osd, info);
            case MOSDPGScan scan -> onScan(osd, scan);
            case MOSDPGBackfill progress -> onBackfill(osd, progress);
            case MOSDPGBackfillRemove removal -> onBackfillRemove(removal);
            case MOSDScrubReserve reserve -> pg.scrubReplica.onReserve(osd, reserve);
            case MOSDRepScrub question -> pg.scrubReplica.onScrub(osd, question);
            case MOSDRepScrubMap map -> {} // for a primary
            case MOSDPGNotify2 notify -> {} // for a primary, which we were in an older map
            default -> pg.backend.handle(message);
        }
    }

    private void onQuery(int osd, PgQuery query) {
        if (query.kind() == PgQuery.Kind.INFO) {
            pg.data.mergeHistory(query.history());
            notifyPrimary(osd, query.epochSent(), query.from());
            return;
        }
        PgLogData log = query.kind() == PgQuery.Kind.LOG && query.since().compareTo(pg.data.log.tail()) >= 0
                ? pg.data.log.copyAfter(query.since())
                : pg.data.log.copyAfter(pg.data.log.tail());
        pg.shell.send(
                osd,
                new MOSDPGLog(
                        pg.map.epoch(),
                        query.epochSent(),
                        query.from(),
                        pg.data.pgid.shard(),
                        pg.data.info(),
                        log,
                        pg.data.missingCopy(),
                        PastIntervals.EMPTY));
    }

    /// The primary makes us a part of the interval: its log is the truth.
    private void onLog(int osd, MOSDPGLog message) {
        PgInfo info = message.info();
        Transaction transaction = new Transaction();
        if (info.lastBackfill().isMin()) {
            pg.data.restartBackfill(message.log(), info);
            PgDisk.writeLog(pg.data, transaction);
        } else {
            pg.data.merge(message.log(), info, pg.shell.store(), transaction);
        }
        activate(osd, message.mapEpoch(), info, transaction);
    }

    private void onInfo(int osd, MOSDPGInfo2 message) {
        if (pg.state instanceof PgState.ReplicaActive) {
            learn(message.info());
            pg.persistInfo();
        } else if (message.info().lastUpdate().equals(pg.data.lastUpdate())) {
            activate(osd, message.mapEpoch(), message.info(), new Transaction());
        }
    }

    private void activate(int osd, int epoch, PgInfo info, Transaction transaction) {
        learn(info);
        pg.data.lastEpochStarted = Math.max(pg.data.lastEpochStarted, info.lastEpochStarted());
        pg.data.lastIntervalStarted = Math.max(pg.data.lastIntervalStarted, info.lastIntervalStarted());
        pg.enter(new PgState.ReplicaActive());
        PgDisk.writeInfo(pg.data, pg.map.epoch(), transaction);
        pg.shell.submit(
                pg.data.collection,
                transaction,
                pg.inInterval(() -> pg.shell.send(
                        osd, new MOSDPGInfo2(pg.data.pgid, pg.map.epoch(), epoch, pg.data.info()))));
    }

    private void learn(PgInfo info) {
        pg.data.mergeHistory(info.history());
        pg.data.purgedSnaps = new TreeMap<>(info.purgedSnaps());
        if (pg.data.history.lastEpochClean() >= pg.data.history.sameIntervalSince()) {
            pg.data.past = PastIntervals.EMPTY;
        }
    }

    // ---- backfill, as the one that is filled

    private void onScan(int osd, MOSDPGScan scan) {
        Scan found = scan(scan.begin(), pg.shell.settings().scanMax());
        pg.shell.send(
                osd,
                new MOSDPGScan(
                        pg.data.pgid,
                        MOSDPGScan.Op.DIGEST,
                        pg.map.epoch(),
                        scan.mapEpoch(),
                        pg.whoami(),
                        scan.begin(),
                        found.end(),
                        Collections.unmodifiableNavigableMap(found.objects())));
    }

    /// @param end where the next scan begins; [HObject#MAX] when there is nothing behind
    record Scan(TreeMap<HObject, dev.inkfish.wire.Eversion> objects, HObject end) {}

    /// The objects from `begin` on, at least some; an object and its clones stay together.
    Scan scan(HObject begin, int max) {
        TreeMap<HObject, dev.inkfish.wire.Eversion> objects = new TreeMap<>();
        HObject start = begin.isMin() ? Backfill.first(pg.data.pgid.pgid().pool()) : begin;
        List<GhObject> listed =
                pg.shell.store().list(pg.data.collection, GhObject.of(start), GhObject.MAX, max);
        HObject end = HObject.MAX;
        if (listed.size() == max) {
            end = Backfill.behind(listed.getLast().hobject());
            List<GhObject> rest = new ArrayList<>(listed);
            rest.addAll(pg.shell.store().list(pg.data.collection, listed.getLast(), GhObject.of(end), Integer.MAX_VALUE));
            listed = rest;
        }
        for (GhObject object : listed) {
            objects.put(object.hobject(), versionIfReadable(object));
        }
        return new Scan(objects, end);
    }

    /// A damaged object counts as one of no version: it is replaced, or found to be damaged when it is to be copied.
    private dev.inkfish.wire.Eversion versionIfReadable(GhObject object) {
        try {
            return version(object);
        } catch (CephException e) {
            return dev.inkfish.wire.Eversion.ZERO;
        }
    }

    dev.inkfish.wire.Eversion version(GhObject object) {
        Bytes info = pg.shell.store().attr(pg.data.collection, object, ReplicatedBackend.OBJECT_INFO);
        try {
            return info == null ? dev.inkfish.wire.Eversion.ZERO : pg.shell.objectVersion(info);
        } catch (DecodeException e) {
            throw new CephException(Errno.EIO, object + " has a damaged info");
        }
    }

    private void onBackfill(int osd, MOSDPGBackfill progress) {
        pg.data.lastBackfill = progress.lastBackfill();
        pg.data.sum = progress.sum();
        Transaction transaction = new Transaction();
        PgDisk.writeInfo(pg.data, pg.map.epoch(), transaction);
        boolean finished = progress.op() == MOSDPGBackfill.Op.FINISH;
        pg.shell.submit(pg.data.collection, transaction, pg.inInterval(() -> {
            if (finished) {
                pg.shell.send(
                        osd,
                        new MOSDPGBackfill(
                                pg.data.pgid,
                                MOSDPGBackfill.Op.FINISH_ACK,
                                pg.map.epoch(),
                                progress.mapEpoch(),
                                progress.lastBackfill(),
                                progress.sum()));
            }
        }));
    }

    private void onBackfillRemove(MOSDPGBackfillRemove removal) {
        Transaction transaction = new Transaction();
        for (HObject object : removal.objects()) {
            SnapIndex.onRemoved(transaction, pg.shell.store(), pg.data.collection, object);
            transaction.remove(pg.data.collection, GhObject.of(object));
            pg.data.missing.remove(object);
        }
        PgDisk.writeMissing(pg.data, transaction);
        pg.shell.submit(pg.data.collection, transaction, () -> {});
    }

    /// Parts of copies that an earlier run of the daemon did not finish.
    void removeTemporaryObjects() {
        HObject start = Backfill.first(ReplicatedBackend.temporaryPool(pg.data.pgid));
        HObject end = Backfill.first(ReplicatedBackend.temporaryPool(pg.data.pgid) + 1);
        Transaction transaction = new Transaction();
        for (GhObject object :
                pg.shell.store().list(pg.data.collection, GhObject.of(start), GhObject.of(end), Integer.MAX_VALUE)) {
            transaction.remove(pg.data.collection, object);
        }
        if (!transaction.isEmpty()) {
            pg.shell.submit(pg.data.collection, transaction, () -> {});
        }
    }

    PgMissing missing() {
        return pg.data.missingCopy();
    }
}
