package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Copies, in memory that the disk can take them from, of large contents on their way to their place. All stores of a
/// process write the same contents at about the same time: they share one copy.
final class AlignedCopies {
    /// Largest contents of one copy.
    static final int SIZE = 4 << 20;
    private static final int ALIGN = 4096;
    /// Kept when nobody uses them, in the hope that the next store wants the same contents.
    private static final int MOST_IDLE = 4;

    private static final List<Copy> COPIES = new ArrayList<>();

    private AlignedCopies() {}

    /// To be closed when it was written.
    static final class Copy implements AutoCloseable {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(SIZE + ALIGN).alignedSlice(ALIGN);
        private WeakReference<Bytes> of = new WeakReference<>(Bytes.EMPTY);
        private int users;
        private boolean filled;

        /// The contents.
        synchronized ByteBuffer memory(Bytes data) {
            if (!filled) {
                data.putTo(memory.clear());
                filled = true;
            }
            return memory.slice(0, data.length());
        }

        @Override
        public void close() {
            synchronized (COPIES) {
                users--;
                if (users == 0 && COPIES.stream().filter(each -> each.users == 0).count() > MOST_IDLE) {
                    COPIES.remove(this);
                }
            }
        }
    }

    /// A copy of the contents, of [#SIZE] at most; see [Copy#memory].
    static Copy of(Bytes data) {
        synchronized (COPIES) {
            Copy idle = null;
            for (Copy each : COPIES) {
                if (each.of.get() == data) {
                    each.users++;
                    return each;
                }
                if (each.users == 0 && idle == null) {
                    idle = each;
                }
            }
            Copy copy = idle == null ? new Copy() : idle;
            COPIES.remove(copy);
            COPIES.add(copy); // so that the idle one that was used longest ago comes first
            copy.of = new WeakReference<>(data);
            copy.filled = false;
            copy.users = 1;
            return copy;
        }
    }
}
