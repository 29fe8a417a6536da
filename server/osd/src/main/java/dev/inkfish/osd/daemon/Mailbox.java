package dev.inkfish.osd.daemon;

import dev.inkfish.objectstore.Burst;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A shard's tasks: run one after the other, in the order in which they came.
///
/// Whoever runs a task has the turn until none is left. A short task that finds nobody at work is run by the thread that
/// brings it, a message's event loop for example, which spares switching threads; what is long is left to the
/// shard's own thread. Where the disk makes tasks that should be short wait, visitors stay away for a while.
final class Mailbox {
    private static final int LONGEST_VISIT = 256;
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(3);
    /// How much longer than a slow task took visitors stay away, and how long at most.
    private static final int PENALTY = 20;
    private static final long LONGEST_PENALTY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /// Tasks that are not done; who makes it one has the turn.
    private final AtomicInteger open = new AtomicInteger();
    private final Thread own;
    private final Consumer<Throwable> onFailure;
    private volatile boolean ownTurn;
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;
    private volatile long visitorsFrom = System.nanoTime();

    /// A task for the shard's own thread.
    private record Heavy(Runnable task) implements Runnable {
        @Override
        public void run() {
            task.run();
        }
    }

    /// @param onFailure what a task threw, after which no task runs any more
    Mailbox(String name, Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        this.own = new Thread(this::work, name);
    }

    void start() {
        own.start();
    }

    /// Lets what is there run, then ends the thread.
    void stop() throws InterruptedException {
        add(() -> stopping = true);
        if (own.isAlive()) {
            own.join();
        }
    }

    /// A task for the shard's own thread.
    void add(Runnable task) {
        tasks.add(new Heavy(task));
        if (open.getAndIncrement() == 0) {
            giveToOwn();
        }
    }

    /// A task that takes some microseconds, which may run before this returns.
    void addShort(Runnable task) {
        tasks.add(task);
        if (open.getAndIncrement() == 0) {
            visit();
        }
    }

    /// A task that takes some microseconds, from a thread that must not run it; `visitor` may.
    void addShort(Runnable task, Executor visitor) {
        tasks.add(task);
        if (open.getAndIncrement() == 0) {
            try {
                visitor.execute(this::visit);
            } catch (RejectedExecutionException e) {
                giveToOwn();
            }
        }
    }

    private void giveToOwn() {
        ownTurn = true;
        LockSupport.unpark(own);
    }

    private void visit() {
        Burst.begin();
        try {
            serve();
        } finally {
            Burst.end();
        }
    }

    private void serve() {
        long before = System.nanoTime();
        if (before - visitorsFrom < 0) {
            giveToOwn();
            return;
        }
        int done = 0;
        do {
            Runnable task = tasks.peek();
            if (task instanceof Heavy || done++ == LONGEST_VISIT) {
                giveToOwn();
                return;
            }
            tasks.remove();
            if (!run(task)) {
                giveToOwn();
                return;
            }
            long now = System.nanoTime();
            if (now - before > SLOW_NANOS) {
                visitorsFrom = now + Math.min(PENALTY * (now - before), LONGEST_PENALTY_NANOS);
            }
            before = now;
        } while (open.decrementAndGet() > 0);
    }

    private boolean run(Runnable task) {
        try {
            task.run();
            return true;
        } catch (RuntimeException | Error e) {
            failure = e;
            return false;
        }
    }

    private void work() {
        while (!stopping && failure == null) {
            while (!ownTurn) {
                LockSupport.park(this);
            }
            ownTurn = false;
            while (failure == null && run(tasks.remove()) && open.decrementAndGet() > 0 && !stopping) {}
        }
        Throwable thrown = failure;
        if (thrown != null) {
            onFailure.accept(thrown);
        }
    }
}
