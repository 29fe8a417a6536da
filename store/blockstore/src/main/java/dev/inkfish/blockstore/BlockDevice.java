package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The device's blocks as they should be: what is on it, and over that the contents that are only in the journal
/// yet.
///
/// Reads of an object's blocks happen under its collection's lock, so no new contents appear meanwhile;
/// contents leave memory only once they are written to their place.
final class BlockDevice {
    private static final int WRITE_BUFFER = 1 << 20;
    /// From here on contents are written past the page cache.
    static final int LARGE = 64 << 10;

    final StoreFile file;
    private final ConcurrentHashMap<Integer, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(WRITE_BUFFER + Shard.BLOCK)
            .alignedSlice(Shard.BLOCK)
            .slice(0, WRITE_BUFFER);

    /// What a block will hold.
    record Content(int block, Bytes data) {}

    /// A block's contents, newest first. The older ones matter while the newest is not durable: then it must not
    /// go to its place, as the journal might lose it and keep the earlier one.
    private static final class Pending {
        final Bytes data;
        final Submitted.Fate from;
        final @Nullable Pending older;

        Pending(Bytes data, Submitted.Fate from, @Nullable Pending older) {
            this.data = data;
            this.from = from;
            this.older = older;
        }

        @Nullable Pending newestDurable() {
            Pending at = this;
            while (at != null && !at.from.durable) {
                at = at.older;
            }
            return at;
        }

        /// Without those that nothing needs: older than a durable one.
        Pending pruned() {
            if (from.durable) {
                return older == null ? this : new Pending(data, from, null);
            }
            return older == null ? this : new Pending(data, from, older.pruned());
        }

        /// Without `written` and what is older; null if nothing is left.
        @Nullable Pending without(Pending written) {
            if (data == written.data) {
                return null;
            }
            return older == null ? this : new Pending(data, from, older.without(written));
        }
    }

    BlockDevice(StoreFile file) {
        this.file = file;
    }

    /// Makes a transaction's contents visible.
    void defer(Submitted transaction) {
        for (Content content : transaction.deferred) {
            pending.compute(content.block(), (block, older) -> {
                if (older == null) {
                    pendingBytes.addAndGet(Shard.BLOCK);
                }
                return new Pending(content.data(), transaction.fate, older == null ? null : older.pruned());
            });
        }
    }

    long pendingBytes() {
        return pendingBytes.get();
    }

    /// Reads consecutive blocks to the buffer's position, which advances.
    void read(int start, int count, ByteBuffer target) throws IOException {
        int at = 0;
        int limit = target.limit();
        while (at < count) {
            Pending content = pending.get(start + at);
            if (content != null) {
                content.data.putTo(target);
                at++;
                continue;
            }
            int end = at + 1;
            while (end < count && !pending.containsKey(start + end)) {
                end++;
            }
            target.limit(target.position() + (end - at) * Shard.BLOCK);
            file.read(target, (long) (start + at) * Shard.BLOCK);
            target.limit(limit);
            at = end;
        }
    }

    /// Writes whole blocks to their place at once.
    ///
    /// @param readSoon they will probably be read soon
    void write(int start, Bytes data, boolean readSoon) throws IOException {
        long position = (long) start * Shard.BLOCK;
        if (data.length() < LARGE) {
            file.write(data.asByteBuffer(), position);
            return;
        }
        for (int done = 0; done < data.length(); done += AlignedCopies.SIZE) {
            Bytes part = data.slice(done, Math.min(AlignedCopies.SIZE, data.length() - done));
            try (AlignedCopies.Copy copy = AlignedCopies.of(part)) {
                if (readSoon) {
                    file.writeToRead(copy.memory(part), position + done);
                } else {
                    file.write(copy.memory(part), position + done);
                }
            }
        }
    }

    /// Writes the durable contents to their places, neighbours together. Only one thread may do this.
    void flush() throws IOException {
        int[] blocks = pending.keySet().stream().mapToInt(Integer::intValue).toArray();
        Arrays.sort(blocks);
        int first = 0;
        buffer.clear();
        for (int i = 0; i < blocks.length; i++) {
            boolean follows = i > first && blocks[i] == blocks[i - 1] + 1 && buffer.remaining() >= Shard.BLOCK;
            if (!follows) {
                writeOut(blocks, first, i);
                first = i;
            }
            Pending content = pending.get(blocks[i]);
            Pending durable = content == null ? null : content.newestDurable();
            if (durable == null) {
                writeOut(blocks, first, i);
                first = i + 1;
            } else {
                durable.data.putTo(buffer);
                written[buffer.position() / Shard.BLOCK - 1] = durable;
            }
        }
        writeOut(blocks, first, blocks.length);
    }

    private final Pending[] written = new Pending[WRITE_BUFFER / Shard.BLOCK];

    /// Writes the buffer, which holds the contents of `blocks[first]` up to `blocks[end - 1]`.
    private void writeOut(int[] blocks, int first, int end) throws IOException {
        if (first >= end) {
            return;
        }
        buffer.flip();
        file.write(buffer, (long) blocks[first] * Shard.BLOCK);
        buffer.clear();
        for (int i = first; i < end; i++) {
            Pending done = written[i - first];
            pending.computeIfPresent(blocks[i], (block, now) -> {
                Pending left = now.without(done);
                if (left == null) {
                    pendingBytes.addAndGet(-Shard.BLOCK);
                }
                return left;
            });
        }
    }

    void sync() throws IOException {
        file.sync();
    }
}
