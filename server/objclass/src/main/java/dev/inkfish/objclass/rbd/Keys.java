package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.OmapPage;
import dev.inkfish.objclass.Codec;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Typed values under omap keys.
final class Keys {
    static final int PAGE = 64;

    private Keys() {}

    /// Null where the key, or the whole object, is missing.
    static @Nullable Bytes find(ClassContext context, String key) {
        return context.exists() ? context.omapGet(key) : null;
    }

    static <T> @Nullable T find(ClassContext context, String key, Function<WireReader, T> decoder) {
        Bytes value = find(context, key);
        return value == null ? null : Codec.stored(value, decoder);
    }

    static <T> T find(ClassContext context, String key, Function<WireReader, T> decoder, T otherwise) {
        T value = find(context, key, decoder);
        return value == null ? otherwise : value;
    }

    /// ENOENT where the key is missing.
    static <T> T get(ClassContext context, String key, Function<WireReader, T> decoder) {
        T value = find(context, key, decoder);
        if (value == null) {
            throw fail(Errno.ENOENT, "no " + key);
        }
        return value;
    }

    static void put(ClassContext context, String key, Bytes value) {
        TreeMap<String, Bytes> entry = new TreeMap<>();
        entry.put(key, value);
        context.omapSet(entry);
    }

    static void put(ClassContext context, String key, Consumer<WireWriter> encoder) {
        put(context, key, Codec.encode(encoder));
    }

    static void putU64(ClassContext context, String key, long value) {
        put(context, key, out -> out.u64(value));
    }

    /// Also where the object itself is missing.
    static void removeIfThere(ClassContext context, String key) {
        if (context.exists()) {
            context.omapRemove(key);
        }
    }

    static void requireExists(ClassContext context) {
        context.stat();
    }

    /// Visits the entries behind `startAfter` with a prefix, in order, until the visitor says stop.
    static void scan(ClassContext context, String startAfter, String prefix, BiPredicate<String, Bytes> visitor) {
        String last = startAfter;
        OmapPage page;
        do {
            page = context.omapList(last, prefix, PAGE);
            for (var entry : page.entries().entrySet()) {
                if (!visitor.test(entry.getKey(), entry.getValue())) {
                    return;
                }
                last = entry.getKey();
            }
        } while (page.more() && !page.entries().isEmpty());
    }

    /// Up to `max` entries behind the name `startAfter`, their keys without the prefix.
    static <T> TreeMap<String, T> page(
            ClassContext context, String prefix, String startAfter, long max, Function<Bytes, T> value) {
        TreeMap<String, T> result = new TreeMap<>(dev.inkfish.wire.HObject::compareUtf8);
        if (max == 0) {
            return result;
        }
        scan(context, prefix + startAfter, prefix, (key, bytes) -> {
            result.put(key.substring(prefix.length()), value.apply(bytes));
            return Long.compareUnsigned(result.size(), max) < 0;
        });
        return result;
    }

    /// A name and a limit: what every listing method is asked with.
    record PageRequest(String startAfter, long max) {
        static PageRequest decode(Bytes input) {
            return Codec.input(input, in -> new PageRequest(in.string(), in.u64()));
        }
    }

    /// The values of `std::optional<uint64_t>`.
    static @Nullable Long decodeOptional(WireReader in) {
        return in.bool() ? Long.valueOf(in.u64()) : null;
    }

    static void encodeOptional(WireWriter out, @Nullable Long value) {
        out.bool(value != null);
        if (value != null) {
            out.u64(value);
        }
    }

    static boolean isValidId(String id) {
        return !id.isEmpty() && id.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c));
    }
}
