package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.message.MOSDPGPull;
import dev.inkfish.wire.message.MOSDPGPush;
import dev.inkfish.wire.message.MOSDPGPushReply;
import dev.inkfish.wire.message.MOSDRepOp;
import dev.inkfish.wire.message.MOSDRepOpReply;
import dev.inkfish.wire.message.OpaquePayload;
import dev.inkfish.wire.message.PgMessage;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Whole copies on every member (`ReplicatedBackend`). A change goes to the replicas once our store has taken it
/// and while it is made durable here; it counts when all of them have it durably.
final class ReplicatedBackend implements PgBackend {
    /// The attribute that holds an object's `object_info_t`.
    static final String OBJECT_INFO = "_";

    private static final int TRIM_BATCH = 100;

    private final Pg pg;
    private final ObjectCopier copier;
    /// Changes that some member has yet to make durable, oldest first.
    private final TreeMap<Eversion, Change> underWay = new TreeMap<>();
    /// What each member has durably with nothing missing below.
    private final TreeMap<PgShard, Eversion> lastComplete = new TreeMap<>();
    /// Answers of members that lack the object: not yet commits.
    private final List<MOSDRepOpReply> owed = new ArrayList<>();
    private Eversion committedTo = Eversion.ZERO;

    private static final class Change {
        final SortedSet<PgShard> awaiting;
        final List<PgLogEntry> entries;
        final List<Runnable> then = new ArrayList<>();

        Change(SortedSet<PgShard> awaiting, List<PgLogEntry> entries) {
            this.awaiting = awaiting;
            this.entries = entries;
        }
    }

    ReplicatedBackend(Pg pg) {
        this.pg = pg;
        this.copier = new ObjectCopier(pg);
    }

    /// Where unfinished copies are kept: a pool that no client can name.
    static long temporaryPool(SpgId pgid) {
        return -2 - pgid.pgid().pool();
    }

    @Override
    public void reset() {
        underWay.clear();
        owed.clear();
        lastComplete.clear();
        committedTo = Eversion.ZERO;
        copier.reset();
    }

    // ---- the primary's side

    @Override
    public void submit(List<PgLogEntry> entries, Transaction transaction, Runnable onAllCommitted) {
        Eversion version = entries.getLast().version();
        Eversion trimTo = trimTo();
        trimLocally(trimTo);
        write(entries, transaction, onAllCommitted);
        TransactionPayload payload = new TransactionPayload(transaction);
        for (PgShard member : pg.members) {
            if (!member.equals(pg.whoami())) {
                boolean whole = wants(member, entries);
                if (!whole && pg.asyncTargets.contains(member)) {
                    lacksNewer(member, entries);
                }
                OpaquePayload theirs = whole ? payload : TransactionPayload.NOTHING;
                pg.shell.send(
                        member.osd(),
                        new MOSDRepOp(
                                new SpgId(pg.data.pgid.pgid(), member.shard()),
                                pg.map.epoch(),
                                pg.map.epoch(),
                                pg.whoami(),
                                version,
                                entries,
                                trimTo,
                                committedTo,
                                pg.data.sum,
                                theirs));
                PgInfo info = pg.peerInfo.get(member);
                if (info != null) {
                    pg.peerInfo.put(member, info.withVersions(version, info.lastComplete(), info.logTail()));
                }
            }
        }
    }

    private void trimLocally(Eversion trimTo) {
        if (trimTo.compareTo(pg.data.log.tail()) > 0) {
            Transaction transaction = new Transaction();
            PgDisk.trim(pg.data, trimTo, pg.shell.settings().dupsTracked(), transaction);
            pg.shell.submit(pg.data.collection, transaction, () -> {});
        }
    }

    /// Writes here first: if our store refuses the change, nothing has happened and no replica has heard of it.
    private void write(List<PgLogEntry> entries, Transaction transaction, Runnable onAllCommitted) {
        Eversion version = entries.getLast().version();
        Eversion head = pg.data.lastUpdate();
        Eversion lastComplete = pg.data.lastComplete;
        Change change = new Change(new TreeSet<>(pg.members), entries);
        change.then.add(onAllCommitted);
        underWay.put(version, change);
        Transaction local = new Transaction().append(transaction).readSoon(transaction.isReadSoon());
        log(entries, local);
        Eversion complete = pg.data.lastComplete;
        try {
            pg.shell.submit(pg.data.collection, local, pg.inInterval(() -> committed(version, pg.whoami(), complete)));
        } catch (StoreFullException | CephException e) {
            underWay.remove(version);
            pg.data.log.rewindTo(head);
            pg.data.lastComplete = lastComplete;
            throw e;
        }
    }

    /// A member that is being filled has not yet the objects behind the place where filling is; one that is caught up behind
    /// clients not those that it lacks.
    private boolean wants(PgShard member, List<PgLogEntry> entries) {
        if (pg.asyncTargets.contains(member)) {
            return !lacksAny(pg.peerMissing.get(member), entries);
        }
        return !pg.backfillTargets.contains(member)
                || pg.backfill.covers(member, entries.getFirst().object());
    }

    /// It gets the log of the change only.
    private void lacksNewer(PgShard member, List<PgLogEntry> entries) {
        MissingSet missing = pg.peerMissing.get(member);
        entries.forEach(missing::addNext);
        missing.takeDirty();
    }

    private void log(List<PgLogEntry> entries, Transaction transaction) {
        for (PgLogEntry entry : entries) {
            pg.data.log.append(entry);
        }
        if (pg.data.missing.isEmpty()) {
            pg.data.lastComplete = pg.data.lastUpdate();
        }
        PgDisk.writeEntries(pg.data, entries, transaction);
    }

    /// The log is trimmed only as far as every member, we too, has everything: who still has an object that all
    /// of us lack must be caught up by the log; if it were filled anew, its copy would no longer count.
    private Eversion trimTo() {
        int keep = pg.isClean() ? pg.shell.settings().logEntries() : pg.shell.settings().logEntriesDegraded();
        int surplus = pg.data.log.size() - keep;
        if (surplus < Math.min(TRIM_BATCH, 1 + keep / 4)) {
            return Eversion.ZERO;
        }
        Eversion limit = pg.data.log.versionAt(surplus);
        for (PgShard member : pg.members) {
            Eversion complete = lastComplete.getOrDefault(member, Eversion.ZERO);
            if (complete.compareTo(limit) < 0) {
                limit = complete;
            }
        }
        return pg.data.log.floor(limit);
    }

    private void committed(Eversion version, PgShard member, Eversion complete) {
        Change change = underWay.get(version);
        lastComplete.merge(member, complete, Eversion::later);
        if (change == null) {
            return;
        }
        change.awaiting.remove(member);
        while (!underWay.isEmpty() && underWay.firstEntry().getValue().awaiting.isEmpty()) {
            var first = underWay.pollFirstEntry();
            committedTo = first.getKey();
            first.getValue().then.forEach(Runnable::run);
        }
    }

    @Override
    public boolean isCommitted(Eversion version) {
        return underWay.isEmpty() || underWay.firstKey().compareTo(version) > 0;
    }

    @Override
    public void whenCommitted(Eversion version, Runnable task) {
        var entry = underWay.floorEntry(version);
        if (entry == null) {
            task.run();
        } else {
            entry.getValue().then.add(task);
        }
    }

    @Override
    public void fetch(HObject object, Eversion version, PgShard source, FetchResult result) {
        copier.fetch(object, version, source, result);
    }

    @Override
    public void push(HObject object, PgShard target, Runnable onDurable) {
        copier.push(object, target, onDurable);
    }

    @Override
    public void lostSource(PgShard member) {
        copier.lostSource(member);
    }

    // ---- messages

    @Override
    public void handle(PgMessage message) {
        switch (message) {
            case MOSDRepOp op -> onRepOp(op);
            case MOSDRepOpReply reply -> {
                if (reply.lacks()) {
                    onLacking(reply);
                } else {
                    committed(reply.version(), reply.from(), reply.lastComplete());
                }
            }
            case MOSDPGPush push -> copier.onPush(push);
            case MOSDPGPull pull -> copier.onPull(pull);
            case MOSDPGPushReply reply -> copier.onPushReply(reply);
            default -> throw new IllegalArgumentException("not for this back end: " + message);
        }
    }

    private void onRepOp(MOSDRepOp op) {
        if (!(pg.state instanceof PgState.ReplicaActive)) {
            throw new IllegalStateException(pg + " got a change before it was active: " + op.version());
        }
        Transaction transaction = new Transaction().append(TransactionPayload.of(op.transaction()));
        for (PgLogEntry entry : op.entries()) {
            pg.data.lastUserVersion = Math.max(pg.data.lastUserVersion, entry.userVersion());
        }
        if (!pg.data.lastBackfill.max()) {
            for (PgLogEntry entry : op.entries()) {
                pg.data.missing.remove(entry.object());
            }
        }
        pg.data.sum = op.sum();
        pg.scrubReplica.onChange(op.entries());
        trimLocally(op.trimTo());
        boolean acts = pg.mapping.acting().contains(pg.shell.whoami());
        boolean filled = pg.data.lastBackfill.max();
        if (lacksAny(pg.data.missing, op.entries()) || !acts && filled && transaction.isEmpty()) {
            logOnly(op);
            return;
        }
        Eversion head = pg.data.lastUpdate();
        log(op.entries(), transaction);
        try {
            pg.shell.submit(pg.data.collection, transaction, acknowledgement(op, false));
        } catch (CephException e) {
            pg.data.log.rewindTo(head);
            logOnly(op);
        }
    }

    private Runnable acknowledgement(MOSDRepOp op, boolean lacks) {
        Eversion complete = pg.data.lastComplete;
        return pg.inInterval(() -> pg.shell.send(
                op.from().osd(),
                new MOSDRepOpReply(
                        new SpgId(op.pgid().pgid(), op.from().shard()),
                        pg.map.epoch(),
                        op.mapEpoch(),
                        pg.whoami(),
                        op.version(),
                        complete,
                        lacks)));
    }

    private static boolean lacksAny(MissingSet missing, List<PgLogEntry> entries) {
        return !missing.isEmpty() && entries.stream().anyMatch(entry -> missing.contains(entry.object()));
    }

    /// Our copy is damaged or old, and the change would have to read it: we keep only the log, and the primary, which learns of
    /// it or knows it, gives us the object anew. If even that cannot be written, the disk has failed.
    private void logOnly(MOSDRepOp op) {
        Transaction transaction = new Transaction();
        for (PgLogEntry entry : op.entries()) {
            if (entry.isDelete()) {
                SnapIndex.onRemoved(transaction, pg.shell.store(), pg.data.collection, entry.object());
                transaction.remove(pg.data.collection, GhObject.of(entry.object()));
            }
            pg.data.missing.addNext(entry);
        }
        log(op.entries(), transaction);
        pg.data.updateLastComplete();
        PgDisk.writeMissing(pg.data, transaction);
        pg.shell.submit(pg.data.collection, transaction, acknowledgement(op, true));
    }

    /// A member has the log of a change but not the object: the change counts there when the object has been brought.
    private void onLacking(MOSDRepOpReply reply) {
        Change change = underWay.get(reply.version());
        MissingSet missing = pg.peerMissing.get(reply.from());
        if (change == null || missing == null) {
            return;
        }
        if (pg.asyncTargets.contains(reply.from()) && lacksAny(missing, change.entries)) {
            committed(reply.version(), reply.from(), reply.lastComplete());
            return;
        }
        for (PgLogEntry entry : change.entries) {
            PgLogEntry newest = pg.data.log.newest(entry.object());
            if (newest != null && !newest.isDelete() && !entry.isError()) {
                missing.put(entry.object(), newest.version(), Eversion.ZERO);
            }
        }
        missing.takeDirty();
        owed.add(reply);
        pg.recovery.resume();
        onPushed(reply.from()); // for what is gone already
    }

    @Override
    public void onPushed(PgShard member) {
        if (owed.isEmpty()) {
            return;
        }
        MissingSet missing = pg.peerMissing.get(member);
        List<MOSDRepOpReply> paid = new ArrayList<>();
        for (MOSDRepOpReply reply : owed) {
            Change change = underWay.get(reply.version());
            boolean there = change == null
                    || missing == null
                    || change.entries.stream().noneMatch(entry -> missing.contains(entry.object()));
            if (reply.from().equals(member) && there) {
                paid.add(reply);
            }
        }
        owed.removeAll(paid);
        paid.forEach(reply -> committed(reply.version(), member, reply.lastComplete()));
    }
}
