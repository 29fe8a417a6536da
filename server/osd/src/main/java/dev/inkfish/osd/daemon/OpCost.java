package dev.inkfish.osd.daemon;

import dev.inkfish.net.ClientThrottle;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdOp;
import java.util.concurrent.atomic.AtomicInteger;

/// What a client's request takes of the heap while it is under way, and how much all of them may take.
final class OpCost {
    /// Of a read to an object's end; and the most that is reckoned for one read.
    private static final long WHOLE_OBJECT = 4 << 20;
    private static final long LARGEST_READ = 16 << 20;
    private static final long OVERHEAD = 1 << 10;
    /// The part of the heap that clients' requests to this process's OSDs may take together.
    private static final int HEAP_SHARE = 4;
    private static final AtomicInteger OSDS = new AtomicInteger();

    private OpCost() {}

    /// The request itself, and the reply that it will make.
    static long of(MOSDOp op) {
        long bytes = op.weight() + OVERHEAD;
        for (OsdOp each : op.ops()) {
            if (each.args() instanceof OpArgs.Extent extent
                    && (each.code() == OpCode.READ || each.code() == OpCode.SPARSE_READ)) {
                long length = extent.length() == 0 ? WHOLE_OBJECT : extent.length();
                bytes += length < 0 ? LARGEST_READ : Math.min(length, LARGEST_READ);
            }
        }
        return bytes;
    }

    /// An OSD of this process has started, or stopped.
    static void onOsd(int change) {
        OSDS.addAndGet(change);
    }

    /// @param bytes `osd_client_message_size_cap`, of which no more is granted than the heap allows
    /// @param requests `osd_client_message_cap`
    static void limit(ClientThrottle throttle, long bytes, long requests) {
        long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE / Math.max(1, OSDS.get());
        throttle.limits(bytes == 0 ? share : Math.min(bytes, share), (int) Math.min(requests, Integer.MAX_VALUE));
    }
}
