package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Arrays;

/// Sums over objects, of a group or a pool (`object_stat_sum_t`); immutable.
@CephType("object_stat_sum_t")
public final class ObjectStatSum {
    /// The members, in the order of the encoding; `text` of each is Ceph's name in lower case.
    public enum Field {
        NUM_BYTES,
        NUM_OBJECTS,
        NUM_OBJECT_CLONES,
        NUM_OBJECT_COPIES,
        NUM_OBJECTS_MISSING_ON_PRIMARY,
        NUM_OBJECTS_DEGRADED,
        NUM_OBJECTS_UNFOUND,
        NUM_RD,
        NUM_RD_KB,
        NUM_WR,
        NUM_WR_KB,
        NUM_SCRUB_ERRORS,
        NUM_OBJECTS_RECOVERED,
        NUM_BYTES_RECOVERED,
        NUM_KEYS_RECOVERED,
        NUM_SHALLOW_SCRUB_ERRORS,
        NUM_DEEP_SCRUB_ERRORS,
        NUM_OBJECTS_DIRTY,
        NUM_WHITEOUTS,
        NUM_OBJECTS_OMAP,
        NUM_OBJECTS_HIT_SET_ARCHIVE,
        NUM_OBJECTS_MISPLACED,
        NUM_BYTES_HIT_SET_ARCHIVE,
        NUM_FLUSH,
        NUM_FLUSH_KB,
        NUM_EVICT,
        NUM_EVICT_KB,
        NUM_PROMOTE,
        NUM_FLUSH_MODE_HIGH,
        NUM_FLUSH_MODE_LOW,
        NUM_EVICT_MODE_SOME,
        NUM_EVICT_MODE_FULL,
        NUM_OBJECTS_PINNED,
        NUM_OBJECTS_MISSING,
        NUM_LEGACY_SNAPSETS,
        NUM_LARGE_OMAP_OBJECTS,
        NUM_OBJECTS_MANIFEST,
        NUM_OMAP_BYTES,
        NUM_OMAP_KEYS,
        NUM_OBJECTS_REPAIRED;

        private static final Field[] ALL = values();

        /// Four modes of cache pools are 32 bits wide.
        boolean isShort() {
            return ordinal() >= NUM_FLUSH_MODE_HIGH.ordinal() && ordinal() <= NUM_EVICT_MODE_FULL.ordinal();
        }

        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public static final ObjectStatSum ZERO = new ObjectStatSum(new long[Field.ALL.length]);

    private final long[] values;

    private ObjectStatSum(long[] values) {
        this.values = values;
    }

    public long get(Field field) {
        return values[field.ordinal()];
    }

    public ObjectStatSum with(Field field, long value) {
        long[] copy = values.clone();
        copy[field.ordinal()] = value;
        return new ObjectStatSum(copy);
    }

    /// Adds to several members at once.
    public ObjectStatSum adding(Field[] fields, long[] amounts) {
        long[] copy = values.clone();
        for (int i = 0; i < fields.length; i++) {
            copy[fields[i].ordinal()] += amounts[i];
        }
        return new ObjectStatSum(copy);
    }

    public ObjectStatSum plus(ObjectStatSum other) {
        long[] sum = values.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.values[i];
        }
        return new ObjectStatSum(sum);
    }

    public ObjectStatSum minus(ObjectStatSum other) {
        long[] difference = values.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= other.values[i];
        }
        return new ObjectStatSum(difference);
    }

    public static ObjectStatSum decode(WireReader in) {
        return in.versioned(20, (body, version) -> {
            long[] values = new long[Field.ALL.length];
            for (Field field : Field.ALL) {
                if (body.remaining() < 8) {
                    break; // an older encoding ends earlier
                }
                values[field.ordinal()] = field.isShort() ? body.u32() : body.u64();
            }
            return new ObjectStatSum(values);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(20, 14, () -> {
            for (Field field : Field.ALL) {
                long value = values[field.ordinal()];
                if (field.isShort()) {
                    out.u32((int) value);
                } else {
                    out.u64(value);
                }
            }
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectStatSum that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return get(Field.NUM_OBJECTS) + " objects, " + get(Field.NUM_BYTES) + " bytes";
    }
}
