package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// Key-value changes in the record format of RocksDB's own write batch (`db/write_batch.cc`): a type byte, then
/// key and value with their lengths. The journal holds the same bytes that RocksDB is given, and many
/// transactions become one batch by joining their records.
final class KvBatch {
    private static final int DELETE = 0x0;
    private static final int PUT = 0x1;
    private static final int DELETE_RANGE = 0xF;
    private static final int HEADER = 12;

    private final WireWriter records = new WireWriter(1024);
    private final List<Change> changes = new ArrayList<>();

    /// One change, in the order made.
    sealed interface Change {
        record Put(Bytes key, Bytes value) implements Change {}

        record Delete(Bytes key) implements Change {}

        /// `from <= key < end`
        record DeleteRange(Bytes from, Bytes end) implements Change {}
    }

    void put(Bytes key, Bytes value) {
        records.u8(PUT);
        bytes(records, key);
        bytes(records, value);
        changes.add(new Change.Put(key, value));
    }

    void delete(Bytes key) {
        records.u8(DELETE);
        bytes(records, key);
        changes.add(new Change.Delete(key));
    }

    void deleteRange(Bytes from, Bytes end) {
        records.u8(DELETE_RANGE);
        bytes(records, from);
        bytes(records, end);
        changes.add(new Change.DeleteRange(from, end));
    }

    List<Change> changes() {
        return changes;
    }

    int count() {
        return changes.size();
    }

    int bytes() {
        return records.size();
    }

    /// The records. The batch must not be added to any more.
    Bytes finish() {
        return records.toBytes();
    }

    /// A whole batch for [KeyValues#write]: the header (sequence, count), then the records of all parts.
    static byte[] join(List<Bytes> parts, int count) {
        int total = HEADER;
        for (Bytes part : parts) {
            total += part.length();
        }
        byte[] batch = new byte[total];
        for (int i = 0; i < 4; i++) {
            batch[8 + i] = (byte) (count >>> (8 * i));
        }
        int at = HEADER;
        for (Bytes part : parts) {
            part.copyTo(0, batch, at, part.length());
            at += part.length();
        }
        return batch;
    }

    /// The changes of a batch made by [#join].
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

    private static void bytes(WireWriter out, Bytes bytes) {
        Numbers.write(out, bytes.length());
        out.raw(bytes);
    }
}
