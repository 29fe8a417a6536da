package dev.inkfish.osdmap;

/// The stretch mode's fields of the map (since 16).
///
/// @param degraded how many buckets are missing
/// @param bucketType the CRUSH type that sites are
public record StretchMode(boolean enabled, int bucketCount, int degraded, int recovering, int bucketType) {
    public static final StretchMode OFF = new StretchMode(false, 0, 0, 0, 0);
}
