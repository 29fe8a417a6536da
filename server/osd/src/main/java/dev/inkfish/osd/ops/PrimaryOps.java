package dev.inkfish.osd.ops;

import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Text;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.MOSDOpReply.OpResult;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.SnapSet;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Client operations on the primary of a replicated group (`PrimaryLogPG`).
///
/// A request runs over a draft of its object; nothing is changed before all of its operations have succeeded.
/// The change, with a log entry that names the request, goes to the group; the reply leaves when the group says
/// that it is durable everywhere. A request that may change something but fails, or changes nothing, is logged
/// too and answered only then, so that a resend gets the same answer.
public final class PrimaryOps implements ClientOps {
    private static final int DURABLE = OsdFlags.ACK | OsdFlags.ONDISK;

    private final PgHost host;
    private final OpsSettings settings;
    private final ObjectClasses classes;
    private final ObjectContexts contexts;
    private final ObjectLocks locks = new ObjectLocks();
    private final Snapshots snapshots;
    private final Watches watches;
    private final SnapTrimmer trimmer;
    private final CopyOps copies;
    private final OpRunner runner;
    private final ListOps lists;
    private long generation;

    public PrimaryOps(PgHost host, ObjectClasses classes, OpsSettings settings, CopySource copySource) {
        this.host = host;
        this.settings = settings;
        this.classes = classes;
        this.contexts = new ObjectContexts(host, settings.cachedObjects());
        this.snapshots = new Snapshots(host, contexts);
        this.watches = new Watches(host, contexts, locks, settings);
        this.trimmer = new SnapTrimmer(host, contexts, locks, snapshots, watches);
        this.copies = new CopyOps(settings, copySource);
        this.runner = new OpRunner(host, settings, classes, copies, snapshots, watches);
        this.lists = new ListOps(host, settings);
    }

    // ---- events

    @Override
    public void handle(ClientSession session, MOSDOp op, long tid) {
        RequestKind kind;
        try {
            kind = RequestKind.of(op, classes);
        } catch (CephException e) {
            refuse(session, op, tid, e.code());
            return;
        }
        Request request = new Request(session, op, tid, kind);
        if (op.has(OsdFlags.PARALLELEXEC)) {
            refuse(request, Codes.EINVAL);
        } else if (kind.pgOp()) {
            session.send(lists.answer(op), tid);
        } else {
            int code = check(request);
            if (code < 0) {
                refuse(request, code);
            } else {
                start(request);
            }
        }
    }

    @Override
    public void onActive() {
        trimmer.onMap(host.osdMap());
    }

    @Override
    public List<Watcher> watchers() {
        return watches.all();
    }

    @Override
    public void onIntervalEnd() {
        generation++;
        watches.stop();
        trimmer.stop();
        copies.stop();
        locks.clear();
        contexts.clear();
    }

    @Override
    public void onMap(OsdMap map) {
        watches.onMap(map);
        trimmer.onMap(map);
    }

    @Override
    public void onDisconnect(ClientSession session) {
        watches.onDisconnect(session);
    }

    @Override
    public void recordDigests(HObject object, @Nullable Integer data, @Nullable Integer omap, Runnable done) {
        new DigestNote(host, contexts, locks).record(object, data, omap, inInterval(done));
    }

    @Override
    public void forget(HObject object) {
        contexts.forget(object);
    }

    @Override
    public int cachedObjects() {
        return contexts.size();
    }

    @Override
    public void dropCache() {
        contexts.clear();
    }

    @Override
    public IntervalSet snapTrimQueue() {
        return trimmer.queue();
    }

    /// Wraps what may come back after the interval has ended.
    private Runnable inInterval(Runnable task) {
        long current = generation;
        return () -> {
            if (generation == current) {
                task.run();
            }
        };
    }

    // ---- what is refused at once

    private int check(Request request) {
        HObject object = request.op.object();
        if (length(object.oid()) > settings.maxNameLength() || length(object.key()) > settings.maxNameLength()
                || length(object.nspace()) > settings.maxNamespaceLength()) {
            return Codes.ENAMETOOLONG;
        }
        if (object.oid().isEmpty()) {
            return Codes.EINVAL;
        }
        if (host.osdMap().isBlocklisted(request.session.addr())) {
            return Codes.EBLOCKLISTED;
        }
        if (request.kind.mayWrite()) {
            if (object.snap() != HObject.HEAD) {
                return Codes.EINVAL;
            }
            long total = 0;
            for (OsdOp op : request.op.ops()) {
                total += op.input().length();
            }
            if (total > settings.maxWriteSize()) {
                return Codes.EMSGSIZE;
            }
        }
        boolean listsSnaps = object.snap() == HObject.SNAPDIR;
        boolean allFit = request.op.ops().stream().allMatch(op -> (op.code() == OpCode.LIST_SNAPS) == listsSnaps);
        return allFit ? 0 : Codes.EINVAL;
    }

    private static int length(String text) {
        return text.length() * 3 <= 256 ? text.length() : Text.encode(text).length;
    }

    private void refuse(Request request, int code) {
        refuse(request.session, request.op, request.tid, code);
    }

    private void refuse(ClientSession session, MOSDOp op, long tid, int code) {
        session.send(MOSDOpReply.to(op, code, host.osdMap().epoch(), op.flags() & DURABLE), tid);
    }

    // ---- a request's way

    private void start(Request request) {
        HObject head = request.op.object().toHead();
        Runnable again = inInterval(() -> start(request));
        if (request.kind.ordered()) {
            if (locks.mayEnter(head, lockOf(request.kind), again)) {
                takeTurn(request, head);
            }
        } else if (host.isUnreadable(head)) {
            if (host.holdBack(request.session, head)) {
                request.session.over(request.op, request.tid);
            } else {
                host.whenRecovered(head, again);
            }
        } else if (isSnapshot(request.op.object()) || locks.mayEnter(head, ObjectLocks.Kind.READ, again)) {
            enter(request, head); // who reads a snapshot waits for the object that holds it
        }
    }

    private static ObjectLocks.Kind lockOf(RequestKind kind) {
        boolean mayChange = kind.mayWrite() || kind.cache();
        return mayChange ? ObjectLocks.Kind.CHANGE : kind.ordered() ? ObjectLocks.Kind.ORDERED_READ : ObjectLocks.Kind.READ;
    }

    /// Nobody is before the request. If it has to wait, nobody overtakes it.
    private void takeTurn(Request request, HObject head) {
        if (host.isUnreadable(head) || host.isDegraded(head)) {
            if (host.holdBack(request.session, head)) {
                request.session.over(request.op, request.tid);
            } else {
                host.whenRecovered(head, keepTurn(request, head));
            }
        } else if (request.kind.mayWrite() && host.isScrubbing(head)) {
            host.whenScrubbed(head, keepTurn(request, head));
        } else {
            boolean mayChange = request.kind.mayWrite() || request.kind.cache();
            PgLogEntry done = mayChange ? host.findRequest(request.reqid) : null;
            if (done != null) {
                answerAgain(request, done);
            } else {
                enter(request, head);
            }
        }
    }

    /// What comes behind the request waits until what is returned is run.
    private Runnable keepTurn(Request request, HObject head) {
        locks.hold(head);
        return inInterval(() -> locks.release(head, lockOf(request.kind), () -> start(request)));
    }

    /// A resend: the answer is in the log, and given when it is durable.
    private void answerAgain(Request request, PgLogEntry done) {
        host.whenCommitted(done.version(), inInterval(() -> {
            List<OsdOp> ops = request.op.ops();
            List<OpResult> results = new ArrayList<>();
            for (int i = 0; i < ops.size(); i++) {
                boolean known = i < done.opReturns().size();
                PgLogEntry.OpReturn was = known ? done.opReturns().get(i) : new PgLogEntry.OpReturn(0, Bytes.EMPTY);
                results.add(new OpResult(ops.get(i), was.code(), was.output()));
            }
            int flags = request.op.flags() & DURABLE;
            request.session.send(
                    MOSDOpReply.to(request.op, done.returnCode(), host.osdMap().epoch(), flags, results)
                            .withVersions(done.version(), done.userVersion()),
                    request.tid);
        }));
    }

    private static boolean isSnapshot(HObject object) {
        return object.snap() != HObject.HEAD && object.snap() != HObject.SNAPDIR;
    }

    private void enter(Request request, HObject head) {
        try {
            watches.awaken(contexts.get(head));
            enter(request, contexts.get(head));
        } catch (CephException e) { // the object's info cannot be read
            if (e.code() == Codes.EIO && request.repairs == 0) {
                repair(request, head);
            } else {
                refuse(request, e.code());
            }
        }
    }

    private void enter(Request request, ObjectContext head) {
        Runnable again = inInterval(() -> start(request));
        HObject wanted = request.op.object();
        ObjectContext target = head;
        if (isSnapshot(wanted)) {
            Snapshots.Lookup lookup = request.op.has(OsdFlags.MAP_SNAP_CLONE)
                    ? Snapshots.Lookup.CLONE_ITSELF
                    : Snapshots.Lookup.BY_SNAPSHOT;
            switch (snapshots.find(head, wanted, lookup)) {
                case Snapshots.Found.At at -> target = at.context();
                case Snapshots.Found.Nothing nothing -> target = ObjectContext.missing(wanted);
                case Snapshots.Found.Unreadable unreadable -> {
                    host.whenRecovered(unreadable.object(), again);
                    return;
                }
            }
            HObject holder = target.exists() ? target.object() : head.object();
            if (!locks.mayEnter(holder, ObjectLocks.Kind.READ, again)) {
                return;
            }
        }
        RequestKind kind = request.kind;
        boolean visible = wanted.snap() == HObject.SNAPDIR ? target.exists() : target.isThere();
        if (!visible && !kind.mayWrite() && !kind.cache()) {
            missing(request);
            return;
        }
        execute(request, target, head);
    }

    private void missing(Request request) {
        List<OsdOp> ops = request.op.ops();
        if (ops.getFirst().code() == OpCode.COPY_GET) {
            List<OpResult> results = new ArrayList<>();
            ops.forEach(op -> results.add(new OpResult(op, results.isEmpty() ? Codes.ENOENT : 0,
                    results.isEmpty() ? CopyOps.nothing() : Bytes.EMPTY)));
            MOSDOp op = request.op;
            request.session.send(
                    MOSDOpReply.to(op, Codes.ENOENT, host.osdMap().epoch(), DURABLE, results), request.tid);
            return;
        }
        refuse(request, Codes.ENOENT);
    }

    private void execute(Request request, ObjectContext target, ObjectContext head) {
        OpContext ctx = new OpContext(
                request, target, head, new ObjectDraft(target, host.store(), host.collection()));
        boolean mayChange = request.kind.mayWrite() || request.kind.cache();
        if (mayChange) {
            ctx.snapContext = snapshots.contextOf(request);
            boolean isOld = Long.compareUnsigned(ctx.snapContext.seq(), head.snapSet().seq()) < 0;
            if (request.op.has(OsdFlags.ORDERSNAP) && isOld) {
                refuse(request, Codes.EOLDSNAPC);
                return;
            }
            ctx.version = host.nextVersion();
            ctx.mtime = request.op.mtime();
        }
        List<CopyOps.Wanted> wanted = new ArrayList<>();
        try {
            int result = ctx.snapContext.isValid() ? runner.run(ctx, wanted) : Codes.EINVAL;
            finish(ctx, result);
        } catch (Suspension suspension) {
            suspend(request, suspension, wanted);
        } catch (CephException corrupt) {
            repair(request, ctx.draft.readFrom());
        }
    }

    private void suspend(Request request, Suspension suspension, List<CopyOps.Wanted> wanted) {
        HObject object = suspension.object();
        HObject head = request.op.object().toHead();
        locks.block(head); // what comes behind it must not overtake it
        Runnable again = inInterval(() -> resume(request, head));
        if (object != null) {
            host.whenRecovered(object, again);
        } else {
            copies.fetch(request, wanted.getFirst(), again);
        }
    }

    /// Runs a suspended request before all that waits behind it.
    private void resume(Request request, HObject head) {
        try {
            ObjectContext context = contexts.get(head);
            execute(request, context, context);
        } catch (CephException e) {
            refuse(request, e.code());
        }
        locks.unblock(head);
    }

    /// Mends a corrupt object once, then runs the request again; it fails with EIO if that is to no avail.
    private void repair(Request request, HObject object) {
        request.repairs++;
        contexts.forget(object);
        boolean ordered = request.kind.ordered();
        Runnable again = ordered ? keepTurn(request, request.op.object().toHead()) : inInterval(() -> start(request));
        host.repair(object, again, again);
    }

    // ---- the outcome

    private void finish(OpContext ctx, int outcome) {
        boolean mayWrite = ctx.request.kind.mayWrite();
        int result = outcome;
        if (result < 0 || !ctx.isChange()) {
            if (mayWrite && ctx.snapContext.isValid()) {
                logOnly(ctx, result);
            } else {
                answerRead(ctx, result);
            }
            return;
        }
        int full = checkFull(ctx);
        if (full == Codes.EDQUOT || full == Codes.ENOSPC) {
            answerRead(ctx, full);
            return;
        }
        if (full != 0) {
            // the client sends it again when its map says that the pool is no longer full
            ctx.request.session.over(ctx.request.op, ctx.request.tid);
            return;
        }
        List<OpResult> results = ctx.results;
        if (mayWrite) {
            if (ctx.request.wantsReturns()) {
                results = bounded(results);
                result = results.stream().anyMatch(each -> each.code() == Codes.EOVERFLOW) ? Codes.EOVERFLOW : result;
                if (result < 0) {
                    ctx.results.clear();
                    ctx.results.addAll(results);
                    answerRead(ctx, result);
                    return;
                }
            } else {
                results = OpRunner.withoutOutputs(results);
                result = 0;
            }
        }
        submit(ctx, result, results);
    }

    private List<OpResult> bounded(List<OpResult> results) {
        List<OpResult> checked = new ArrayList<>(results.size());
        for (OpResult each : results) {
            boolean fits = each.output().length() <= settings.maxWriteReply();
            checked.add(fits ? each : new OpResult(each.op(), Codes.EOVERFLOW, Bytes.EMPTY));
        }
        return checked;
    }

    /// @return 0 to go on, ENOSPC or EDQUOT to answer, 1 to drop the request
    private int checkFull(OpContext ctx) {
        PgPool pool = host.pool();
        boolean grows = ctx.stats.bytes > 0 || ctx.stats.objects > 0;
        boolean full = pool.hasFlag(PgPool.FLAG_FULL) || host.osdMap().hasFlag(OsdMap.FULL) || host.isFull();
        if (!grows || !full || ctx.request.op.has(OsdFlags.FULL_FORCE)
                || ctx.request.reqid.name().type() == EntityType.MDS) {
            return 0;
        }
        if (!ctx.request.op.has(OsdFlags.FULL_TRY)) {
            return 1;
        }
        return pool.hasFlag(PgPool.FLAG_FULL_QUOTA) ? Codes.EDQUOT : Codes.ENOSPC;
    }

    /// A request that reads, or an error that leaves no trace.
    private void answerRead(OpContext ctx, int result) {
        if (result >= 0) {
            watches.takeEffect(ctx);
            host.countReads(ctx.stats.readOps, ctx.stats.readKib);
        }
        MOSDOpReply reply = MOSDOpReply.to(ctx.request.op, result, host.osdMap().epoch(), DURABLE, ctx.results);
        if (result >= 0) {
            reply = reply.withVersions(Eversion.ZERO, ctx.before.info().userVersion());
        } else if (result == Codes.ENOENT) {
            reply = reply.withMissingVersions(host.lastUpdate(), host.lastUserVersion());
        }
        ctx.request.session.send(reply, ctx.request.tid);
    }

    /// A request that might have changed something but did not: its answer is logged for its resends.
    private void logOnly(OpContext ctx, int result) {
        Request request = ctx.request;
        if (result >= 0) {
            watches.takeEffect(ctx);
        }
        MOSDOpReply reply = MOSDOpReply.to(request.op, result, host.osdMap().epoch(), DURABLE, ctx.results)
                .withVersions(ctx.version, ctx.before.info().userVersion());
        if (result == Codes.ENOENT) {
            reply = reply.withMissingVersions(host.lastUpdate(), host.lastUserVersion());
        }
        MOSDOpReply answer = reply;
        PgLogEntry entry = new PgLogEntry(PgLogEntry.Kind.ERROR, ctx.draft.object, ctx.version, Eversion.ZERO, 0,
                request.reqid, Utime.ZERO, result, opReturns(request, ctx.results), Bytes.EMPTY);
        host.submit(new PgMutation(List.of(entry), new Transaction(), PgMutation.ObjectStatsDelta.NONE,
                inInterval(() -> request.session.send(answer, request.tid))));
    }

    private static List<PgLogEntry.OpReturn> opReturns(Request request, List<OpResult> results) {
        return request.wantsReturns()
                ? results.stream().map(each -> new PgLogEntry.OpReturn(each.code(), each.output())).toList()
                : List.of();
    }

    // ---- a change

    private void submit(OpContext ctx, int result, List<OpResult> results) {
        Request request = ctx.request;
        ObjectDraft draft = ctx.draft;
        markDirty(ctx);
        Snapshots.Preserved preserved = snapshots.preserve(ctx);
        long userVersion = userVersion(ctx);
        ObjectContext after = close(ctx, preserved);
        List<PgLogEntry> entries = new ArrayList<>(2);
        List<HObject> objects = new ArrayList<>(2);
        if (preserved.entry() != null && preserved.copy() != null) {
            entries.add(preserved.entry());
            objects.add(preserved.copy().object());
            contexts.put(preserved.copy());
        }
        PgLogEntry.Kind kind = draft.exists ? PgLogEntry.Kind.MODIFY : PgLogEntry.Kind.DELETE;
        entries.add(new PgLogEntry(kind, draft.object, ctx.version, ctx.before.info().version(), userVersion,
                request.reqid, ctx.mtime, request.wantsReturns() ? result : 0, opReturns(request, results), Bytes.EMPTY));
        objects.add(draft.object);
        Transaction transaction = preserved.transaction().isEmpty()
                ? draft.transaction
                : preserved.transaction().append(draft.transaction);
        transaction.readSoon(request.expectsReads() && !host.pool().hasFlag(PgPool.FLAG_WRITE_FADVISE_DONTNEED));
        MOSDOpReply reply = MOSDOpReply.to(request.op, result, host.osdMap().epoch(), DURABLE, results)
                .withVersions(ctx.version, userVersion);
        contexts.put(after);
        locks.begin(objects);
        try {
            host.submit(new PgMutation(entries, transaction, ctx.stats.toDelta(), inInterval(() -> {
                request.session.send(reply, request.tid);
                watches.takeEffect(ctx);
                locks.end(objects);
            })));
        } catch (StoreFullException | CephException e) {
            objects.forEach(contexts::forget);
            locks.end(objects);
            notTaken(ctx, e);
        }
    }

    /// The store did not take the change, and changed nothing.
    private void notTaken(OpContext ctx, RuntimeException e) {
        boolean corrupt = e instanceof CephException failure && failure.code() == Codes.EIO;
        if (corrupt && ctx.request.repairs == 0) {
            repair(ctx.request, ctx.draft.readFrom());
        } else {
            refuse(ctx.request, corrupt ? Codes.EIO : Codes.ENOSPC);
        }
    }

    private static void markDirty(OpContext ctx) {
        ObjectDraft draft = ctx.draft;
        boolean dirty = draft.exists && !ctx.undirty;
        draft.flags = dirty ? draft.flags | ObjectInfo.DIRTY : draft.flags & ~ObjectInfo.DIRTY;
        boolean had = ctx.before.exists() && ctx.before.info().has(ObjectInfo.OMAP);
        boolean has = draft.exists && draft.has(ObjectInfo.OMAP);
        ctx.stats.omapObjects += (has ? 1 : 0) - (had ? 1 : 0);
    }

    private long userVersion(OpContext ctx) {
        if (ctx.copiedUserVersion != 0 && !ctx.userModify) {
            ctx.draft.userVersion = ctx.copiedUserVersion;
        } else if (ctx.userModify) {
            long next = Math.max(host.lastUserVersion(), ctx.draft.userVersion) + 1;
            ctx.draft.userVersion = Math.max(next, ctx.version.version());
        }
        return ctx.draft.userVersion;
    }

    /// Adds the object's info and snap set to the change; the object as it will be.
    private ObjectContext close(OpContext ctx, Snapshots.Preserved preserved) {
        ObjectDraft draft = ctx.draft;
        if (!draft.exists) {
            return ObjectContext.missing(draft.object);
        }
        if (!ctx.mtime.isZero()) {
            draft.mtime = ctx.mtime;
            draft.localMtime = host.now();
        }
        ObjectInfo info = draft.toInfo(ctx.version, ctx.before.info().version(), ctx.request.reqid);
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put(ObjectContexts.INFO_ATTR, Snapshots.encode(info));
        SnapSet before = ctx.before.snapSet();
        if (!ctx.before.exists() || !preserved.snapSet().equals(before) || draft.wasRemoved()) {
            attrs.put(ObjectContexts.SNAPSET_ATTR, WireWriter.encode(preserved.snapSet(), SnapSet::encode));
        }
        draft.transaction.setAttrs(host.collection(), GhObject.of(draft.object), attrs);
        return new ObjectContext(draft.object, true, info, preserved.snapSet());
    }
}
