package dev.inkfish.osdmap;

import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The sparse options of a pool (`pool_opts_t`), by key number; immutable.
public record PoolOptions(NavigableMap<Integer, Value> values) {
    public static final PoolOptions NONE = new PoolOptions(Collections.emptyNavigableMap());

    /// What an option holds.
    public sealed interface Value {}

    public record Text(String value) implements Value {}

    public record Int(long value) implements Value {}

    public record Real(double value) implements Value {}

    /// The kind of a value, in the numbers of the wire.
    public enum Kind {
        TEXT,
        INT,
        REAL
    }

    /// The options Ceph 16 knows; the ordinals are the keys of the wire.
    public enum Key {
        SCRUB_MIN_INTERVAL(Kind.REAL),
        SCRUB_MAX_INTERVAL(Kind.REAL),
        DEEP_SCRUB_INTERVAL(Kind.REAL),
        RECOVERY_PRIORITY(Kind.INT),
        RECOVERY_OP_PRIORITY(Kind.INT),
        SCRUB_PRIORITY(Kind.INT),
        COMPRESSION_MODE(Kind.TEXT),
        COMPRESSION_ALGORITHM(Kind.TEXT),
        COMPRESSION_REQUIRED_RATIO(Kind.REAL),
        COMPRESSION_MAX_BLOB_SIZE(Kind.INT),
        COMPRESSION_MIN_BLOB_SIZE(Kind.INT),
        CSUM_TYPE(Kind.INT),
        CSUM_MAX_BLOCK(Kind.INT),
        CSUM_MIN_BLOCK(Kind.INT),
        FINGERPRINT_ALGORITHM(Kind.TEXT),
        PG_NUM_MIN(Kind.INT),
        TARGET_SIZE_BYTES(Kind.INT),
        TARGET_SIZE_RATIO(Kind.REAL),
        PG_AUTOSCALE_BIAS(Kind.REAL),
        READ_LEASE_INTERVAL(Kind.REAL),
        DEDUP_TIER(Kind.INT),
        DEDUP_CHUNK_ALGORITHM(Kind.TEXT),
        DEDUP_CDC_CHUNK_SIZE(Kind.INT),
        PG_NUM_MAX(Kind.INT);

        private final Kind kind;

        Key(Kind kind) {
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }

        /// As commands spell it: `compression_mode`.
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        public static @Nullable Key named(String text) {
            for (Key key : values()) {
                if (key.text().equals(text)) {
                    return key;
                }
            }
            return null;
        }
    }

    public PoolOptions {
        values = Collections.unmodifiableNavigableMap(values);
    }

    public @Nullable Value get(Key key) {
        return values.get(key.ordinal());
    }

    public long get(Key key, long otherwise) {
        return get(key) instanceof Int(long value) ? value : otherwise;
    }

    public double get(Key key, double otherwise) {
        return get(key) instanceof Real(double value) ? value : otherwise;
    }

    public PoolOptions with(Key key, Value value) {
        NavigableMap<Integer, Value> changed = new TreeMap<>(values);
        changed.put(key.ordinal(), value);
        return new PoolOptions(changed);
    }

    public PoolOptions without(Key key) {
        NavigableMap<Integer, Value> changed = new TreeMap<>(values);
        changed.remove(key.ordinal());
        return new PoolOptions(changed);
    }

    static PoolOptions decode(WireReader in) {
        return in.versioned(2, (r, version) -> new PoolOptions(r.map(WireReader::u32, v -> {
            int kind = v.u32();
            return switch (kind) {
                case 0 -> new Text(v.string());
                case 1 -> new Int(version >= 2 ? v.u64() : v.u32());
                case 2 -> new Real(v.f64());
                default -> throw new DecodeException("pool option of kind " + kind);
            };
        })));
    }

    void encode(WireWriter out, long features) {
        // version 2, nautilus: integers have 64 bits
        boolean nautilus = Features.has(features, Features.SERVER_NAUTILUS);
        out.versioned(nautilus ? 2 : 1, 1, () -> out.map(values, WireWriter::u32, (w, value) -> {
            switch (value) {
                case Text(String text) -> w.u32(0).string(text);
                case Int(long number) -> {
                    w.u32(1);
                    if (nautilus) {
                        w.u64(number);
                    } else {
                        w.u32((int) number);
                    }
                }
                case Real(double number) -> w.u32(2).f64(number);
            }
        }));
    }
}
