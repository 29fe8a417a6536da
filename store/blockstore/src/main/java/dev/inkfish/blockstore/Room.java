package dev.inkfish.blockstore;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How much of a sparse file's size the file system can still give it: others may have taken the space.
final class Room {
    private static final int STAT_BYTES = 256;
    /// `st_blocks`, where Linux has it on x86-64 and aarch64; in units of 512 bytes.
    private static final int BLOCKS_OFFSET = 64;
    private static final @Nullable MethodHandle STAT = find();

    private final Path path;
    private final FileStore disk;

    private Room(Path path, FileStore disk) {
        this.path = path;
        this.disk = disk;
    }

    private static @Nullable MethodHandle find() {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
        return linker.defaultLookup().find("stat").map(stat -> linker.downcallHandle(stat, type)).orElse(null);
    }

    /// Null for a device, and where the system does not say how much a file has.
    static @Nullable Room of(Path path) throws IOException {
        return STAT != null && Files.isRegularFile(path) ? new Room(path.toRealPath(), Files.getFileStore(path)) : null;
    }

    /// What the file has, and what it could get.
    long bytes() throws IOException {
        return allocated() + disk.getUsableSpace();
    }

    private long allocated() throws IOException {
        MethodHandle stat = STAT;
        if (stat == null) {
            throw new IOException("no stat");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(STAT_BYTES, Long.BYTES);
            if ((int) stat.invokeExact(arena.allocateFrom(path.toString()), answer) != 0) {
                throw new IOException("stat of " + path);
            }
            return answer.get(ValueLayout.JAVA_LONG, BLOCKS_OFFSET) * 512;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }
}
