package dev.inkfish.osd.ops;

import dev.inkfish.wire.HObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who may go on with an object (`ObcLockManager`, `RWState`). Changes may overlap: the store orders them.
/// A read waits until all changes before it are durable everywhere, so that it never shows what could still
/// be lost; what comes behind a waiting read waits too.
final class ObjectLocks {
    private static final class Lock {
        int changes;
        int blocks;
        boolean waking;
        final Deque<Waiter> waiting = new ArrayDeque<>();
    }

    private record Waiter(Kind kind, Runnable task) {}

    enum Kind {
        READ,
        CHANGE
    }

    private final Map<HObject, Lock> locks = new HashMap<>();

    /// Whether an operation may run now. If not, `task` runs when it may.
    boolean mayEnter(HObject object, Kind kind, Runnable task) {
        Lock lock = locks.get(object);
        if (lock == null || lock.waiting.isEmpty() && lock.blocks == 0 && (kind == Kind.CHANGE || lock.changes == 0)) {
            return true;
        }
        lock.waiting.add(new Waiter(kind, task));
        return false;
    }

    /// A change of these objects was submitted.
    void begin(List<HObject> objects) {
        objects.forEach(object -> lock(object).changes++);
    }

    /// It is durable.
    void end(List<HObject> objects) {
        Set<HObject> free = new LinkedHashSet<>();
        for (HObject object : objects) {
            Lock lock = locks.get(object);
            if (lock != null && --lock.changes == 0) {
                free.add(object);
            }
        }
        free.forEach(this::wake);
    }

    /// Nothing may run on the object until [#unblock].
    void block(HObject object) {
        lock(object).blocks++;
    }

    void unblock(HObject object) {
        Lock lock = locks.get(object);
        if (lock != null) {
            lock.blocks--;
            wake(object);
        }
    }

    boolean isBlocked(HObject object) {
        Lock lock = locks.get(object);
        return lock != null && lock.blocks > 0;
    }

    void clear() {
        locks.clear();
    }

    private Lock lock(HObject object) {
        return locks.computeIfAbsent(object, o -> new Lock());
    }

    private void wake(HObject object) {
        Lock lock = locks.get(object);
        if (lock == null || lock.waking) {
            return;
        }
        lock.waking = true;
        while (locks.get(object) == lock && lock.blocks == 0 && !lock.waiting.isEmpty()) {
            if (lock.waiting.getFirst().kind == Kind.READ && lock.changes > 0) {
                break;
            }
            Waiter next = lock.waiting.removeFirst();
            List<Waiter> behind = List.copyOf(lock.waiting);
            lock.waiting.clear(); // it must find the way free
            next.task.run();
            behind.forEach(lock.waiting::addLast);
        }
        lock.waking = false;
        if (lock.changes == 0 && lock.blocks == 0 && lock.waiting.isEmpty()) {
            locks.remove(object, lock);
        }
    }
}
