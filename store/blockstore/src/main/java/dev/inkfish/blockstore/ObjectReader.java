package dev.inkfish.blockstore;

import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Reads of an object's data. The caller holds the collection's lock.
final class ObjectReader {
    private static final int BLOCK = Shard.BLOCK;
    private static final byte[] HOLE = new byte[BLOCK];

    private ObjectReader() {}

    static CephException badChecksum(int block, long onode, long index) {
        return new CephException(
                Errno.EIO, "bad checksum: block " + block + " of the device, block " + index + " of object " + onode);
    }

    /// Fills the buffer with the range that begins at `offset` and must lie within the object's size.
    static void read(Onode onode, PendingKeys keys, BlockDevice device, long offset, ByteBuffer target)
            throws IOException {
        long at = offset;
        while (target.hasRemaining()) {
            long index = at / BLOCK;
            int before = (int) (at % BLOCK);
            Shard shard = onode.shard((int) (index / Shard.BLOCKS), keys);
            int within = (int) (index % Shard.BLOCKS);
            if (before == 0 && target.remaining() >= BLOCK) {
                int run = run(shard, within, Math.min(Shard.BLOCKS - within, target.remaining() / BLOCK));
                int start = target.position();
                fill(onode, shard, within, run, index, device, target);
                at += target.position() - start;
            } else {
                int count = Math.min(BLOCK - before, target.remaining());
                ByteBuffer block = ByteBuffer.allocate(BLOCK);
                fill(onode, shard, within, 1, index, device, block);
                target.put(block.array(), before, count);
                at += count;
            }
        }
    }

    /// A run of blocks, verified, or of holes.
    private static void fill(
            Onode onode, Shard shard, int within, int run, long index, BlockDevice device, ByteBuffer target)
            throws IOException {
        if (shard.blocks[within] == 0) {
            for (int i = 0; i < run; i++) {
                target.put(HOLE);
            }
            return;
        }
        int limit = target.limit();
        int start = target.position();
        device.read(shard.blocks[within], run, target);
        for (int i = 0; i < run; i++) {
            target.limit(start + (i + 1) * BLOCK).position(start + i * BLOCK);
            if (Crc32c.update(-1, target) != shard.checksums[within + i]) {
                throw badChecksum(shard.blocks[within + i], onode.id, index + i);
            }
        }
        target.limit(limit);
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
