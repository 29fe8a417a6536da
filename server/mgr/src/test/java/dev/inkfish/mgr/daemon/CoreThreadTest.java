package dev.inkfish.mgr.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoreThreadTest {
    private static final long PERIOD_MILLIS = 5;

    private final CoreThread thread = new CoreThread("mgr.test");

    @AfterEach
    void stop() {
        thread.stop();
        thread.awaitEnd();
    }

    /// As on a machine that is so busy that a tick takes longer than from one to the next: maps and reports are taken in all the same, not after
    /// all ticks that should have been meanwhile.
    @Test
    void slowTicksLeaveOthersTheirTurn() throws InterruptedException {
        AtomicInteger ticks = new AtomicInteger();
        CountDownLatch some = new CountDownLatch(20);
        thread.tick(() -> {
            ticks.incrementAndGet();
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(4 * PERIOD_MILLIS);
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            some.countDown();
        }, PERIOD_MILLIS);
        assertThat(some.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        thread.post(() -> {
            int before = ticks.get();
            thread.post(() -> taken.complete(ticks.get() - before));
        });
        assertThat(taken).succeedsWithin(Duration.ofSeconds(30)).asInstanceOf(InstanceOfAssertFactories.INTEGER).isLessThanOrEqualTo(1);
    }

    @Test
    void whatComesIsTakenInOrder() throws InterruptedException {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(1000);
        thread.tick(() -> {}, 1);
        for (int i = 0; i < 1000; i++) {
            int number = i;
            thread.post(() -> {
                seen.add(number);
                done.countDown();
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).isSorted();
    }
}
