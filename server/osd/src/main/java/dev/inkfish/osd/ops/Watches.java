package dev.inkfish.osd.ops;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ObjectInfo.WatchKey;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.WatchInfo;
import dev.inkfish.wire.osd.WatchItem;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Watches and notifications of the group's objects.
final class Watches {
    private final PgHost host;
    private final ObjectContexts contexts;
    private final ObjectLocks locks;
    private final OpsSettings settings;
    private final NavigableMap<HObject, NavigableMap<WatchKey, Watch>> live = new TreeMap<>();
    private long lastNotify;
    private long generation;

    Watches(PgHost host, ObjectContexts contexts, ObjectLocks locks, OpsSettings settings) {
        this.host = host;
        this.contexts = contexts;
        this.locks = locks;
        this.settings = settings;
    }

    /// Watches of the info that are not live here yet have until their timeout to come back.
    void awaken(ObjectContext context) {
        if (context.info().watchers().isEmpty()) {
            return;
        }
        NavigableMap<WatchKey, Watch> ofObject = live.computeIfAbsent(context.object(), o -> new TreeMap<>());
        List<Watch> blocklisted = new ArrayList<>();
        context.info().watchers().forEach((key, info) -> {
            if (!ofObject.containsKey(key)) {
                Watch watch = new Watch(context.object(), key, info.addr(), info.timeoutSeconds(), host, this);
                ofObject.put(key, watch);
                watch.startTimer();
                if (host.osdMap().isBlocklisted(info.addr())) {
                    blocklisted.add(watch);
                }
            }
        });
        blocklisted.forEach(this::timedOut);
    }

    List<ClientOps.Watcher> all() {
        return live.values().stream().flatMap(ofObject -> ofObject.values().stream())
                .map(watch -> new ClientOps.Watcher(
                        watch.object, watch.key.watcher(), watch.key.cookie(), watch.timeoutSeconds, watch.addr))
                .toList();
    }

    // ---- operations

    int watch(OpContext ctx, OpArgs.Watch args) {
        ctx.writes++;
        ObjectDraft draft = ctx.draft;
        if (!draft.exists) {
            return Codes.ENOENT;
        }
        EntityName client = ctx.request.reqid.name();
        WatchKey key = new WatchKey(args.cookie(), client);
        int timeout = args.timeout() != 0 ? args.timeout() : settings.watchTimeout();
        WatchInfo info = new WatchInfo(args.cookie(), timeout, ctx.request.session.addr());
        switch (args.op()) {
            case OpArgs.Watch.WATCH, OpArgs.Watch.LEGACY_WATCH -> {
                if (!draft.watchers.containsKey(key)) {
                    draft.watchers.put(key, info);
                    draft.touch();
                }
                Watch.Liveness how = args.op() == OpArgs.Watch.WATCH ? Watch.Liveness.PINGS : Watch.Liveness.CONNECTION;
                ctx.watchConnects.add(new OpContext.WatchConnect(info, how));
                return 0;
            }
            case OpArgs.Watch.RECONNECT -> {
                if (!draft.watchers.containsKey(key)) {
                    return Codes.ENOTCONN;
                }
                ctx.watchConnects.add(new OpContext.WatchConnect(info, Watch.Liveness.PINGS));
                return 0;
            }
            case OpArgs.Watch.PING -> {
                return ping(draft, key);
            }
            case OpArgs.Watch.UNWATCH -> {
                if (draft.watchers.remove(key) != null) {
                    draft.touch();
                    ctx.watchDisconnects.add(new OpContext.WatchDisconnect(key, Watch.Farewell.SILENT));
                }
                return 0;
            }
            default -> {
                return 0;
            }
        }
    }

    private int ping(ObjectDraft draft, WatchKey key) {
        if (!draft.watchers.containsKey(key)) {
            return Codes.ENOTCONN;
        }
        Watch watch = find(draft.object, key);
        if (watch == null || !watch.isConnected()) {
            return Codes.ETIMEDOUT; // the client must reconnect
        }
        watch.ping();
        return 0;
    }

    int notify(OpContext ctx, OpArgs.Notify args, Bytes input, int previous) {
        ctx.reads++;
        int timeout = 0;
        Bytes payload = Bytes.EMPTY;
        try {
            WireReader in = input.reader();
            in.u32(); // a version, unused
            timeout = in.u32();
            payload = in.bytes();
        } catch (DecodeException e) {
            timeout = 0;
        }
        long id = (long) host.osdMap().epoch() << 32 | ++lastNotify & 0xffffffffL;
        ctx.notifies.add(new OpContext.NotifyStart(
                id, args.cookie(), timeout == 0 ? settings.notifyTimeout() : timeout, payload));
        ctx.output = new WireWriter(8).u64(id).toBytes();
        return previous;
    }

    int acknowledge(OpContext ctx, Bytes input, int previous) {
        ctx.reads++;
        WireReader in = input.reader();
        long id = in.u64();
        long cookie = in.u64();
        ctx.notifyAcks.add(new OpContext.NotifyAck(id, cookie, in.remaining() > 0 ? in.bytes() : Bytes.EMPTY));
        return previous;
    }

    int list(OpContext ctx) {
        ctx.reads++;
        List<WatchItem> items = new ArrayList<>();
        ctx.draft.watchers.forEach((key, info) ->
                items.add(new WatchItem(key.watcher(), key.cookie(), info.timeoutSeconds(), info.addr())));
        WireWriter out = new WireWriter();
        new WatchItem.Response(items).encode(out, ctx.request.features());
        ctx.output = out.toBytes();
        ctx.stats.read(0);
        return 0;
    }

    // ---- what follows when a request has taken effect

    void takeEffect(OpContext ctx) {
        HObject object = ctx.draft.object;
        ctx.watchDisconnects.forEach(each -> remove(object, each.key(), each.farewell()));
        ClientSession session = ctx.request.session;
        EntityName client = ctx.request.reqid.name();
        for (OpContext.WatchConnect connect : ctx.watchConnects) {
            WatchInfo info = connect.info();
            WatchKey key = new WatchKey(info.cookie(), client);
            live.computeIfAbsent(object, o -> new TreeMap<>())
                    .computeIfAbsent(key, k -> new Watch(object, k, info.addr(), info.timeoutSeconds(), host, this))
                    .connect(session, connect.liveness());
        }
        long version = contexts.get(object).info().userVersion();
        for (OpContext.NotifyStart start : ctx.notifies) {
            Notify notify = new Notify(host, session, client.number(), start, version);
            List.copyOf(ofObject(object).values()).forEach(watch -> watch.notify(notify));
            notify.begin();
        }
        for (OpContext.NotifyAck ack : ctx.notifyAcks) {
            for (Watch watch : List.copyOf(ofObject(object).values())) {
                boolean meant = ack.cookie() == null || ack.cookie() == watch.key.cookie();
                if (meant && watch.key.watcher().equals(client)) {
                    watch.acknowledge(ack.id(), ack.payload());
                }
            }
        }
    }

    private NavigableMap<WatchKey, Watch> ofObject(HObject object) {
        return live.getOrDefault(object, new TreeMap<>());
    }

    private @Nullable Watch find(HObject object, WatchKey key) {
        return ofObject(object).get(key);
    }

    private void remove(HObject object, WatchKey key, Watch.Farewell farewell) {
        NavigableMap<WatchKey, Watch> ofObject = ofObject(object);
        Watch watch = ofObject.remove(key);
        if (ofObject.isEmpty()) {
            live.remove(object);
        }
        if (watch != null) {
            watch.remove(farewell);
        }
    }

    void removeAll(HObject object, Watch.Farewell farewell) {
        List.copyOf(ofObject(object).keySet()).forEach(key -> remove(object, key, farewell));
    }

    // ---- events

    void onDisconnect(ClientSession session) {
        live.values().forEach(ofObject -> ofObject.values().stream()
                .filter(watch -> watch.isHeardThrough(session))
                .forEach(Watch::disconnect));
    }

    void onMap(OsdMap map) {
        if (map.blocklist().isEmpty()) {
            return;
        }
        List<Watch> shutOut = new ArrayList<>();
        live.values().forEach(ofObject -> ofObject.values().stream()
                .filter(watch -> map.isBlocklisted(watch.addr))
                .forEach(shutOut::add));
        shutOut.forEach(this::timedOut);
    }

    void stop() {
        generation++;
        live.values().forEach(ofObject -> ofObject.values().forEach(Watch::discard));
        live.clear();
    }

    /// Takes a watch out of its object's info, then tells the client.
    void timedOut(Watch watch) {
        HObject object = watch.object;
        if (find(object, watch.key) != watch) {
            return;
        }
        if (host.isUnreadable(object) || host.isDegraded(object)) {
            host.whenRecovered(object, () -> timedOut(watch));
            return;
        }
        if (host.isScrubbing(object)) {
            host.whenScrubbed(object, () -> timedOut(watch));
            return;
        }
        if (!locks.mayEnter(object, ObjectLocks.Kind.CHANGE, () -> timedOut(watch))) {
            return;
        }
        ObjectContext context = contexts.get(object);
        if (!context.exists() || !context.info().watchers().containsKey(watch.key)) {
            remove(object, watch.key, Watch.Farewell.TOLD);
            return;
        }
        Eversion version = host.nextVersion();
        TreeMap<WatchKey, WatchInfo> left = new TreeMap<>(context.info().watchers());
        left.remove(watch.key);
        ObjectInfo info = withVersion(withWatchers(context.info(), left), version);
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put(ObjectContexts.INFO_ATTR, Snapshots.encode(info));
        Transaction transaction = new Transaction().setAttrs(host.collection(), GhObject.of(object), attrs);
        PgLogEntry entry = new PgLogEntry(PgLogEntry.Kind.MODIFY, object, version, context.info().version(), 0, null,
                Utime.ZERO, 0, List.of(), Bytes.EMPTY);
        contexts.put(context.withInfo(info));
        List<HObject> objects = List.of(object);
        locks.begin(objects);
        long current = generation;
        host.submit(new PgMutation(List.of(entry), transaction, PgMutation.ObjectStatsDelta.NONE, () -> {
            if (generation == current) {
                remove(object, watch.key, Watch.Farewell.TOLD);
                locks.end(objects);
            }
        }));
    }

    static ObjectInfo withVersion(ObjectInfo info, Eversion version) {
        return new ObjectInfo(info.object(), version, info.version(), info.lastReqid(), info.size(), info.mtime(),
                info.truncateSeq(), info.truncateSize(), info.userVersion(), info.watchers(), info.flags(),
                info.localMtime(), info.dataDigest(), info.omapDigest(), info.expectedObjectSize(),
                info.expectedWriteSize(), info.allocHintFlags());
    }

    private static ObjectInfo withWatchers(ObjectInfo info, NavigableMap<WatchKey, WatchInfo> watchers) {
        return new ObjectInfo(info.object(), info.version(), info.priorVersion(), info.lastReqid(), info.size(),
                info.mtime(), info.truncateSeq(), info.truncateSize(), info.userVersion(), watchers, info.flags(),
                info.localMtime(), info.dataDigest(), info.omapDigest(), info.expectedObjectSize(),
                info.expectedWriteSize(), info.allocHintFlags());
    }
}
