package dev.inkfish.mon.store;

/// Keeps committed state. Written by the one thread that applies committed transactions, read by that thread.
public interface MonStore extends StoreView, AutoCloseable {
    /// Makes the transaction durable and visible.
    void apply(MonTransaction transaction);

    @Override
    void close();
}
