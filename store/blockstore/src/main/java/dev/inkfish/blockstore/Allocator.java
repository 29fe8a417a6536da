package dev.inkfish.blockstore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which blocks of the device are in use: a bit each, and a count of free ones per group of [#GROUP], so that full
/// stretches are skipped. Low numbers are taken first, which keeps a sparse file small.
final class Allocator {
    private static final int GROUP = 4096;

    private final long[] used;
    private final int[] freeInGroup;
    private final int blocks;
    private int free;
    /// No group below this has a free block.
    private int firstGroup;

    /// Consecutive blocks.
    record Run(int start, int count) {}

    Allocator(int blocks) {
        this.blocks = blocks;
        int groups = (int) (((long) blocks + GROUP - 1) / GROUP);
        used = new long[groups * (GROUP / 64)];
        freeInGroup = new int[groups];
        Arrays.fill(freeInGroup, GROUP);
        free = groups * GROUP;
        for (int block = blocks; block < groups * GROUP; block++) {
            mark(block);
        }
    }

    int blocks() {
        return blocks;
    }

    synchronized int free() {
        return free;
    }

    synchronized boolean isUsed(int block) {
        return (used[block >>> 6] & 1L << block) != 0;
    }

    /// @return whether it was free
    synchronized boolean mark(int block) {
        long bit = 1L << block;
        if ((used[block >>> 6] & bit) != 0) {
            return false;
        }
        used[block >>> 6] |= bit;
        freeInGroup[block / GROUP]--;
        free--;
        return true;
    }

    synchronized void release(int block) {
        long bit = 1L << block;
        if ((used[block >>> 6] & bit) == 0) {
            throw new IllegalStateException("block " + block + " is free already");
        }
        used[block >>> 6] &= ~bit;
        freeInGroup[block / GROUP]++;
        free++;
        firstGroup = Math.min(firstGroup, block / GROUP);
    }

    /// `count` blocks, together where there is such a place within the next groups, else in pieces; null if there
    /// are not that many.
    synchronized @Nullable List<Run> allocate(int count) {
        if (count > free) {
            return null;
        }
        while (freeInGroup[firstGroup] == 0) {
            firstGroup++;
        }
        Run whole = count == 1 ? null : find(count, Math.min(freeInGroup.length, firstGroup + 64));
        List<Run> runs = new ArrayList<>();
        if (whole != null) {
            take(whole);
            runs.add(whole);
            return runs;
        }
        int missing = count;
        int from = firstGroup * GROUP;
        while (missing > 0) {
            Run run = next(from, missing);
            take(run);
            runs.add(run);
            missing -= run.count();
            from = run.start() + run.count();
        }
        return runs;
    }

    private void take(Run run) {
        for (int i = 0; i < run.count(); i++) {
            mark(run.start() + i);
        }
    }

    private @Nullable Run find(int count, int endGroup) {
        long end = Math.min(blocks, (long) endGroup * GROUP);
        long at = (long) firstGroup * GROUP;
        while (at < end) {
            Run run = next((int) at, count);
            if (run == null || run.count() == count) {
                return run;
            }
            at = (long) run.start() + run.count();
        }
        return null;
    }

    /// The first free run at or after `from`, cut at `limit` blocks; null if there is none.
    private @Nullable Run next(int from, int limit) {
        int start = nextFree(from);
        if (start < 0) {
            return null;
        }
        int end = start + 1;
        while (end - start < limit && end < blocks && (used[end >>> 6] & 1L << end) == 0) {
            end++;
        }
        return new Run(start, end - start);
    }

    private int nextFree(int from) {
        long at = from;
        while (at < blocks) {
            int block = (int) at;
            if (block % GROUP == 0 && freeInGroup[block / GROUP] == 0) {
                at += GROUP;
                continue;
            }
            long word = ~used[block >>> 6] >>> (block & 63);
            if (word != 0) {
                return block + Long.numberOfTrailingZeros(word);
            }
            at = (at | 63) + 1;
        }
        return -1;
    }
}
