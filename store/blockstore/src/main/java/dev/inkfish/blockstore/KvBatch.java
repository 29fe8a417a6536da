package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// Key-value changes, and their record format, which is that of RocksDB's own write batch (`db/write_batch.cc`): a type
/// byte, then key and value with their lengths. The journal holds the same bytes that RocksDB is given, and many
/// transactions become one batch by joining their records.
final class KvBatch {
    private static final byte DELETE = 0x0;
    private static final byte PUT = 0x1;
    private static final byte DELETE_RANGE = 0xF;
    private static final int HEADER = 12;

    private final List<Change> changes = new ArrayList<>(6);
    private int bytes;

    /// One change. Equal to itself only: it matters which transaction made it.
    sealed interface Change {
        final class Put implements Change {
            final Bytes key;
            final Bytes value;

            Put(Bytes key, Bytes value) {
                this.key = key;
                this.value = value;
            }
        }

        final class Delete implements Change {
            final Bytes key;

            Delete(Bytes key) {
                this.key = key;
            }
        }

        /// `from <= key < end`
        final class DeleteRange implements Change {
            final Bytes from;
            final Bytes end;

            DeleteRange(Bytes from, Bytes end) {
                this.from = from;
                this.end = end;
            }

            boolean covers(Bytes key) {
                return from.compareTo(key) <= 0 && key.compareTo(end) < 0;
            }
        }
    }

    void put(Bytes key, Bytes value) {
        add(new Change.Put(key, value));
    }

    void delete(Bytes key) {
        add(new Change.Delete(key));
    }

    void deleteRange(Bytes from, Bytes end) {
        add(new Change.DeleteRange(from, end));
    }

    void add(Change change) {
        changes.add(change);
        bytes += 1 + switch (change) {
            case Change.Put put -> size(put.key) + size(put.value);
            case Change.Delete delete -> size(delete.key);
            case Change.DeleteRange range -> size(range.from) + size(range.end);
        };
    }

    private static int size(Bytes bytes) {
        return Numbers.size(bytes.length()) + bytes.length();
    }

    /// In the order made.
    List<Change> changes() {
        return changes;
    }

    int count() {
        return changes.size();
    }

    /// How many bytes the records take.
    int bytes() {
        return bytes;
    }

    /// Writes the records.
    void writeTo(WireWriter out) {
        for (Change change : changes) {
            switch (change) {
                case Change.Put put -> {
                    out.u8(PUT);
                    write(out, put.key);
                    write(out, put.value);
                }
                case Change.Delete delete -> {
                    out.u8(DELETE);
                    write(out, delete.key);
                }
                case Change.DeleteRange range -> {
                    out.u8(DELETE_RANGE);
                    write(out, range.from);
                    write(out, range.end);
                }
            }
        }
    }

    private static void write(WireWriter out, Bytes bytes) {
        Numbers.write(out, bytes.length());
        out.raw(bytes);
    }

    /// As a whole batch for [KeyValues#write].
    byte[] whole() {
        WireWriter batch = header(bytes, changes.size());
        writeTo(batch);
        return batch.toBytes().toArray();
    }

    /// A whole batch of the records of all parts.
    static byte[] join(List<Bytes> parts, int count) {
        int total = 0;
        for (Bytes part : parts) {
            total += part.length();
        }
        WireWriter batch = header(total, count);
        parts.forEach(batch::raw);
        return batch.toBytes().toArray();
    }

    /// Sequence number, which RocksDB sets, and count.
    private static WireWriter header(int bytes, int count) {
        return new WireWriter(HEADER + bytes).u64(0).u32(count);
    }

    /// The changes of a whole batch.
    static List<Change> parse(byte[] batch) {
        WireReader in = Bytes.wrap(batch).reader();
        in.skip(HEADER);
        List<Change> changes = new ArrayList<>();
        while (in.remaining() > 0) {
            int type = in.u8();
            Bytes key = in.raw(Numbers.readInt(in));
            changes.add(
                    switch (type) {
                        case PUT -> new Change.Put(key, in.raw(Numbers.readInt(in)));
                        case DELETE -> new Change.Delete(key);
                        case DELETE_RANGE -> new Change.DeleteRange(key, in.raw(Numbers.readInt(in)));
                        default -> throw new IllegalStateException("record of type " + type);
                    });
        }
        return changes;
    }
}
