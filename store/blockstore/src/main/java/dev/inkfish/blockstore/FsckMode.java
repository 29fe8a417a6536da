package dev.inkfish.blockstore;

/// What a check may do.
public enum FsckMode {
    CHECK,
    REPAIR
}
