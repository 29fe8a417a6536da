package dev.inkfish.mon.quorum;

/// What a monitor's store takes, and what is left for it.
///
/// @param freePercent free on the store's disk; below 0 where not known
/// @param storeBytes what the store takes; 0 where not known
public record StoreDisk(int freePercent, long storeBytes) {
    public static final StoreDisk UNKNOWN = new StoreDisk(-1, 0);
}
