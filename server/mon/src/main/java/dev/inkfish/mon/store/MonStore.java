package dev.inkfish.mon.store;

import dev.inkfish.mon.Tally;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// Keeps committed state. Written by the one thread that applies committed transactions, read by that thread.
public interface MonStore extends StoreView, AutoCloseable {
    /// Makes the transaction durable and visible.
    void apply(MonTransaction transaction);

    /// Makes the transaction visible; durable with the next [#sync] or [#apply]. For what can be had again from a log.
    void applyLater(MonTransaction transaction);

    void sync();

    /// Where it counts what is asked of it.
    default void countIn(Tally counts) {}

    /// Gives back the room of what is no more.
    default void compact() {}

    /// Writes all of it: key, value, each behind its length.
    void dump(DataOutputStream out) throws IOException;

    /// Becomes what was dumped, and then what the transaction makes of that, durably and at once.
    void load(DataInputStream in, MonTransaction then) throws IOException;

    @Override
    void close();
}
