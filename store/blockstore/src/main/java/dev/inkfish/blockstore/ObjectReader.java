package dev.inkfish.blockstore;

import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads of an object's data. The caller holds the collection's lock.
final class ObjectReader {
    private static final int BLOCK = Shard.BLOCK;

    private ObjectReader() {}

    static CephException badChecksum(int block, long onode, long index) {
        return new CephException(
                Errno.EIO, "bad checksum: block " + block + " of the device, block " + index + " of object " + onode);
    }

    /// The range, which must lie within the object's size.
    static Bytes read(Onode onode, PendingKeys keys, BlockDevice device, long offset, int length) throws IOException {
        if (length == 0) {
            return Bytes.EMPTY;
        }
        long first = offset / BLOCK;
        int count = (int) ((offset + length - 1) / BLOCK - first + 1);
        byte[] blocks = new byte[Math.multiplyExact(count, BLOCK)];
        int at = 0;
        while (at < count) {
            Shard shard = onode.shard((int) ((first + at) / Shard.BLOCKS), keys);
            int within = (int) ((first + at) % Shard.BLOCKS);
            int end = Math.min(count, at + Shard.BLOCKS - within);
            while (at < end) {
                int run = run(shard, within, end - at);
                if (shard.blocks[within] != 0) {
                    device.read(shard.blocks[within], run, blocks, at * BLOCK);
                    verify(onode, shard, within, run, blocks, at * BLOCK, first + at);
                }
                at += run;
                within += run;
            }
        }
        return Bytes.wrap(blocks, (int) (offset - first * BLOCK), length);
    }

    /// How many blocks from `within` on are holes, or follow each other on the device.
    private static int run(Shard shard, int within, int limit) {
        int start = shard.blocks[within];
        int run = 1;
        while (run < limit && shard.blocks[within + run] == (start == 0 ? 0 : start + run)) {
            run++;
        }
        return run;
    }

    private static void verify(Onode onode, Shard shard, int within, int run, byte[] blocks, int offset, long index) {
        for (int i = 0; i < run; i++) {
            if (Shard.checksum(blocks, offset + i * BLOCK) != shard.checksums[within + i]) {
                throw badChecksum(shard.blocks[within + i], onode.id, index + i);
            }
        }
    }

    static List<ObjectStore.Extent> extents(Onode onode, PendingKeys keys, long offset, long length) {
        long limit = Math.min(onode.size, length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length);
        List<ObjectStore.Extent> result = new ArrayList<>();
        long index = offset / BLOCK;
        while (index * BLOCK < limit) {
            int number = (int) (index / Shard.BLOCKS);
            if (!onode.present.get(number)) {
                int next = onode.present.nextSetBit(number);
                if (next < 0) {
                    break;
                }
                index = (long) next * Shard.BLOCKS;
                continue;
            }
            if (onode.shard(number, keys).blocks[(int) (index % Shard.BLOCKS)] != 0) {
                long start = Math.max(index * BLOCK, offset);
                long end = Math.min((index + 1) * BLOCK, limit);
                if (!result.isEmpty() && result.getLast().end() == start) {
                    start = result.removeLast().offset();
                }
                result.add(new ObjectStore.Extent(start, end - start));
            }
            index++;
        }
        return result;
    }
}
