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
    private static final Crc32c.Zeros ONE_BLOCK = Crc32c.Zeros.of(BLOCK);
    private static final int HOLE_CRC = Crc32c.update(-1, HOLE, 0, BLOCK);

    private ObjectReader() {}

    static CephException badChecksum(int block, long onode, long index) {
        return new CephException(
                Errno.EIO, "bad checksum: block " + block + " of the device, block " + index + " of object " + onode);
    }

    /// Fills the buffer with the range that begins at `offset` and must lie within the object's size.
    ///
    /// @param before the crc32c, from -1, of what the buffer holds already
    /// @return that of all
    static int read(Onode onode, PendingKeys keys, BlockDevice device, long offset, ByteBuffer target, int before)
            throws IOException {
        long at = offset;
        int crc = before;
        while (target.hasRemaining()) {
            long index = at / BLOCK;
            int within = (int) (at % BLOCK);
            if (within == 0 && target.remaining() >= BLOCK) {
                int run = run(onode, keys, index, target.remaining() / BLOCK);
                crc = fill(onode, keys, index, run, device, target, crc);
                at += (long) run * BLOCK;
            } else {
                int count = Math.min(BLOCK - within, target.remaining());
                ByteBuffer block = ByteBuffer.allocate(BLOCK);
                fill(onode, keys, index, 1, device, block, -1);
                target.put(block.array(), within, count);
                crc = Crc32c.update(crc, block.array(), within, count);
                at += count;
            }
        }
        return crc;
    }

    private static Shard shard(Onode onode, PendingKeys keys, long index) {
        return onode.shard((int) (index / Shard.BLOCKS), keys);
    }

    /// A run of blocks, verified, or of holes. Takes the crc32c of what is before them, and gives it with them.
    private static int fill(
            Onode onode, PendingKeys keys, long index, int run, BlockDevice device, ByteBuffer target, int before)
            throws IOException {
        int crc = before;
        int first = shard(onode, keys, index).blocks[(int) (index % Shard.BLOCKS)];
        if (first == 0) {
            for (int i = 0; i < run; i++) {
                target.put(HOLE);
                crc = Crc32c.concat(crc, HOLE_CRC, ONE_BLOCK);
            }
            return crc;
        }
        int limit = target.limit();
        int start = target.position();
        device.read(first, run, target);
        for (int i = 0; i < run; i++) {
            target.limit(start + (i + 1) * BLOCK).position(start + i * BLOCK);
            int expected = shard(onode, keys, index + i).checksums[(int) ((index + i) % Shard.BLOCKS)];
            if (Crc32c.update(-1, target) != expected) {
                throw badChecksum(first + i, onode.id, index + i);
            }
            crc = Crc32c.concat(crc, expected, ONE_BLOCK);
        }
        target.limit(limit);
        return crc;
    }

    /// How many blocks from `index` on are holes, or follow each other on the device: they are read at once.
    private static int run(Onode onode, PendingKeys keys, long index, int limit) {
        Shard shard = shard(onode, keys, index);
        int within = (int) (index % Shard.BLOCKS);
        int start = shard.blocks[within];
        int run = 1;
        while (run < limit) {
            if (++within == Shard.BLOCKS) {
                within = 0;
                shard = shard(onode, keys, index + run);
            }
            if (shard.blocks[within] != (start == 0 ? 0 : start + run)) {
                break;
            }
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
