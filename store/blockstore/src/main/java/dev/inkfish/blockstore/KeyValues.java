package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import org.jspecify.annotations.Nullable;

/// An ordered map from bytes to bytes that survives a power cut as it was at some moment since the last
/// [#flush]: all the store asks of RocksDB.
interface KeyValues extends AutoCloseable {
    byte @Nullable [] get(Bytes key);

    /// Entries with `from <= key < end` at this moment, ascending.
    Cursor scan(Bytes from, Bytes end);

    /// Applies a batch built by [KvBatch#join] as a whole.
    void write(byte[] batch);

    /// Makes everything written durable.
    void flush();

    /// Gives back the room of what is no more.
    default void compact() {}

    /// About how many bytes the range takes.
    long approximateSize(Bytes from, Bytes end);

    @Override
    void close();

    /// Stands on an entry while [#valid].
    interface Cursor extends AutoCloseable {
        boolean valid();

        Bytes key();

        Bytes value();

        void next();

        @Override
        void close();
    }
}
