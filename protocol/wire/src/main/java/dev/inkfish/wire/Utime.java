package dev.inkfish.wire;

/// A point in time or a span: seconds and nanoseconds, both 32 bits (`utime_t`, `ceph_timespec`).
@CephType("utime_t")
public record Utime(int seconds, int nanos) implements Comparable<Utime> {
    public static final Utime ZERO = new Utime(0, 0);

    public static Utime ofMillis(long millis) {
        return new Utime((int) Math.floorDiv(millis, 1000), (int) Math.floorMod(millis, 1000L) * 1_000_000);
    }

    public static Utime ofNanos(long nanos) {
        return new Utime((int) Math.floorDiv(nanos, 1_000_000_000L), (int) Math.floorMod(nanos, 1_000_000_000L));
    }

    public static Utime ofSeconds(double seconds) {
        return ofNanos((long) (seconds * 1e9));
    }

    public long toMillis() {
        return Integer.toUnsignedLong(seconds) * 1000 + nanos / 1_000_000;
    }

    public long toNanos() {
        return Integer.toUnsignedLong(seconds) * 1_000_000_000L + nanos;
    }

    public double toSeconds() {
        return Integer.toUnsignedLong(seconds) + nanos / 1e9;
    }

    public boolean isZero() {
        return seconds == 0 && nanos == 0;
    }

    public static Utime decode(WireReader in) {
        return new Utime(in.u32(), in.u32());
    }

    public void encode(WireWriter out) {
        out.u32(seconds).u32(nanos);
    }

    @Override
    public int compareTo(Utime other) {
        int c = Integer.compareUnsigned(seconds, other.seconds);
        return c != 0 ? c : Integer.compare(nanos, other.nanos);
    }
}
