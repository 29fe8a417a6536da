package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// How full an object store is, in bytes (`store_statfs_t`).
///
/// @param reserved what the store keeps for itself
/// @param allocated space taken by data
/// @param stored what users wrote of it
@CephType("store_statfs_t")
public record StoreStatfs(
        long total,
        long available,
        long reserved,
        long allocated,
        long stored,
        long compressed,
        long compressedAllocated,
        long compressedOriginal,
        long omapAllocated,
        long internalMetadata) {
    public static final StoreStatfs ZERO = new StoreStatfs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public long used() {
        return total - available - reserved;
    }

    /// With what the store keeps for itself.
    public long usedRaw() {
        return total - available;
    }

    public float usedRawRatio() {
        return total == 0 ? 0f : (float) usedRaw() / (float) total;
    }

    public StoreStatfs plus(StoreStatfs o) {
        return new StoreStatfs(
                total + o.total,
                available + o.available,
                reserved + o.reserved,
                allocated + o.allocated,
                stored + o.stored,
                compressed + o.compressed,
                compressedAllocated + o.compressedAllocated,
                compressedOriginal + o.compressedOriginal,
                omapAllocated + o.omapAllocated,
                internalMetadata + o.internalMetadata);
    }

    public StoreStatfs minus(StoreStatfs o) {
        return plus(new StoreStatfs(
                -o.total,
                -o.available,
                -o.reserved,
                -o.allocated,
                -o.stored,
                -o.compressed,
                -o.compressedAllocated,
                -o.compressedOriginal,
                -o.omapAllocated,
                -o.internalMetadata));
    }

    public static StoreStatfs decode(WireReader in) {
        return in.versioned(1, (b, version) -> new StoreStatfs(
                b.u64(), b.u64(), b.u64(), b.u64(), b.u64(), b.u64(), b.u64(), b.u64(), b.u64(), b.u64()));
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u64(total)
                .u64(available)
                .u64(reserved)
                .u64(allocated)
                .u64(stored)
                .u64(compressed)
                .u64(compressedAllocated)
                .u64(compressedOriginal)
                .u64(omapAllocated)
                .u64(internalMetadata));
    }
}
