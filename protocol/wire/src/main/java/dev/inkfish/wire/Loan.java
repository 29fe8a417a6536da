package dev.inkfish.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Memory outside the heap that somebody lent for the content of a [Bytes], so that it goes from disk to socket
/// without being copied.
///
/// Who knows that nobody will look at the bytes again may give it back; otherwise the lender gets it back
/// when the garbage collector has found the loan unused.
public final class Loan {
    private final ByteBuffer memory;
    private final Runnable giveBack;
    private volatile byte @Nullable [] onHeap;
    private volatile boolean over;
    private boolean hasCrc;
    private int crc;

    /// @param memory all of which the bytes are; not written to any more
    /// @param giveBack does nothing when run again, and does not refer to this
    public Loan(ByteBuffer memory, Runnable giveBack) {
        this.memory = memory;
        this.giveBack = giveBack;
    }

    int length() {
        return memory.capacity();
    }

    /// For the lender to fill before it lends; for all others to read.
    public ByteBuffer memory() {
        if (over) {
            throw new IllegalStateException("the memory was given back");
        }
        return memory;
    }

    /// For the lender, before it lends: the crc32c, from -1, of all that the memory holds.
    public void crc(int value) {
        crc = value;
        hasCrc = true;
    }

    boolean hasCrc() {
        return hasCrc;
    }

    int crc() {
        return crc;
    }

    byte[] onHeap() {
        byte[] copy = onHeap;
        if (copy == null) {
            copy = new byte[memory.capacity()];
            memory().get(0, copy);
            onHeap = copy;
        }
        return copy;
    }

    /// Nobody looks at the bytes from now on.
    public void giveBack() {
        over = true;
        giveBack.run();
    }
}
