package dev.inkfish.blockstore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Blocks that nobody refers to any more and that may not be used again yet. Not safe for several threads.
///
/// **When a freed block may be used again**: when the checkpoint that cuts the transaction that freed it is done.
/// Before, a crash could undo the freeing (it may not even be durable), and a replay could write an
/// earlier deferred content over what its new owner wrote directly.
final class FreedBlocks {
    private final Deque<int[]> applied = new ArrayDeque<>();
    private long count;

    void add(int[] freed) {
        if (freed.length > 0) {
            applied.add(freed);
            count += freed.length;
        }
    }

    /// With those that a checkpoint under way will release.
    long count() {
        return count;
    }

    /// Those that a checkpoint which begins now may release at its end.
    List<int[]> take() {
        List<int[]> taken = new ArrayList<>(applied);
        applied.clear();
        return taken;
    }

    void released(List<int[]> blocks) {
        for (int[] each : blocks) {
            count -= each.length;
        }
    }
}
