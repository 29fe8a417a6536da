package dev.inkfish.osd.ops;

import dev.inkfish.wire.HObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may go on with an object (`ObcLockManager`, `RWState`). Changes may overlap: the store orders them.
/// A read waits until all changes before it are durable everywhere, so that it never shows what could still
/// be lost; what comes behind a waiting read waits too.
///
/// A request that takes its place among changes and has to wait for something else, a scrub or the object's recovery, keeps
/// that place: the object is held for it, and only reads that want no place pass it.
final class ObjectLocks {
    private static final class Lock {
        int changes;
        int blocks;
        boolean held;
        boolean waking;
        final Deque<Waiter> waiting = new ArrayDeque<>();
    }

    private record Waiter(Kind kind, Runnable task) {}

    enum Kind {
        READ,
        ORDERED_READ,
        CHANGE
    }

    private final Map<HObject, Lock> locks = new HashMap<>();

    /// Whether an operation may run now. If not, `task` runs when it may.
    boolean mayEnter(HObject object, Kind kind, Runnable task) {
        Lock lock = locks.get(object);
        boolean first = lock == null || lock.waiting.isEmpty() || lock.held && kind == Kind.READ;
        if (first && (lock == null || isFree(lock, kind))) {
            return true;
        }
        lock.waiting.add(new Waiter(kind, task));
        return false;
    }

    private static boolean isFree(Lock lock, Kind kind) {
        return lock.blocks == 0 && (kind == Kind.CHANGE || lock.changes == 0) && (kind == Kind.READ || !lock.held);
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

    /// Whose turn it is has to wait for something else: what comes behind it waits, but for reads that want no place.
    void hold(HObject object) {
        lock(object).held = true;
    }

    /// It need not wait any more: `task` runs before all that waits behind it.
    void release(HObject object, Kind kind, Runnable task) {
        Lock lock = lock(object);
        lock.held = false;
        lock.waiting.addFirst(new Waiter(kind, task));
        wake(object);
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
        Waiter next = next(lock);
        while (next != null) {
            List<Waiter> behind = List.copyOf(lock.waiting);
            lock.waiting.clear(); // it must find the way free
            next.task.run();
            behind.forEach(lock.waiting::addLast);
            next = locks.get(object) == lock ? next(lock) : null;
        }
        lock.waking = false;
        if (lock.changes == 0 && lock.blocks == 0 && !lock.held && lock.waiting.isEmpty()) {
            locks.remove(object, lock);
        }
    }

    /// Takes out who may run now.
    private static @Nullable Waiter next(Lock lock) {
        Iterator<Waiter> waiting = lock.waiting.iterator();
        while (waiting.hasNext()) {
            Waiter each = waiting.next();
            if (isFree(lock, each.kind)) {
                waiting.remove();
                return each;
            }
            if (!lock.held) {
                return null; // all behind it keep behind it
            }
        }
        return null;
    }
}
