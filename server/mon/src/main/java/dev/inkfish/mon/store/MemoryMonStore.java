package dev.inkfish.mon.store;

import dev.inkfish.wire.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A store without a disk, for tests and simulations.
public final class MemoryMonStore implements MonStore {
    private final NavigableMap<String, NavigableMap<String, Bytes>> namespaces = new TreeMap<>();

    @Override
    public @Nullable Bytes get(String namespace, String key) {
        NavigableMap<String, Bytes> values = namespaces.get(namespace);
        return values == null ? null : values.get(key);
    }

    @Override
    public NavigableMap<String, Bytes> scan(String namespace, String prefix) {
        NavigableMap<String, Bytes> found = new TreeMap<>();
        for (var entry : namespaces.getOrDefault(namespace, new TreeMap<>()).tailMap(prefix, true).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            found.put(entry.getKey(), entry.getValue());
        }
        return found;
    }

    @Override
    public void apply(MonTransaction transaction) {
        for (MonTransaction.Change change : transaction.changes()) {
            NavigableMap<String, Bytes> values = namespaces.computeIfAbsent(change.namespace(), n -> new TreeMap<>());
            Bytes value = change.value();
            if (value == null) {
                values.remove(change.key());
            } else {
                values.put(change.key(), value);
            }
        }
    }

    @Override
    public void applyLater(MonTransaction transaction) {
        apply(transaction);
    }

    @Override
    public void sync() {}

    @Override
    public void walk(Place after, Visitor visitor) {
        for (var namespace : namespaces.tailMap(after.namespace(), true).entrySet()) {
            boolean first = namespace.getKey().equals(after.namespace());
            var values = first ? namespace.getValue().tailMap(after.key(), false) : namespace.getValue();
            for (var each : values.entrySet()) {
                if (!visitor.visit(namespace.getKey(), each.getKey(), each.getValue())) {
                    return;
                }
            }
        }
    }

    @Override
    public void dump(DataOutputStream out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void load(DataInputStream in, MonTransaction then) {
        throw new UnsupportedOperationException();
    }

    /// Becomes what another one is.
    public void copy(MemoryMonStore other) {
        namespaces.clear();
        other.namespaces.forEach((name, values) -> namespaces.put(name, new TreeMap<>(values)));
    }

    @Override
    public void close() {}
}
