package dev.inkfish.rados;

import dev.inkfish.command.stats.ObjecterDump;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.Messenger;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.MWatchNotify;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.SnapContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends operations to objects' OSDs (`Objecter`). State belongs to one thread; callers may be on any.
///
/// A request is sent again when its group's primary, or that daemon's life, changes, when the session breaks, and when a
/// pause ends; OSDs answer a change that they have made already with its result. It is sent again, too, when maps were passed
/// over: its primary may have changed in them and changed back, and drops what was sent before that.
public final class RadosClient implements AutoCloseable {
    /// The present (`CEPH_NOSNAP`).
    public static final long NO_SNAP = -2;

    private static final Logger LOG = LoggerFactory.getLogger(RadosClient.class);
    private static final long RECONNECT_MILLIS = 200;

    private record Target(PgId pgid, int pgNum, int osd, int upFrom, boolean held) {}

    private record Session(Connection connection, int upFrom) {}

    private static final class Request {
        final long tid;
        final PoolIo io;
        final String oid;
        final ObjectOps ops;
        final Utime mtime;
        final Consumer<Reply> answer;
        @Nullable Target sentTo;
        int attempts;
        long sentNanos;

        Request(long tid, PoolIo io, String oid, ObjectOps ops, Utime mtime, Consumer<Reply> answer) {
            this.tid = tid;
            this.io = io;
            this.oid = oid;
            this.ops = ops;
            this.mtime = mtime;
            this.answer = answer;
        }
    }

    private final Messenger messenger;
    private final ScheduledThreadPoolExecutor thread;
    /// Tells this client's requests from those of an earlier life under the same name.
    private final int incarnation = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final TreeMap<Long, Request> requests = new TreeMap<>();
    private final Map<Integer, Session> sessions = new HashMap<>();
    private final Watches watches = new Watches(this);
    private volatile OsdMap map = OsdMap.empty();
    private final TreeMap<Long, List<CompletableFuture<Boolean>>> mapWaiters = new TreeMap<>();
    private long lastTid;

    /// @param name of its thread
    public RadosClient(Messenger messenger, String name) {
        this.messenger = messenger;
        thread = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    public OsdMap map() {
        return map;
    }

    /// A newer map has come.
    public void onMap(OsdMap newer) {
        post(() -> {
            if (newer.epoch() > map.epoch()) {
                if (newer.epoch() > map.epoch() + 1) {
                    requests.values().forEach(request -> request.sentTo = null);
                }
                map = newer;
                List.copyOf(requests.values()).forEach(this::aim);
                watches.onMap();
                var reached = mapWaiters.headMap((long) newer.epoch(), true);
                reached.values().forEach(list -> list.forEach(waiter -> waiter.complete(true)));
                reached.clear();
            }
        });
    }

    /// Waits until this version of the map, or a newer one, is here.
    public void awaitMap(CompletableFuture<Long> version) {
        long wanted = await(version);
        CompletableFuture<Boolean> here = new CompletableFuture<>();
        post(() -> {
            if (map.epoch() >= wanted) {
                here.complete(true);
            } else {
                mapWaiters.computeIfAbsent(wanted, key -> new ArrayList<>()).add(here);
            }
        });
        await(here);
    }

    /// @throws CephException ENOENT if there is no such pool
    public PoolIo pool(String name) {
        long id = map.poolId(name);
        if (id < 0) {
            throw new CephException(Errno.ENOENT, "error opening pool '" + name + "'");
        }
        return pool(id);
    }

    public PoolIo pool(long id) {
        return new PoolIo(this, id, "", NO_SNAP, SnapContext.NONE);
    }

    /// Shows what OSDs have not answered yet, and the watches. On the client's thread.
    public void describe(BiConsumer<List<ObjecterDump.Op>, List<ObjecterDump.Linger>> show) {
        post(() -> show.accept(
                requests.values().stream().map(this::describe).toList(), watches.describe(this::describe)));
    }

    private ObjecterDump.Op describe(Request each) {
        Target to = target(each);
        boolean held = to != null && to.held;
        int osd = each.sentTo == null || held ? -1 : each.sentTo.osd;
        return new ObjecterDump.Op(each.tid, describe(each.io, each.oid, osd, held), each.sentNanos, each.attempts, each.io.snap(),
                each.io.writes(), each.mtime, each.ops.list());
    }

    private ObjecterDump.Target describe(PoolIo io, String oid, int osd, boolean held) {
        PgPool pool = map.pool(io.pool());
        PgId pgid = new PgId(io.pool(), pool == null ? 0 : pool.hashKey(oid, io.nspace()));
        return new ObjecterDump.Target(pgid, osd, oid, new ObjectLocator(io.pool(), "", io.nspace(), -1), held);
    }

    private ObjecterDump.Target describe(PoolIo io, String oid) {
        PgPool pool = map.pool(io.pool());
        int osd = pool == null ? -1
                : map.place(pool.rawPgToPg(new PgId(io.pool(), pool.hashKey(oid, io.nspace())))).actingPrimary();
        return describe(io, oid, osd, false);
    }

    /// Answers on the client's thread.
    public void submit(PoolIo io, String oid, ObjectOps ops, Consumer<Reply> answer) {
        post(() -> begin(io, oid, ops, answer));
    }

    Reply run(PoolIo io, String oid, ObjectOps ops) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        submit(io, oid, ops, result::complete);
        return await(result);
    }

    static <T> T await(CompletableFuture<T> result) {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CephException(Errno.EINTR, "interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Watches an object, which must be there. Waits until the watch is set.
    public Watch watch(PoolIo io, String oid, Watch.Listener listener) {
        return watches.open(io, oid, listener);
    }

    /// Notifies the watchers and waits for them, or for the time to be over.
    public Reply notify(PoolIo io, String oid, Bytes payload, int timeoutSeconds) {
        return watches.notify(io, oid, payload, timeoutSeconds);
    }

    /// All that waits fails with ENOTCONN.
    @Override
    public void close() {
        post(() -> {
            List<Request> left = List.copyOf(requests.values());
            requests.clear();
            sessions.values().forEach(session -> session.connection.close());
            sessions.clear();
            left.forEach(each -> each.answer.accept(new Reply(Errno.ENOTCONN.code(), List.of(), 0)));
        });
        thread.shutdown();
    }

    // ---- on the thread

    void post(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            throw new CephException(Errno.ENOTCONN, "shut down");
        }
    }

    void later(long millis, Runnable task) {
        thread.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    long begin(PoolIo io, String oid, ObjectOps ops, Consumer<Reply> answer) {
        long now = System.currentTimeMillis();
        Request request = new Request(++lastTid, io, oid, ops, Utime.ofMillis(now), answer);
        requests.put(request.tid, request);
        aim(request);
        return request.tid;
    }

    private @Nullable Target target(Request request) {
        PgPool pool = map.pool(request.io.pool());
        if (pool == null) {
            return null;
        }
        PgId pgid = pool.rawPgToPg(new PgId(request.io.pool(), pool.hashKey(request.oid, request.io.nspace())));
        int osd = map.place(pgid).actingPrimary();
        boolean writes = (request.ops.flags() & OsdFlags.WRITE) != 0;
        boolean held = map.hasFlag(writes ? OsdMap.PAUSEWR : OsdMap.PAUSERD);
        return new Target(pgid, pool.pgNum(), osd, osd >= 0 ? map.osdInfo(osd).upFrom() : 0, held);
    }

    /// Sends if the request belongs elsewhere by now.
    private void aim(Request request) {
        Target target = target(request);
        if (target == null) {
            if (map.epoch() > 0) {
                finish(request, new Reply(Errno.ENOENT.code(), List.of(), 0));
            }
        } else if (!target.equals(request.sentTo)) {
            request.sentTo = target;
            send(request, target);
        }
    }

    private void send(Request request, Target target) {
        if (target.held || target.osd < 0 || !map.isUp(target.osd)) {
            return; // another map will come
        }
        PgPool pool = map.pool(request.io.pool());
        if (pool == null) {
            return;
        }
        HObject object = new HObject(request.oid, "", request.io.snap(), pool.hashKey(request.oid, request.io.nspace()),
                false, request.io.nspace(), request.io.pool());
        boolean writes = (request.ops.flags() & OsdFlags.WRITE) != 0;
        request.sentNanos = System.nanoTime();
        int flags = request.ops.flags() | OsdFlags.ACK | (writes ? OsdFlags.ONDISK : 0);
        MOSDOp op = new MOSDOp(SpgId.of(target.pgid), false, object, map.epoch(), flags, null, incarnation,
                request.mtime, request.ops.list(), request.io.writes(), request.attempts++, 0);
        session(target.osd).connection.send(op, request.tid);
    }

    private Session session(int osd) {
        int upFrom = map.osdInfo(osd).upFrom();
        Session known = sessions.get(osd);
        if (known != null && known.upFrom == upFrom) {
            return known;
        }
        if (known != null) {
            known.connection.close();
        }
        Session made = new Session(messenger.connect(
                EntityType.OSD, map.publicAddrs(osd), ConnectionPolicy.LOSSY, new Replies(osd)), upFrom);
        sessions.put(osd, made);
        return made;
    }

    private void finish(Request request, Reply reply) {
        if (requests.remove(request.tid) != null) {
            request.answer.accept(reply);
        }
    }

    private void onReply(int osd, MOSDOpReply message, long tid) {
        Request request = requests.get(tid);
        if (request == null || request.sentTo == null || request.sentTo.osd != osd) {
            return;
        }
        if (message.result() == Errno.EAGAIN.code() && message.ops().isEmpty()) {
            later(RECONNECT_MILLIS, () -> again(request));
            return;
        }
        finish(request, new Reply(
                message.result(), message.ops().stream().map(MOSDOpReply.OpResult::output).toList(), message.userVersion()));
    }

    private void again(Request request) {
        if (requests.get(request.tid) == request) {
            request.sentTo = null;
            aim(request);
        }
    }

    private void onReset(int osd, Connection connection) {
        Session session = sessions.get(osd);
        if (session == null || session.connection != connection) {
            return;
        }
        sessions.remove(osd);
        LOG.debug("session with osd.{} is over", osd);
        later(RECONNECT_MILLIS, () -> {
            for (Request each : List.copyOf(requests.values())) {
                if (each.sentTo != null && each.sentTo.osd == osd) {
                    again(each);
                }
            }
            watches.onReset();
        });
    }

    private final class Replies implements Dispatcher {
        private final int osd;

        Replies(int osd) {
            this.osd = osd;
        }

        @Override
        public void onMessage(Connection connection, Message message, long tid) {
            switch (message) {
                case MOSDOpReply reply -> quietly(() -> onReply(osd, reply, tid));
                case MWatchNotify event -> quietly(() -> watches.onEvent(event));
                default -> {} // maps: the owner has its own subscription
            }
        }

        @Override
        public void onReset(Connection connection) {
            quietly(() -> RadosClient.this.onReset(osd, connection));
        }

        private void quietly(Runnable task) {
            try {
                thread.execute(task);
            } catch (RejectedExecutionException e) {
                LOG.debug("closed: an event of osd.{} is dropped", osd);
            }
        }
    }
}
