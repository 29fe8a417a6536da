package dev.inkfish.blockstore;

/// How much a check reads.
public enum FsckDepth {
    /// Everything but the objects' contents.
    METADATA,
    /// The contents too, each block against its checksum.
    DATA
}
