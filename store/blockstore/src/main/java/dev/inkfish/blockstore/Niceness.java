package dev.inkfish.blockstore;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Lets threads that somebody waits for run before those that nobody waits for: Linux has a niceness for each thread, which the
/// JDK's priorities change for root only. Threads that such a thread starts, RocksDB's among them, have the same.
final class Niceness {
    static final int BEHIND = 5;

    private static final @Nullable MethodHandle NICE = find();

    private Niceness() {}

    private static @Nullable MethodHandle find() {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        return linker.defaultLookup().find("nice").map(nice -> linker.downcallHandle(nice, type)).orElse(null);
    }

    /// Makes the calling thread nicer than the process is. Where the system does not know of it, nothing changes.
    static void stepBehind() {
        MethodHandle nice = NICE;
        if (nice == null) {
            return;
        }
        try {
            int _ = (int) nice.invokeExact(BEHIND);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
