package dev.inkfish.blockstore;

import dev.inkfish.wire.Loan;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Memory outside the heap for what is read, shared by all stores of the process. While none is left, reads go to
/// the heap.
final class ReadBuffers {
    private static final Cleaner CLEANER = Cleaner.create();
    /// Below this a copy is cheaper.
    private static final int LEAST = 32 << 10;
    private static final ReadBuffers SMALL = new ReadBuffers(256 << 10, 48);
    /// The usual largest read, with what is said about it.
    private static final ReadBuffers LARGE = new ReadBuffers((4 << 20) + (64 << 10), 14);

    private final int size;
    private final int most;
    private final AtomicInteger made = new AtomicInteger();
    private final Queue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();

    private ReadBuffers(int size, int most) {
        this.size = size;
        this.most = most;
    }

    /// Memory of this length of which what comes after the `head` first bytes is aligned, as direct reads want it; or null where
    /// the heap is to be used.
    static @Nullable Loan borrow(long length, int head) {
        int indent = -head & (DiskFile.ALIGN - 1);
        if (length < LEAST || indent + length > LARGE.size) {
            return null;
        }
        return (indent + length <= SMALL.size ? SMALL : LARGE).lend(indent, (int) length);
    }

    private @Nullable Loan lend(int indent, int length) {
        ByteBuffer memory = idle.poll();
        if (memory == null) {
            if (made.incrementAndGet() > most) {
                made.decrementAndGet();
                return null;
            }
            memory = ByteBuffer.allocateDirect(size + DiskFile.ALIGN).alignedSlice(DiskFile.ALIGN);
        }
        Return back = new Return(this, memory, new AtomicBoolean());
        Loan loan = new Loan(memory.slice(indent, length), back);
        CLEANER.register(loan, back);
        return loan;
    }

    private record Return(ReadBuffers to, ByteBuffer memory, AtomicBoolean done) implements Runnable {
        @Override
        public void run() {
            if (done.compareAndSet(false, true)) {
                to.idle.add(memory);
            }
        }
    }
}
