package dev.inkfish.mgr.rbd;

/// An image as it was at one moment.
interface ImageView {
    long size();

    /// Bytes of the image that come from its own parent.
    long overlap();

    /// Fills `target` with the image's bytes from `offset` on; what is not there stays zero.
    void read(long offset, byte[] target, int at, int length);
}
