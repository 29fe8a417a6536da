package dev.inkfish.command.stats;

import dev.inkfish.command.Formatter;

/// How many operations took how long and were how large (`PerfHistogram<2>`, with the axes of `osd_perf_counters.cc`): each step
/// is twice as wide as the one before.
public final class LatencyHistogram {
    private static final int BUCKETS = 32;
    private static final long NANOS = 100_000;
    private static final long BYTES = 512;

    private final long[] counts = new long[BUCKETS * BUCKETS];

    public void add(long nanos, long bytes) {
        counts[bucket(nanos / NANOS) * BUCKETS + bucket(bytes / BYTES)]++;
    }

    public void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    public void reset() {
        java.util.Arrays.fill(counts, 0);
    }

    /// The first is for what is below zero.
    private static int bucket(long steps) {
        return steps < 0 ? 0 : Math.min(BUCKETS - 1, Long.SIZE + 1 - Long.numberOfLeadingZeros(steps));
    }

    void dump(Formatter f, String name) {
        f.openObject(name).openArray("axes");
        axis(f, "Latency (usec)", NANOS);
        axis(f, "Request size (bytes)", BYTES);
        f.close().openArray("values");
        for (int row = 0; row < BUCKETS; row++) {
            f.openArray("value");
            for (int column = 0; column < BUCKETS; column++) {
                f.dump("value", counts[row * BUCKETS + column]);
            }
            f.close();
        }
        f.close().close();
    }

    private static void axis(Formatter f, String name, long step) {
        f.openObject("axis").dump("name", name).dump("min", 0).dump("quant_size", step).dump("buckets", BUCKETS)
                .dump("scale_type", "log2").openArray("ranges");
        f.openObject("bucket").dump("max", -1).close();
        for (int i = 1; i < BUCKETS; i++) {
            f.openObject("bucket").dump("min", i == 1 ? 0 : step << i - 2);
            if (i < BUCKETS - 1) {
                f.dump("max", (step << i - 1) - 1);
            }
            f.close();
        }
        f.close().close();
    }
}
