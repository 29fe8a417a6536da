package dev.inkfish.blockstore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Threads that wait for a step to do, and do it. None in tests that make the steps themselves.
final class Workers {
    private final List<Thread> threads = new ArrayList<>();
    private final Consumer<Throwable> onFailure;

    /// @return false when it is time to end
    interface Await {
        boolean await() throws InterruptedException;
    }

    interface Step {
        void run() throws IOException;
    }

    /// @param onFailure gets what a step throws, which ends its thread
    Workers(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    void start(String name, Await await, Step step) {
        threads.add(Thread.ofPlatform().name(name).start(() -> loop(await, step)));
    }

    /// For what nobody waits for.
    void startBehind(String name, Await await, Step step) {
        threads.add(Thread.ofPlatform().name(name).start(() -> {
            Niceness.stepBehind();
            loop(await, step);
        }));
    }

    private void loop(Await await, Step step) {
        try {
            while (await.await()) {
                step.run();
            }
        } catch (Throwable e) {
            onFailure.accept(e);
        }
    }

    boolean areNone() {
        return threads.isEmpty();
    }

    /// Waits until they have ended; there are none then.
    void join() {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        threads.clear();
    }
}
