package dev.inkfish.mon.store;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Puts and deletes that take effect together. Its encoding is what the quorum's log carries.
public final class MonTransaction {
    private static final int VERSION = 1;

    /// One change.
    ///
    /// @param value null deletes the key
    public record Change(String namespace, String key, @Nullable Bytes value) {}

    private final List<Change> changes = new ArrayList<>();

    public MonTransaction put(String namespace, String key, Bytes value) {
        changes.add(new Change(namespace, key, value));
        return this;
    }

    public MonTransaction putNumber(String namespace, String key, long value) {
        return put(namespace, key, new WireWriter(8).u64(value).toBytes());
    }

    public MonTransaction erase(String namespace, String key) {
        changes.add(new Change(namespace, key, null));
        return this;
    }

    public List<Change> changes() {
        return Collections.unmodifiableList(changes);
    }

    /// Of its keys and values.
    public long bytes() {
        long sum = 0;
        for (Change change : changes) {
            Bytes value = change.value();
            sum += change.namespace().length() + change.key().length() + (value == null ? 0 : value.length());
        }
        return sum;
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /// The namespaces it touches.
    public Set<String> namespaces() {
        Set<String> namespaces = new TreeSet<>();
        changes.forEach(change -> namespaces.add(change.namespace()));
        return namespaces;
    }

    public Bytes encode() {
        WireWriter out = new WireWriter();
        out.u8(VERSION);
        out.list(changes, (w, change) -> {
            w.string(change.namespace()).string(change.key());
            Bytes value = change.value();
            w.bool(value != null);
            if (value != null) {
                w.bytes(value);
            }
        });
        return out.toBytes();
    }

    public static MonTransaction decode(WireReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw new DecodeException("monitor transaction of version " + version);
        }
        MonTransaction transaction = new MonTransaction();
        transaction.changes.addAll(in.list(r -> new Change(r.string(), r.string(), r.bool() ? r.bytes() : null)));
        in.end();
        return transaction;
    }
}
