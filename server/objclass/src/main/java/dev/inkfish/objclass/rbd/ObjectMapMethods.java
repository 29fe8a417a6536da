package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// The object map `rbd_object_map.ID`: which of an image's objects exist, and which changed since the last snapshot.
final class ObjectMapMethods {
    private ObjectMapMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("object_map_load", (context, input) -> Codec.encode(load(context)::encodePlain))
                .readWrite("object_map_save", (context, input) -> {
                    store(context, Codec.input(input, ObjectMap::decode));
                    return Bytes.EMPTY;
                })
                .readWrite("object_map_resize", ObjectMapMethods::resize)
                .readWrite("object_map_update", ObjectMapMethods::update)
                .readWrite("object_map_snap_add", (context, input) -> snapAdd(context))
                .readWrite("object_map_snap_remove", ObjectMapMethods::snapRemove);
    }

    private static ObjectMap load(ClassContext context) {
        long size = context.stat().size();
        if (size == 0) {
            throw fail(Errno.ENOENT, "no object map yet");
        }
        return Codec.input(context.read(0, size), ObjectMap::decode);
    }

    private static void store(ClassContext context, ObjectMap map) {
        context.writeFull(Codec.encode(map::encodeWithChecksums));
    }

    private static Bytes resize(ClassContext context, Bytes input) {
        record Request(long count, int state) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.u8()));
        if (request.count < 0 || request.count > ObjectMap.MAX_OBJECTS) {
            throw fail(Errno.EINVAL, "too many objects");
        }
        boolean fresh = !context.exists() || context.stat().size() == 0;
        ObjectMap map = fresh ? new ObjectMap(0) : load(context);
        long before = map.size();
        if (!map.isFilled(request.count, request.state)) {
            throw fail(Errno.ESTALE, "objects past the new end are in another state");
        }
        map.resize(request.count);
        map.fill(before, request.state);
        store(context, map);
        return Bytes.EMPTY;
    }

    /// @param current only objects in this state change; null for all. [ObjectMap#EXISTS] stands for clean ones too.
    private record Update(long first, long end, int state, @Nullable Integer current) {
        static Update decode(WireReader in) {
            return new Update(in.u64(), in.u64(), in.u8(), in.bool() ? Integer.valueOf(in.u8()) : null);
        }

        long apply(long state) {
            boolean matches = current == null
                    || state == current
                    || current == ObjectMap.EXISTS && state == ObjectMap.EXISTS_CLEAN;
            return matches ? this.state : state;
        }
    }

    /// Reads and writes only the blocks of bits concerned and their checksums: the map of a large image is
    /// megabytes, and this is called for every object written the first time.
    private static Bytes update(ClassContext context, Bytes input) {
        Update update = Codec.input(input, Update::decode);
        context.stat();
        Bytes header = context.read(0, ObjectMap.HEADER_LENGTH);
        long size = Codec.input(header, in -> ObjectMap.decodeHeader(header));
        if (update.first < 0 || update.first >= update.end || update.end > size) {
            throw fail(Errno.ERANGE, "outside the map");
        }
        int total = ObjectMap.bytesFor(size);
        int[] range = ObjectMap.blocksOf(update.first, update.end, total);
        Bytes before = context.read(ObjectMap.HEADER_LENGTH + range[0], range[1]);
        // footer: its length, the header's checksum, the number of blocks, their checksums
        long crcs = ObjectMap.footerOffset(total) + 12L + range[0] / ObjectMap.BLOCK * 4L;
        int blocks = (range[1] + ObjectMap.BLOCK - 1) / ObjectMap.BLOCK;
        Bytes oldCrcs = context.read(crcs, blocks * 4L);
        if (before.length() != range[1] || !crcsOf(before).equals(oldCrcs)) {
            throw fail(Errno.EINVAL, "the object map is damaged");
        }
        byte[] bits = before.toArray();
        boolean changed = change(bits, range[0] * 4L, update.first, update.end, update::apply);
        if (changed) {
            Bytes after = Bytes.wrap(bits);
            context.write(ObjectMap.HEADER_LENGTH + range[0], after);
            context.write(crcs, crcsOf(after));
        }
        return Bytes.EMPTY;
    }

    /// Applies a function to the elements from `first` to before `end` of bits that begin with element `base`.
    private static boolean change(byte[] bits, long base, long first, long end, LongUnaryOperator function) {
        boolean changed = false;
        for (long i = first; i < end; i++) {
            int at = (int) ((i - base) >>> 2);
            int shift = 6 - 2 * (int) (i & 3);
            int state = bits[at] >>> shift & 3;
            int wanted = (int) function.applyAsLong(state);
            if (wanted != state) {
                bits[at] = (byte) (bits[at] & ~(3 << shift) | wanted << shift);
                changed = true;
            }
        }
        return changed;
    }

    private static Bytes crcsOf(Bytes data) {
        return Codec.encode(out -> {
            for (int from = 0; from < data.length(); from += ObjectMap.BLOCK) {
                out.u32(data.slice(from, Math.min(ObjectMap.BLOCK, data.length() - from)).crc32c(0));
            }
        });
    }

    private static Bytes snapAdd(ClassContext context) {
        ObjectMap map = load(context);
        boolean changed = false;
        for (long i = 0; i < map.size(); i++) {
            if (map.get(i) == ObjectMap.EXISTS) {
                map.set(i, ObjectMap.EXISTS_CLEAN);
                changed = true;
            }
        }
        if (changed) {
            store(context, map);
        }
        return Bytes.EMPTY;
    }

    /// What the removed snapshot's map calls changed is changed again relative to the one before.
    private static Bytes snapRemove(ClassContext context, Bytes input) {
        ObjectMap removed = Codec.input(input, ObjectMap::decode);
        ObjectMap map = load(context);
        boolean changed = false;
        for (long i = 0; i < map.size(); i++) {
            boolean wasChanged = i >= removed.size() || removed.get(i) == ObjectMap.EXISTS;
            if (map.get(i) == ObjectMap.EXISTS_CLEAN && wasChanged) {
                map.set(i, ObjectMap.EXISTS);
                changed = true;
            }
        }
        if (changed) {
            store(context, map);
        }
        return Bytes.EMPTY;
    }
}
