package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What the frames of all journals have in common.
final class Frames {
    static final int ALIGN = 4096;
    private static final byte[] PADDING = new byte[ALIGN];
    private static final int ELSEWHERE = 0x8000;

    private Frames() {}

    /// A transaction: number and length of its key-value records (u32, u32), the records, number of blocks u32, each with
    /// number u32, length u16 (zeros behind it are left out), data. What the frame has already, as another store's, is not
    /// repeated: instead of data the place u32 in the frame where it is, and [#ELSEWHERE] in the length.
    ///
    /// @param scratch the records are put together here: writing small pieces is faster on the heap
    /// @param places where in the frame the contents are that it has; null if none comes twice
    static void write(
            Submitted transaction, WireWriter scratch, ByteBuffer out, @Nullable Map<Bytes.Place, Integer> places) {
        scratch.reset();
        transaction.batch.writeTo(scratch);
        out.putInt(transaction.batch.count()).putInt(scratch.size());
        scratch.putTo(out);
        out.putInt(transaction.deferred.size());
        for (BlockDevice.Content content : transaction.deferred) {
            int length = Shard.BLOCK;
            while (length > 0 && content.data().get(length - 1) == 0) {
                length--;
            }
            out.putInt(content.block());
            Integer known = places == null || length == 0
                    ? null
                    : places.putIfAbsent(content.data().place(), out.position() + Short.BYTES);
            if (known == null) {
                out.putShort((short) length);
                content.data().slice(0, length).putTo(out);
            } else {
                out.putShort((short) (length | ELSEWHERE)).putInt(known);
            }
        }
    }

    static Journal.Replayed read(ByteBuffer frame, long sequence) {
        int recordCount = frame.getInt();
        byte[] records = new byte[frame.getInt()];
        frame.get(records);
        int blocks = frame.getInt();
        List<BlockDevice.Content> contents = new ArrayList<>(blocks);
        for (int i = 0; i < blocks; i++) {
            int block = frame.getInt();
            byte[] data = new byte[Shard.BLOCK];
            int length = Short.toUnsignedInt(frame.getShort());
            if ((length & ELSEWHERE) == 0) {
                frame.get(data, 0, length);
            } else {
                frame.get(frame.getInt(), data, 0, length & ~ELSEWHERE);
            }
            contents.add(new BlockDevice.Content(block, Bytes.wrap(data)));
        }
        return new Journal.Replayed(sequence, recordCount, records, contents);
    }

    /// Fills up to the next multiple of [#ALIGN].
    static void pad(ByteBuffer out) {
        int over = out.position() % ALIGN;
        if (over != 0) {
            out.put(PADDING, 0, ALIGN - over);
        }
    }

    static int aligned(int length) {
        return (length + ALIGN - 1) / ALIGN * ALIGN;
    }

    /// Aligned in memory too, for writing past the page cache.
    static ByteBuffer allocate(int size) {
        int whole = aligned(size);
        ByteBuffer aligned = ByteBuffer.allocateDirect(whole + ALIGN).alignedSlice(ALIGN);
        return aligned.slice(0, whole).order(ByteOrder.LITTLE_ENDIAN);
    }

    static int checksum(ByteBuffer frame, int length) {
        CRC32C crc = new CRC32C();
        crc.update(frame.duplicate().position(0).limit(length));
        return (int) crc.getValue();
    }
}
