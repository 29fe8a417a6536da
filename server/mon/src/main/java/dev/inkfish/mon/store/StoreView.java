package dev.inkfish.mon.store;

import dev.inkfish.wire.Bytes;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// Reads committed state (`MonitorDBStore`).
public interface StoreView {
    @Nullable Bytes get(String namespace, String key);

    /// The keys that begin with `prefix`, in order, with their values.
    NavigableMap<String, Bytes> scan(String namespace, String prefix);

    default NavigableMap<String, Bytes> scan(String namespace) {
        return scan(namespace, "");
    }

    /// A key; [#START] is before all.
    record Place(String namespace, String key) {
        public static final Place START = new Place("", "");
    }

    /// Takes one key after the other.
    @FunctionalInterface
    interface Visitor {
        /// @return whether it wants more
        boolean visit(String namespace, String key, Bytes value);
    }

    /// Shows all keys behind a place, in the store's order. What is damaged there shows by it.
    void walk(Place after, Visitor visitor);

    /// A number written by [MonTransaction#putNumber], or 0.
    default long number(String namespace, String key) {
        Bytes value = get(namespace, key);
        return value == null ? 0 : value.reader().u64();
    }
}
