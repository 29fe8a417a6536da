package dev.inkfish.wire;

/// A version in a placement group's history: the map's epoch, then a counter (`eversion_t`).
@CephType("eversion_t")
public record Eversion(int epoch, long version) implements Comparable<Eversion> {
    public static final Eversion ZERO = new Eversion(0, 0);
    public static final Eversion MAX = new Eversion(-1, -1);

    /// Version first, then epoch: `eversion_t` is encoded in the order of its members.
    public static Eversion decode(WireReader in) {
        long version = in.u64();
        return new Eversion(in.u32(), version);
    }

    public void encode(WireWriter out) {
        out.u64(version).u32(epoch);
    }

    public static Eversion later(Eversion a, Eversion b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    public boolean isZero() {
        return epoch == 0 && version == 0;
    }

    @Override
    public int compareTo(Eversion other) {
        int c = Integer.compareUnsigned(epoch, other.epoch);
        return c != 0 ? c : Long.compareUnsigned(version, other.version);
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(epoch) + "'" + Long.toUnsignedString(version);
    }
}
