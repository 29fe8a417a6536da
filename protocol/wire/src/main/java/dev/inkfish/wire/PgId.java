package dev.inkfish.wire;

/// A placement group: pool and seed (`pg_t`).
@CephType("pg_t")
public record PgId(long pool, int seed) implements Comparable<PgId> {
    public static PgId decode(WireReader in) {
        int version = in.u8();
        if (version != 1) {
            throw new DecodeException("pg_t version " + version);
        }
        PgId id = new PgId(in.u64(), in.u32());
        in.skip(4); // "preferred", unused since Ceph 0.80
        return id;
    }

    public void encode(WireWriter out) {
        out.u8(1).u64(pool).u32(seed).u32(-1);
    }

    /// `1.2f`: pool in decimal, seed in hexadecimal.
    public static PgId parse(String text) {
        int dot = text.indexOf('.');
        try {
            return new PgId(Long.parseLong(text.substring(0, dot)), Integer.parseUnsignedInt(text.substring(dot + 1), 16));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new CephException(Errno.EINVAL, "invalid pgid '" + text + "'");
        }
    }

    @Override
    public int compareTo(PgId other) {
        int c = Long.compare(pool, other.pool);
        return c != 0 ? c : Integer.compareUnsigned(seed, other.seed);
    }

    @Override
    public String toString() {
        return pool + "." + Integer.toHexString(seed);
    }
}
