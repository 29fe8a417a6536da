package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The queue of work on images: kept in objects `rbd_task` of the pools, done one after the other on a thread, tried
/// again until it succeeds or is cancelled (`rbd_support/task.py`).
final class Tasks {
    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);
    private static final String OBJECT = "rbd_task";
    private static final int RETRY_SECONDS = 30;
    private static final int MAX_RETRY_SECONDS = 300;
    private static final int MAX_COMPLETED = 50;
    private static final int TICK_SECONDS = 5;
    private static final long PROGRESS_NANOS = 1_000_000_000L;

    private final RbdHost host;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<Long, Task> bySequence = new TreeMap<>();
    private final TreeMap<String, Task> byId = new TreeMap<>();
    private final List<Task> completed = new ArrayList<>();
    private final Thread thread;
    private long sequence;
    private @Nullable Task running;
    private long lastProgress;

    Tasks(RbdHost host) {
        this.host = host;
        thread = Thread.ofPlatform().name("rbd-tasks").daemon().unstarted(this::run);
    }

    /// Takes up what was left, then works.
    void start() {
        lock.lock();
        try {
            load();
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    // ---- commands

    String add(ImageSpec spec, String action, boolean byImageId, TaskCheck check) {
        ObjectNode refs = JsonNodeFactory.instance.objectNode();
        refs.put("action", action).put("pool_name", spec.pool()).put("pool_namespace", spec.nspace());
        refs.put(byImageId ? "image_id" : "image_name", spec.image());
        lock.lock();
        try {
            PoolIo io = open(spec.pool(), spec.nspace());
            TaskCheck.Outcome outcome = check.look(io, refs);
            Task same = find(refs);
            if (same != null) {
                return same.json();
            }
            return append(io, outcome.messageOrThrow(), refs).json();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Task find(ObjectNode refs) {
        for (Task task : byId.descendingMap().values()) {
            if (task.matches(refs)) {
                return task;
            }
        }
        // one that has just ended: the same command, sent again
        for (Task task : completed.reversed()) {
            if (task.matches(refs)) {
                return task;
            }
        }
        return null;
    }

    private Task append(PoolIo io, String message, ObjectNode refs) {
        Task task = new Task(++sequence, UUID.randomUUID().toString(), message, refs);
        io.run(OBJECT, ObjectOps.of().omapSet(Map.of(task.key(), Bytes.utf8(task.json())))).orThrow("add a task");
        bySequence.put(task.sequence, task);
        byId.put(task.id, task);
        changed.signalAll();
        return task;
    }

    /// @param id null for all
    String list(@Nullable String id, BiPredicate<String, String> allowed) {
        lock.lock();
        try {
            if (id != null) {
                return PythonJson.pretty(known(id, allowed).node());
            }
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            bySequence.values().stream().filter(task -> isAllowed(task, allowed)).forEach(task -> all.add(task.node()));
            return PythonJson.pretty(all);
        } finally {
            lock.unlock();
        }
    }

    void cancel(String id, BiPredicate<String, String> allowed) {
        lock.lock();
        try {
            Task task = known(id, allowed);
            task.canceled = true;
            task.failure = "Operation canceled";
            endProgress(task);
            PoolIo io = open(task.ref("pool_name"), task.ref("pool_namespace"));
            forget(io, task, task != running);
        } finally {
            lock.unlock();
        }
    }

    private Task known(String id, BiPredicate<String, String> allowed) {
        Task task = byId.get(id);
        if (task == null || !isAllowed(task, allowed)) {
            throw new CephException(Errno.ENOENT, "No such task " + id);
        }
        return task;
    }

    private static boolean isAllowed(Task task, BiPredicate<String, String> allowed) {
        return allowed.test(task.ref("pool_name"), task.ref("pool_namespace"));
    }

    // ---- the queue

    private PoolIo open(String pool, String nspace) {
        if (host.rados().map().poolId(pool) < 0) {
            throw RbdErrors.noPool(pool);
        }
        return host.rados().pool(pool).namespace(nspace);
    }

    private void load() {
        for (PoolIo io : RbdPools.all(host.rados())) {
            try {
                io.omap(OBJECT).forEach((key, value) -> {
                    Task task = Task.parse(value.utf8());
                    if (task == null) {
                        LOG.error("a task in pool {} makes no sense: {}", io.pool(), value.utf8());
                        return;
                    }
                    bySequence.put(task.sequence, task);
                    byId.put(task.id, task);
                });
            } catch (CephException e) {
                LOG.warn("tasks of pool {} cannot be read: {}", io.pool(), e.getMessage());
            }
        }
        sequence = bySequence.isEmpty() ? 0 : bySequence.lastKey();
    }

    private void run() {
        lock.lock();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                LocalDateTime now = LocalDateTime.now();
                for (Task task : List.copyOf(bySequence.values())) {
                    if (byId.containsKey(task.id) && (task.retryTime == null || !task.retryTime.isAfter(now))) {
                        execute(task);
                    }
                }
                changed.await(TICK_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            LOG.debug("no more tasks are done");
        } finally {
            lock.unlock();
        }
    }

    /// Holds the lock, except while the work is done.
    private void execute(Task task) {
        if (host.rados().map().poolId(task.ref("pool_name")) < 0) {
            endProgress(task);
            forget(null, task, true);
            return;
        }
        PoolIo io = open(task.ref("pool_name"), task.ref("pool_namespace"));
        task.inProgress = true;
        running = task;
        CephException failure = null;
        lock.unlock();
        try {
            TaskWork.run(host, io, task, (done, total) -> progress(task, done, total));
        } catch (CephException e) {
            failure = e;
        } catch (RuntimeException e) {
            LOG.error("task {} failed by a bug", task.json(), e);
            failure = new CephException(Errno.EIO, String.valueOf(e));
        } finally {
            lock.lock();
            task.inProgress = false;
            running = null;
        }
        if (failure == null || failure.code() == Errno.ECANCELED.code()) {
            endProgress(task);
            forget(io, task, true);
        } else if (failure.code() == Errno.EINTR.code() || failure.code() == Errno.ENOTCONN.code()) {
            Thread.currentThread().interrupt(); // the manager ends
        } else {
            LOG.warn("task {}: {}", task.id, failure.getMessage());
            task.retryMessage = RbdErrors.text(failure.code(), String.valueOf(failure.getMessage()));
            if (task.progressPosted) {
                post(task, 0);
            }
        }
        task.retryAttempts++;
        task.retryTime = LocalDateTime.now()
                .plusSeconds(Math.min((long) RETRY_SECONDS * task.retryAttempts, MAX_RETRY_SECONDS));
    }

    private void forget(@Nullable PoolIo io, Task task, boolean everywhere) {
        if (io != null) {
            Reply reply = io.run(OBJECT, ObjectOps.of().omapRemove(List.of(task.key())));
            if (reply.code() < 0 && !reply.failedWith(Errno.ENOENT)) {
                LOG.warn("task {} stays listed: {}", task.id, Errno.describe(reply.code()));
            }
        }
        if (everywhere && byId.remove(task.id) != null) {
            bySequence.remove(task.sequence);
            if (task.failure == null) {
                completed.add(task);
                if (completed.size() > MAX_COMPLETED) {
                    completed.removeFirst();
                }
            }
        }
    }

    // ---- progress

    private void progress(Task task, long done, long total) {
        if (task.canceled) {
            throw new CephException(Errno.ECANCELED, "canceled");
        }
        task.progress = total == 0 ? 1 : (double) done / total;
        long now = System.nanoTime();
        if (!task.progressPosted || now - lastProgress >= PROGRESS_NANOS) {
            lastProgress = now;
            post(task, task.progress);
        }
    }

    private void post(Task task, double progress) {
        ObjectNode refs = JsonNodeFactory.instance.objectNode().put("origin", "rbd_support");
        refs.setAll(task.refs);
        host.progress(task.id, task.message, progress, refs);
        task.progressPosted = true;
    }

    private void endProgress(Task task) {
        if (!task.progressPosted) {
            post(task, 0);
        }
        if (task.failure != null) {
            host.failed(task.id, task.failure);
        } else {
            host.completed(task.id);
        }
    }
}
