package dev.inkfish.mgr.daemon;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread of the manager's core: what happens, in the order of its coming, and ticks in between.
final class CoreThread {
    private static final Logger LOG = LoggerFactory.getLogger(CoreThread.class);
    private static final long LAG_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long END_SECONDS = 2;

    private final String name;
    private final ScheduledThreadPoolExecutor executor;
    private long lagTold = System.nanoTime() - LAG_NANOS;

    /// @param name `mgr.x`
    CoreThread(String name) {
        this.name = name;
        executor = new ScheduledThreadPoolExecutor(1, task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// May be called from any thread.
    void post(Runnable task) {
        long posted = System.nanoTime();
        try {
            executor.execute(() -> {
                noteLag(posted);
                task.run();
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: closing, an event is dropped", name);
        }
    }

    /// Runs that task again and again, that time after it ended. Not at a fixed rate: where a tick takes longer than from one to the next,
    /// as on a machine that is too busy, the next one would always be due before whatever has come meanwhile, and none of that
    /// would ever have its turn.
    void tick(Runnable task, long millis) {
        executor.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    /// What a manager shows that is behind with its work is old.
    private void noteLag(long posted) {
        long now = System.nanoTime();
        if (now - posted > LAG_NANOS && now - lagTold > LAG_NANOS) {
            lagTold = now;
            LOG.warn("{}: {} s behind, {} events wait", name, TimeUnit.NANOSECONDS.toSeconds(now - posted), executor.getQueue().size());
        }
    }

    /// What has not begun does not any more.
    void stop() {
        executor.shutdownNow();
    }

    void awaitEnd() {
        try {
            executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
