package dev.inkfish.blockstore;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file or device of fixed size: all the store asks of one. Tests put in one that forgets.
interface StoreFile extends AutoCloseable {
    /// Fills the buffer from `position`; it must lie within the file.
    void read(ByteBuffer target, long position) throws IOException;

    /// Writes all of the buffer at `position`.
    void write(ByteBuffer source, long position) throws IOException;

    /// As [#write], and it will probably be read soon: it should stay in memory that the system can take back.
    default void writeToRead(ByteBuffer source, long position) throws IOException {
        write(source, position);
    }

    /// Makes everything written so far survive a power cut.
    void sync() throws IOException;

    /// Writes all of the buffer at `position`, and returns when that survives a power cut. Several threads may.
    void writeDurably(ByteBuffer source, long position) throws IOException;

    long size() throws IOException;

    /// How much of its size there is space for on the disk beneath it.
    default long capacity() throws IOException {
        return size();
    }

    @Override
    void close() throws IOException;
}
