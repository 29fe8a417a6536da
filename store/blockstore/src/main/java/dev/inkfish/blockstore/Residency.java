package dev.inkfish.blockstore;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// Which large reads of a file should go by the system's page cache: those that find everything there, and those that read again
/// what was not there the last time. What is read once only goes past the cache, which saves a copy, the search for memory, and
/// what others have in it.
final class Residency implements AutoCloseable {
    /// As many large reads are remembered, or some fewer.
    private static final int REMEMBERED = 8192;

    /// One page of so many bytes is looked at.
    private static final int SAMPLED = 256 << 10;

    private final Arena arena;
    /// Never looked into: only asked what of it is in memory.
    private final MemorySegment file;
    /// Places whose last read went past the cache, by their hash.
    private final AtomicIntegerArray read = new AtomicIntegerArray(REMEMBERED);

    private Residency(Arena arena, MemorySegment file) {
        this.arena = arena;
        this.file = file;
    }

    /// Null if the file cannot be mapped.
    static @Nullable Residency of(FileChannel channel) {
        Arena arena = Arena.ofShared();
        try {
            return new Residency(arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException | UnsupportedOperationException e) {
            arena.close();
            return null;
        }
    }

    boolean wantsCache(long position, int length) {
        if (position + length > file.byteSize() || isLoaded(position, length)) {
            return true;
        }
        int place = (int) (position / DiskFile.ALIGN) + 1;
        int slot = place * 0x9e3779b1 >>> 19;
        if (read.get(slot) == place) {
            read.set(slot, 0);
            return true;
        }
        read.set(slot, place);
        return false;
    }

    /// By samples: asking for each page takes as long as a sum over their contents.
    private boolean isLoaded(long position, int length) {
        for (int at = 0; at < length; at += SAMPLED) {
            if (!file.asSlice(position + at, DiskFile.ALIGN).isLoaded()) {
                return false;
            }
        }
        return file.asSlice(position + length - DiskFile.ALIGN, DiskFile.ALIGN).isLoaded();
    }

    @Override
    public void close() {
        arena.close();
    }
}
