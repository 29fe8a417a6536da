package dev.inkfish.wire;

/// An object's full name within a cluster (`hobject_t`, `src/common/hobject.h`): what objects are sorted by.
///
/// @param oid the name a client gave
/// @param key the locator key where it differs from the name, else empty
/// @param snap [#HEAD], or the id of the clone, or [#SNAPDIR]
/// @param hash the placement hash of key (or name) and namespace
/// @param max true only for [#MAX], which sorts behind everything
/// @param nspace the RADOS namespace, empty for the default one
/// @param pool the pool's id; [Long#MIN_VALUE] in [#MIN], below -1 for internal objects
@CephType("hobject_t")
public record HObject(String oid, String key, long snap, int hash, boolean max, String nspace, long pool)
        implements Comparable<HObject> {
    /// `CEPH_NOSNAP`: the live object.
    public static final long HEAD = -2L;
    /// `CEPH_SNAPDIR`
    public static final long SNAPDIR = -1L;

    public static final HObject MIN = new HObject("", "", 0, 0, false, "", Long.MIN_VALUE);
    public static final HObject MAX = new HObject("", "", 0, 0, true, "", Long.MIN_VALUE);

    public static HObject head(String oid, String key, int hash, String nspace, long pool) {
        return new HObject(oid, key.equals(oid) ? "" : key, HEAD, hash, false, nspace, pool);
    }

    public boolean isMin() {
        return equals(MIN);
    }

    public boolean isHead() {
        return snap == HEAD;
    }

    public HObject withSnap(long other) {
        return new HObject(oid, key, other, hash, max, nspace, pool);
    }

    public HObject toHead() {
        return isHead() ? this : withSnap(HEAD);
    }

    /// Locator key, or the name where there is none.
    public String effectiveKey() {
        return key.isEmpty() ? oid : key;
    }

    /// The hash with its bits in reverse: objects of a group, and of its future halves, are neighbours.
    public int bitwiseKey() {
        return Integer.reverse(hash);
    }

    public static HObject decode(WireReader in) {
        return in.versioned(4, (body, version) -> {
            String key = body.string();
            String oid = body.string();
            long snap = body.u64();
            int hash = body.u32();
            boolean max = version >= 2 && body.bool();
            String nspace = version >= 4 ? body.string() : "";
            long pool = version >= 4 ? body.u64() : -1;
            // before Hammer the smallest object was encoded with pool -1
            if (pool == -1 && snap == 0 && hash == 0 && !max && oid.isEmpty()) {
                pool = Long.MIN_VALUE;
            }
            return new HObject(oid, key, snap, hash, max, nspace, pool);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(4, 3, () -> out.string(key)
                .string(oid)
                .u64(snap)
                .u32(hash)
                .bool(max)
                .string(nspace)
                .u64(pool));
    }

    // spelled out, as those that records get are slow where they are not compiled into their caller
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof HObject that
                        && hash == that.hash
                        && snap == that.snap
                        && pool == that.pool
                        && max == that.max
                        && oid.equals(that.oid)
                        && key.equals(that.key)
                        && nspace.equals(that.nspace);
    }

    @Override
    public int hashCode() {
        return (hash * 31 + Long.hashCode(snap)) * 31 + oid.hashCode();
    }

    @Override
    public int compareTo(HObject other) {
        int c = Boolean.compare(max, other.max);
        if (c == 0) {
            c = Long.compare(pool, other.pool);
        }
        if (c == 0) {
            c = Integer.compareUnsigned(bitwiseKey(), other.bitwiseKey());
        }
        if (c == 0) {
            c = compareUtf8(nspace, other.nspace);
        }
        if (c == 0 && !(key.isEmpty() && other.key.isEmpty())) {
            c = compareUtf8(effectiveKey(), other.effectiveKey());
        }
        if (c == 0) {
            c = compareUtf8(oid, other.oid);
        }
        return c != 0 ? c : Long.compareUnsigned(snap, other.snap);
    }

    /// Code point order, which is the order of the UTF-8 bytes; [String#compareTo] is not.
    public static int compareUtf8(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean bothSurrogates = Character.isSurrogate(x) == Character.isSurrogate(y);
                return bothSurrogates ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /// As in Ceph's logs: `1:00000000:ns:key:oid:head`.
    @Override
    public String toString() {
        if (max) {
            return "MAX";
        }
        if (isMin()) {
            return "MIN";
        }
        String at = snap == HEAD ? "head" : snap == SNAPDIR ? "snapdir" : Long.toHexString(snap);
        return pool + ":" + String.format("%08x", bitwiseKey()) + ":" + nspace + ":" + key + ":" + oid + ":" + at;
    }
}
