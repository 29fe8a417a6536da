package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does work when its schedules say so, on a thread of its own. What there is to work on is looked up each minute.
final class Scheduler {
    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final Duration REFRESH = Duration.ofSeconds(60);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:00");

    private final RbdHost host;
    private final ScheduledWork work;
    private final ScheduleBook book;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    /// What there is to work on, and when it is next.
    private final TreeMap<ScheduleTarget, String> labels = new TreeMap<>();
    private final TreeMap<ScheduleTarget, LocalDateTime> due = new TreeMap<>();
    private LocalDateTime refreshed = LocalDateTime.MIN;

    Scheduler(RbdHost host, ScheduledWork work) {
        this.host = host;
        this.work = work;
        book = new ScheduleBook(host, work);
        thread = Thread.ofPlatform().name("rbd-" + work.object()).daemon().unstarted(this::run);
    }

    void start() {
        refresh(LocalDateTime.now());
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    // ---- commands

    void add(String levelName, String interval, @Nullable String start) {
        Level level = Levels.ofName(host.rados(), levelName, work);
        ScheduleItem item = ScheduleItem.parse(interval, start);
        change(() -> book.add(level, item));
    }

    /// @param interval null for all of the level's
    void remove(String levelName, @Nullable String interval, @Nullable String start) {
        Level level = Levels.ofName(host.rados(), levelName, work);
        ScheduleItem item = interval == null ? null : ScheduleItem.parse(interval, start);
        change(() -> book.remove(level, item));
    }

    private void change(Runnable edit) {
        lock.lock();
        try {
            edit.run();
            LocalDateTime now = LocalDateTime.now();
            due.values().removeIf(time -> time.isAfter(now));
            look(now);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    ObjectNode list(String levelName) {
        Level level = Levels.ofName(host.rados(), levelName, work);
        lock.lock();
        try {
            return book.list(level);
        } finally {
            lock.unlock();
        }
    }

    ObjectNode status(String levelName) {
        Level level = Levels.ofName(host.rados(), levelName, work);
        lock.lock();
        try {
            TreeMap<LocalDateTime, List<ScheduledWork.Planned>> byTime = new TreeMap<>();
            due.forEach((target, time) -> {
                if (level.shows(target)) {
                    byTime.computeIfAbsent(time, key -> new ArrayList<>()).add(new ScheduledWork.Planned(
                            MINUTE.format(time), target, labels.getOrDefault(target, "")));
                }
            });
            return work.status(byTime.values().stream().flatMap(List::stream).toList());
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                LocalDateTime now = LocalDateTime.now();
                if (!now.isBefore(refreshed.plus(REFRESH))) {
                    refresh(now);
                }
                ScheduleTarget next = next(now);
                if (next != null) {
                    work(next);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("no more {} is done", work.name());
        }
    }

    private void refresh(LocalDateTime now) {
        lock.lock();
        try {
            book.load();
            look(now);
        } catch (CephException | DecodeException e) {
            LOG.warn("schedules of {} cannot be read: {}", work.name(), e.getMessage());
        } finally {
            refreshed = now;
            lock.unlock();
        }
    }

    /// Looks for what there is to work on.
    private void look(LocalDateTime now) {
        labels.clear();
        if (!book.isEmpty()) {
            host.rados().map().pools().keySet().forEach(pool -> {
                String name = host.rados().map().poolName(pool);
                if (name != null && RbdPools.isOne(host.rados().map(), pool) && book.concerns(Level.ofPool(pool, name))) {
                    lookInto(host.rados().pool(pool), name);
                }
            });
        }
        due.keySet().retainAll(labels.keySet());
        labels.keySet().forEach(target -> {
            if (!due.containsKey(target)) {
                plan(target, now);
            }
        });
    }

    private void lookInto(PoolIo pool, String name) {
        try {
            labels.putAll(work.targets(pool, name));
        } catch (CephException | DecodeException e) {
            LOG.warn("{}: pool {} cannot be read: {}", work.name(), name, e.getMessage());
        }
    }

    private void plan(ScheduleTarget target, LocalDateTime now) {
        LinkedHashSet<ScheduleItem> items = book.find(target);
        if (items != null) {
            items.stream().map(item -> item.next(now)).min(LocalDateTime::compareTo)
                    .ifPresent(time -> due.put(target, time));
        }
    }

    /// Waits until something is due, or until it is time to look around: then null.
    private @Nullable ScheduleTarget next(LocalDateTime now) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Map.Entry<ScheduleTarget, LocalDateTime> first = null;
            for (Map.Entry<ScheduleTarget, LocalDateTime> each : due.entrySet()) {
                if (first == null || each.getValue().isBefore(first.getValue())) {
                    first = each;
                }
            }
            if (first != null && !first.getValue().isAfter(now)) {
                due.remove(first.getKey());
                return first.getKey();
            }
            LocalDateTime until = refreshed.plus(REFRESH);
            if (first != null && first.getValue().isBefore(until)) {
                until = first.getValue();
            }
            changed.await(Math.max(1, Duration.between(now, until).toMillis()), TimeUnit.MILLISECONDS);
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void work(ScheduleTarget target) {
        try {
            work.run(host.rados().pool(target.pool()).namespace(target.nspace()), target);
        } catch (CephException | DecodeException e) {
            LOG.warn("{} of pool {} failed: {}", work.name(), target.pool(), e.getMessage());
        }
        lock.lock();
        try {
            if (labels.containsKey(target)) {
                plan(target, LocalDateTime.now());
            }
        } finally {
            lock.unlock();
        }
    }
}
