package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.StoreFullException;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.ClientOps;
import dev.inkfish.osd.ops.ClientSession;
import dev.inkfish.osd.ops.PgMutation;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.OsdReqId;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.SnapSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// The smallest client operations: write a value, remove an object, read it. What a transaction id
/// stands for is looked up with the client, since there is nothing to encode here.
final class FakeOps implements ClientOps {
    enum Kind {
        WRITE,
        REMOVE,
        READ
    }

    record Request(Kind kind, HObject object, Bytes value, OsdReqId reqid) {}

    private final PgHost host;
    private final LongFunction<Request> requests;

    FakeOps(PgHost host, LongFunction<Request> requests) {
        this.host = host;
        this.requests = requests;
    }

    @Override
    public void handle(ClientSession session, MOSDOp op, long tid) {
        Request request = requests.apply(tid);
        HObject object = request.object;
        if (host.isUnreadable(object) || (request.kind != Kind.READ && host.isDegraded(object))) {
            host.whenRecovered(object, () -> handle(session, op, tid));
            return;
        }
        Runnable again = () -> handle(session, op, tid);
        Runnable later = () -> host.schedule(1, again);
        if (request.kind == Kind.READ) {
            try {
                // what is not durable everywhere may still be lost: nobody is to see it before
                FakeReply reply = new FakeReply(read(object));
                host.whenCommitted(host.lastUpdate(), () -> session.send(reply, tid));
            } catch (CephException e) {
                host.repair(object, again, later);
            }
            return;
        }
        PgLogEntry done = host.findRequest(request.reqid);
        if (done != null) {
            host.whenCommitted(done.version(), () -> session.send(new FakeReply(Bytes.EMPTY), tid));
            return;
        }
        if (host.isScrubbing(object)) {
            host.whenScrubbed(object, () -> handle(session, op, tid));
            return;
        }
        try {
            host.submit(mutation(request, () -> session.send(new FakeReply(Bytes.EMPTY), tid)));
        } catch (StoreFullException e) {
            session.send(FakeReply.FULL, tid);
        } catch (CephException e) {
            host.repair(object, again, later);
        }
    }

    private PgMutation mutation(Request request, Runnable onCommitted) {
        GhObject target = GhObject.of(request.object);
        Eversion version = host.nextVersion();
        boolean exists = host.store().exists(host.collection(), target);
        Transaction transaction = new Transaction();
        long bytes = exists ? -host.store().size(host.collection(), target) : 0;
        boolean removes = request.kind == Kind.REMOVE;
        if (removes) {
            transaction.remove(host.collection(), target);
        } else {
            TreeMap<String, Bytes> attrs = new TreeMap<>();
            attrs.put("_", info(request, version));
            attrs.put("ss", WireWriter.encode(SnapSet.EMPTY, SnapSet::encode));
            TreeMap<Bytes, Bytes> omap = new TreeMap<>();
            omap.put(Bytes.utf8("k" + version.version() % 3), request.value);
            transaction
                    .truncate(host.collection(), target, 0)
                    .write(host.collection(), target, 0, request.value)
                    .setAttrs(host.collection(), target, attrs)
                    .omapSet(host.collection(), target, omap);
            bytes += request.value.length();
        }
        PgLogEntry entry = new PgLogEntry(
                removes ? PgLogEntry.Kind.DELETE : PgLogEntry.Kind.MODIFY,
                request.object,
                version,
                exists ? versionOf(target) : Eversion.ZERO,
                version.version(),
                request.reqid,
                Utime.ZERO,
                0,
                List.of(),
                Bytes.EMPTY);
        long objects = (removes ? 0 : 1) - (exists ? 1 : 0);
        return new PgMutation(
                List.of(entry),
                transaction,
                new PgMutation.ObjectStatsDelta(bytes, objects, 0, 0, 0, 0, 0, 0, 0, 1, 0),
                onCommitted);
    }

    private static Bytes info(Request request, Eversion version) {
        ObjectInfo blank = ObjectInfo.blank(request.object);
        ObjectInfo info = new ObjectInfo(request.object, version, Eversion.ZERO, request.reqid, request.value.length(),
                blank.mtime(), 0, 0, version.version(), blank.watchers(), 0, blank.localMtime(), -1, -1, 0, 0, 0);
        return WireWriter.encode(info, (i, out) -> i.encode(out, Features.PACIFIC));
    }

    private Eversion versionOf(GhObject object) {
        Bytes attr = host.store().attr(host.collection(), object, "_");
        return attr == null ? Eversion.ZERO : ObjectInfo.decode(attr.reader()).version();
    }

    private Bytes read(HObject object) {
        try {
            return host.store().read(host.collection(), GhObject.of(object), 0, Long.MAX_VALUE);
        } catch (CephException e) {
            if (e.is(Errno.ENOENT)) {
                return Bytes.EMPTY;
            }
            throw e;
        }
    }

    @Override
    public void onActive() {}

    @Override
    public void onIntervalEnd() {}

    @Override
    public void onMap(OsdMap map) {}

    @Override
    public void onDisconnect(ClientSession session) {}

    @Override
    public void recordDigests(HObject object, @Nullable Integer data, @Nullable Integer omap, Runnable done) {
        done.run();
    }

    @Override
    public void forget(HObject object) {}

    @Override
    public IntervalSet snapTrimQueue() {
        return IntervalSet.EMPTY;
    }
}
