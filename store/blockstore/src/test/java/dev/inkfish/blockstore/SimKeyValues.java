package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A key-value store without a log: after a crash it is as it was at some moment since its last flush.
final class SimKeyValues implements KeyValues {
    private final SimMachine machine;
    private TreeMap<Bytes, Bytes> durable = new TreeMap<>();
    private TreeMap<Bytes, Bytes> current = new TreeMap<>();
    private final List<byte[]> unflushed = new ArrayList<>();

    SimKeyValues(SimMachine machine) {
        this.machine = machine;
    }

    @Override
    public synchronized byte @Nullable [] get(Bytes key) {
        Bytes value = current.get(key);
        return value == null ? null : value.toArray();
    }

    @Override
    public synchronized Cursor scan(Bytes from, Bytes end) {
        Iterator<Map.Entry<Bytes, Bytes>> entries =
                new TreeMap<>(current.subMap(from, end)).entrySet().iterator();
        return new Cursor() {
            private Map.@Nullable Entry<Bytes, Bytes> at = entries.hasNext() ? entries.next() : null;

            @Override
            public boolean valid() {
                return at != null;
            }

            @Override
            public Bytes key() {
                return at.getKey();
            }

            @Override
            public Bytes value() {
                return at.getValue();
            }

            @Override
            public void next() {
                at = entries.hasNext() ? entries.next() : null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public synchronized void write(byte[] batch) {
        machine.tickUnchecked();
        unflushed.add(batch);
        apply(current, batch);
    }

    private static void apply(TreeMap<Bytes, Bytes> map, byte[] batch) {
        for (KvBatch.Change change : KvBatch.parse(batch)) {
            switch (change) {
                case KvBatch.Change.Put put -> map.put(put.key, put.value);
                case KvBatch.Change.Delete delete -> map.remove(delete.key);
                case KvBatch.Change.DeleteRange range -> map.subMap(range.key, range.end).clear();
            }
        }
    }

    @Override
    public synchronized void flush() {
        machine.tickUnchecked();
        durable = new TreeMap<>(current);
        unflushed.clear();
    }

    synchronized void crash(Random random) {
        int kept = random.nextInt(unflushed.size() + 1);
        unflushed.subList(0, kept).forEach(batch -> apply(durable, batch));
        unflushed.clear();
        current = new TreeMap<>(durable);
    }

    /// Damages what is stored.
    synchronized TreeMap<Bytes, Bytes> contents() {
        return current;
    }

    @Override
    public long approximateSize(Bytes from, Bytes end) {
        return 0;
    }

    @Override
    public void close() {}
}
