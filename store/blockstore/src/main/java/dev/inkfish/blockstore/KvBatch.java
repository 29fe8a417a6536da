package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
    /// Of the transaction; none has a larger one before it enters the pipeline.
    long sequence = Long.MAX_VALUE;

    /// One change. Equal to itself only: it matters which transaction made it.
    abstract static sealed class Change {
        /// Of a range its first.
        final Bytes key;
        /// Of which transaction.
        private @Nullable KvBatch in;
        /// What another transaction, or the same, made of the key later.
        @Nullable Change newer;

        private Change(Bytes key) {
            this.key = key;
        }

        /// Whether nothing up to that transaction changed the key again.
        boolean isNewestUpTo(long last) {
            Change next = newer;
            return next == null || Objects.requireNonNull(next.in).sequence > last;
        }

        static final class Put extends Change {
            final Bytes value;

            Put(Bytes key, Bytes value) {
                super(key);
                this.value = value;
            }
        }

        static final class Delete extends Change {
            Delete(Bytes key) {
                super(key);
            }
        }

        /// `key <= each < end`
        static final class DeleteRange extends Change {
            final Bytes end;

            DeleteRange(Bytes from, Bytes end) {
                super(from);
                this.end = end;
            }

            boolean covers(Bytes each) {
                return key.compareTo(each) <= 0 && each.compareTo(end) < 0;
            }
        }

        int bytes() {
            return 1 + size(key) + switch (this) {
                case Put put -> size(put.value);
                case Delete delete -> 0;
                case DeleteRange range -> size(range.end);
            };
        }

        private static int size(Bytes bytes) {
            return Numbers.size(bytes.length()) + bytes.length();
        }

        void writeTo(WireWriter out) {
            switch (this) {
                case Put put -> {
                    write(out.u8(PUT), key);
                    write(out, put.value);
                }
                case Delete delete -> write(out.u8(DELETE), key);
                case DeleteRange range -> {
                    write(out.u8(DELETE_RANGE), key);
                    write(out, range.end);
                }
            }
        }

        private static void write(WireWriter out, Bytes bytes) {
            Numbers.write(out, bytes.length());
            out.raw(bytes);
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

    private void add(Change change) {
        change.in = this;
        changes.add(change);
        bytes += change.bytes();
    }

    /// The key-value store has it. What came after each change is let go: one that the collector has moved among the old
    /// objects would keep the next alive, that one the next, and all would become old before they die.
    void applied() {
        for (Change each : changes) {
            each.in = null;
            each.newer = null;
        }
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
        changes.forEach(each -> each.writeTo(out));
    }

    /// As a whole batch for [KeyValues#write].
    byte[] whole() {
        return whole(changes);
    }

    /// Those changes as a whole batch.
    static byte[] whole(List<? extends Change> some) {
        int total = 0;
        for (Change each : some) {
            total += each.bytes();
        }
        WireWriter batch = header(total, some.size());
        some.forEach(each -> each.writeTo(batch));
        return batch.toArray();
    }

    /// A whole batch of the records of all parts.
    static byte[] join(List<Bytes> parts, int count) {
        int total = 0;
        for (Bytes part : parts) {
            total += part.length();
        }
        WireWriter batch = header(total, count);
        parts.forEach(batch::raw);
        return batch.toArray();
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
