package dev.inkfish.bench;

import dev.inkfish.wire.Crc32c;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The checksum of frames and of blocks on disk.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CrcBench {
    @Param({"4096", "4194304"})
    public int length;

    private byte[] data = {};

    @Setup
    public void fill() {
        data = new byte[length];
        new Random(1).nextBytes(data);
    }

    @Benchmark
    public int crc32c() {
        return Crc32c.update(-1, data, 0, length);
    }

    /// The checksum of two neighbours from theirs, without reading them.
    @Benchmark
    public int shift() {
        return Crc32c.shift(0x1234_5678, length);
    }
}
