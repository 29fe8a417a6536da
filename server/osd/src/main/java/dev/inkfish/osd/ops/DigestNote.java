package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.PgLogEntry;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Notes in objects' infos what a scrub found their contents to be.
final class DigestNote {
    private final PgHost host;
    private final ObjectContexts contexts;
    private final ObjectLocks locks;

    DigestNote(PgHost host, ObjectContexts contexts, ObjectLocks locks) {
        this.host = host;
        this.contexts = contexts;
        this.locks = locks;
    }

    void record(HObject object, @Nullable Integer data, @Nullable Integer omap, Runnable done) {
        ObjectContext context = context(object);
        if (context == null || !context.exists()) {
            done.run();
            return;
        }
        ObjectInfo info = Watches.withVersion(with(context.info(), data, omap), host.nextVersion());
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put(ObjectContexts.INFO_ATTR, Snapshots.encode(info));
        Transaction transaction = new Transaction().setAttrs(host.collection(), GhObject.of(object), attrs);
        PgLogEntry entry = new PgLogEntry(PgLogEntry.Kind.MODIFY, object, info.version(), context.info().version(), 0,
                null, Utime.ZERO, 0, List.of(), Bytes.EMPTY);
        List<HObject> objects = List.of(object);
        contexts.put(context.withInfo(info));
        locks.begin(objects);
        host.submit(new PgMutation(List.of(entry), transaction, PgMutation.ObjectStatsDelta.NONE, () -> {
            locks.end(objects);
            done.run();
        }));
    }

    private @Nullable ObjectContext context(HObject object) {
        if (host.isUnreadable(object) || host.isDegraded(object) || host.isFull()) {
            return null;
        }
        try {
            return contexts.get(object);
        } catch (CephException e) {
            return null;
        }
    }

    private static ObjectInfo with(ObjectInfo info, @Nullable Integer data, @Nullable Integer omap) {
        int known = (data == null ? 0 : ObjectInfo.DATA_DIGEST) | (omap == null ? 0 : ObjectInfo.OMAP_DIGEST);
        int flags = info.flags() & ~(ObjectInfo.DATA_DIGEST | ObjectInfo.OMAP_DIGEST) | known;
        return new ObjectInfo(info.object(), info.version(), info.priorVersion(), info.lastReqid(), info.size(),
                info.mtime(), info.truncateSeq(), info.truncateSize(), info.userVersion(), info.watchers(), flags,
                info.localMtime(), data == null ? -1 : data, omap == null ? -1 : omap, info.expectedObjectSize(),
                info.expectedWriteSize(), info.allocHintFlags());
    }
}
