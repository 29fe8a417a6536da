package dev.inkfish.mgr.rbd;

/// Told how far something is; the place where it can be stopped.
@FunctionalInterface
interface Progress {
    /// @throws dev.inkfish.wire.CephException ECANCELED where it shall not go on
    void at(long done, long total);
}
