package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// How many objects refer to a block, where that is more than one; kept in pages of [#PAGE] blocks.
///
/// Blocks of different collections may share a page, so changing one is done under [#lock], which is held until
/// the transaction has its place in the journal.
final class RefCounts {
    static final int PAGE = 64;

    private final PendingKeys keys;
    final ReentrantLock lock = new ReentrantLock();

    RefCounts(PendingKeys keys) {
        this.keys = keys;
    }

    /// The counts of a page's blocks; 0 where there is no entry, which means one reference at most.
    int[] page(int page) {
        Bytes value = keys.get(Keys.refs(page));
        return value == null ? new int[PAGE] : decode(value);
    }

    /// Adds to the counts of blocks that are referred to, and puts the changed pages into the batch. Hold the lock.
    ///
    /// @return the blocks that nobody refers to any more
    List<Integer> add(NavigableMap<Integer, Integer> deltas, KvBatch batch) {
        List<Integer> freed = new ArrayList<>();
        NavigableMap<Integer, int[]> pages = new TreeMap<>();
        for (Map.Entry<Integer, Integer> entry : deltas.entrySet()) {
            int block = entry.getKey();
            int[] counts = pages.computeIfAbsent(block / PAGE, this::page);
            int count = Math.max(1, counts[block % PAGE]) + entry.getValue();
            if (count < 0) {
                throw new IllegalStateException("block " + block + " has " + count + " references");
            }
            if (count == 0) {
                freed.add(block);
            }
            counts[block % PAGE] = count >= 2 ? count : 0;
        }
        pages.forEach((page, counts) -> put(page, counts, batch));
        return freed;
    }

    static void put(int page, int[] counts, KvBatch batch) {
        Bytes value = encode(counts);
        if (value.isEmpty()) {
            batch.delete(Keys.refs(page));
        } else {
            batch.put(Keys.refs(page), value);
        }
    }

    /// Runs of equal counts: blocks skipped, length, count.
    private static Bytes encode(int[] counts) {
        WireWriter out = new WireWriter(16);
        int at = 0;
        int skipped = 0;
        while (at < PAGE) {
            if (counts[at] == 0) {
                at++;
                skipped++;
                continue;
            }
            int end = at + 1;
            while (end < PAGE && counts[end] == counts[at]) {
                end++;
            }
            out.u8(skipped).u8(end - at);
            Numbers.write(out, counts[at]);
            at = end;
            skipped = 0;
        }
        return out.toBytes();
    }

    static int[] decode(Bytes value) {
        int[] counts = new int[PAGE];
        var in = value.reader();
        int at = 0;
        while (in.remaining() > 0) {
            at += in.u8();
            int run = in.u8();
            int count = Numbers.readInt(in);
            if (at + run > PAGE) {
                throw new DecodeException("reference counts: run of " + run + " at " + at);
            }
            for (int i = 0; i < run; i++) {
                counts[at++] = count;
            }
        }
        return counts;
    }
}
