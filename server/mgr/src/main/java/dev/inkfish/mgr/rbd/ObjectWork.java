package dev.inkfish.mgr.rbd;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Does something with each object of an image, ten at a time (`rbd_concurrent_management_ops`).
final class ObjectWork {
    private static final int CONCURRENT = 10;

    private ObjectWork() {}

    /// @throws CephException the first failure, once all that were begun have ended
    static void forEach(long count, Progress progress, LongConsumer work) {
        Semaphore free = new Semaphore(CONCURRENT);
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        for (long i = 0; i < count && failure.get() == null; i++) {
            long object = i;
            free.acquireUninterruptibly();
            if (Thread.currentThread().isInterrupted()) {
                failure.compareAndSet(null, new CephException(Errno.EINTR, "stopped"));
            } else {
                try {
                    progress.at(i, count);
                } catch (CephException e) {
                    failure.compareAndSet(null, e);
                }
            }
            if (failure.get() != null) {
                free.release();
                break;
            }
            Thread.ofVirtual().start(() -> {
                try {
                    work.accept(object);
                } catch (RuntimeException e) {
                    failure.compareAndSet(null, e);
                } finally {
                    free.release();
                }
            });
        }
        free.acquireUninterruptibly(CONCURRENT);
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }
}
