package dev.inkfish.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Until when a command runs: a signal asks it to end, and the process waits until it has.
final class Lifetime implements AutoCloseable {
    private static final int STOP_SECONDS = 30;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    Lifetime() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::askAndWait, "shutdown"));
    }

    private void askAndWait() {
        asked.countDown();
        try {
            ended.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitSignal() throws InterruptedException {
        asked.await();
    }

    /// What was to be stopped has stopped.
    @Override
    public void close() {
        ended.countDown();
    }
}
