package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import java.util.TreeMap;

/// An image's header (`rbd_header.ID`): size, features, flags, striping, times.
final class ImageMethods {
    private ImageMethods() {}

    static void register(ObjectClass rbd) {
        rbd.readWrite("create", ImageMethods::create)
                .read("get_features", ImageMethods::getFeatures)
                .readWrite("set_features", ImageMethods::setFeatures)
                .read("get_all_features", (context, input) -> Codec.encode(out -> out.u64(RbdFeatures.ALL)))
                .read("get_size", ImageMethods::getSize)
                .readWrite("set_size", ImageMethods::setSize)
                .read("get_object_prefix", (context, input) -> stored(context, "object_prefix"))
                .read("get_data_pool", (context, input) ->
                        Codec.encode(out -> out.u64(Keys.find(context, "data_pool_id", WireReader::u64, -1L))))
                .read("get_stripe_unit_count", (context, input) -> getStriping(context))
                .readWrite("set_stripe_unit_count", ImageMethods::setStriping)
                .read("get_flags", ImageMethods::getFlags)
                .readWrite("set_flags", ImageMethods::setFlags)
                .read("op_features_get", (context, input) ->
                        Codec.encode(out -> out.u64(Keys.find(context, "op_features", WireReader::u64, 0L))))
                .readWrite("op_features_set", ImageMethods::setOpFeatures);
        for (String kind : new String[] {"create", "access", "modify"}) {
            String key = kind + "_timestamp";
            rbd.read("get_" + key, (context, input) ->
                    Codec.encode(Keys.find(context, key, Utime::decode, Utime.ZERO)::encode));
            if (!kind.equals("create")) {
                rbd.readWrite("set_" + key, (context, input) -> touchTime(context, key));
            }
        }
    }

    private static Bytes create(ClassContext context, Bytes input) {
        record Request(long size, int order, long features, String prefix, long dataPool) {}
        Request request = Codec.input(input, in -> new Request(
                in.u64(), in.u8(), in.u64(), in.string(), in.remaining() > 0 ? in.u64() : -1));
        if ((request.features & ~RbdFeatures.ALL) != 0) {
            throw fail(Errno.ENOSYS, "unknown features");
        }
        if (request.prefix.isEmpty()) {
            throw fail(Errno.EINVAL, "no object prefix");
        }
        if (Keys.find(context, "object_prefix") != null) {
            throw fail(Errno.EEXIST, "the image exists");
        }
        if ((request.features & RbdFeatures.OPERATIONS) != 0) {
            throw fail(Errno.EINVAL, "the feature 'operations' is internal");
        }
        boolean wantsDataPool = (request.features & RbdFeatures.DATA_POOL) != 0;
        if (wantsDataPool != (request.dataPool != -1)) {
            throw fail(Errno.EINVAL, "data pool and its feature go together");
        }
        Bytes now = Codec.encode(context.now()::encode);
        TreeMap<String, Bytes> values = new TreeMap<>();
        values.put("size", Codec.encode(out -> out.u64(request.size)));
        values.put("order", Codec.encode(out -> out.u8(request.order)));
        values.put("features", Codec.encode(out -> out.u64(request.features)));
        values.put("object_prefix", Codec.encode(out -> out.string(request.prefix)));
        values.put("snap_seq", Codec.encode(out -> out.u64(0)));
        values.put("create_timestamp", now);
        values.put("access_timestamp", now);
        values.put("modify_timestamp", now);
        if (wantsDataPool) {
            values.put("data_pool_id", Codec.encode(out -> out.u64(request.dataPool)));
        }
        context.omapSet(values);
        return Bytes.EMPTY;
    }

    private static Bytes getFeatures(ClassContext context, Bytes input) {
        boolean readOnly = Codec.input(input, in -> {
            in.u64();
            return in.remaining() > 0 && in.bool();
        });
        long features = Keys.get(context, "features", WireReader::u64);
        long mask = readOnly ? RbdFeatures.INCOMPATIBLE : RbdFeatures.WRITE_INCOMPATIBLE;
        return Codec.encode(out -> out.u64(features).u64(features & mask));
    }

    private static Bytes setFeatures(ClassContext context, Bytes input) {
        Masked request = Masked.decode(input);
        long current = Keys.find(context, "features", WireReader::u64, 0L);
        if ((request.mask & RbdFeatures.INTERNAL) != 0) {
            throw fail(Errno.EINVAL, "internal feature");
        }
        long mask = request.mask & RbdFeatures.ALL;
        long enabled = request.value & mask;
        long disabled = ~request.value & mask;
        boolean allowed = (enabled & ~RbdFeatures.MUTABLE) == 0
                && (disabled & ~(RbdFeatures.MUTABLE | RbdFeatures.DISABLE_ONLY)) == 0;
        if (!allowed) {
            throw fail(Errno.EINVAL, "immutable feature");
        }
        Keys.putU64(context, "features", current & ~mask | request.value & mask);
        return Bytes.EMPTY;
    }

    private static Bytes getSize(ClassContext context, Bytes input) {
        long snap = Codec.input(input, WireReader::u64);
        int order = Keys.get(context, "order", WireReader::u8);
        long size = snap == HObject.HEAD
                ? Keys.get(context, "size", WireReader::u64)
                : Snapshot.get(context, snap).imageSize();
        return Codec.encode(out -> out.u8(order).u64(size));
    }

    private static Bytes setSize(ClassContext context, Bytes input) {
        long size = Codec.input(input, WireReader::u64);
        long before = Keys.get(context, "size", WireReader::u64);
        Keys.putU64(context, "size", size);
        if (Long.compareUnsigned(size, before) < 0) {
            ParentSpec parent = Keys.find(context, "parent", ParentSpec::decode, ParentSpec.NONE);
            if (parent.exists() && Long.compareUnsigned(parent.overlapOrZero(), size) > 0) {
                Keys.put(context, "parent", parent.withOverlap(size)::encode);
            }
        }
        return Bytes.EMPTY;
    }

    private static Bytes getStriping(ClassContext context) {
        Keys.requireExists(context);
        requireFeature(context, RbdFeatures.STRIPINGV2);
        Long unit = Keys.find(context, "stripe_unit", WireReader::u64);
        long stripeUnit = unit != null ? unit : 1L << Keys.get(context, "order", WireReader::u8);
        long count = Keys.find(context, "stripe_count", WireReader::u64, 1L);
        return Codec.encode(out -> out.u64(stripeUnit).u64(count));
    }

    private static Bytes setStriping(ClassContext context, Bytes input) {
        record Request(long unit, long count) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.u64()));
        if (request.unit == 0 || request.count == 0) {
            throw fail(Errno.EINVAL, "a stripe is not empty");
        }
        Keys.requireExists(context);
        requireFeature(context, RbdFeatures.STRIPINGV2);
        long objectSize = 1L << Keys.get(context, "order", WireReader::u8);
        if (request.unit > objectSize || request.unit < 0 || objectSize % request.unit != 0) {
            throw fail(Errno.EINVAL, "the stripe unit does not divide the object size");
        }
        Keys.putU64(context, "stripe_unit", request.unit);
        Keys.putU64(context, "stripe_count", request.count);
        return Bytes.EMPTY;
    }

    private static Bytes getFlags(ClassContext context, Bytes input) {
        long snap = Codec.input(input, WireReader::u64);
        long flags = snap == HObject.HEAD
                ? Keys.find(context, "flags", WireReader::u64, 0L)
                : Snapshot.get(context, snap).flags();
        return Codec.encode(out -> out.u64(flags));
    }

    private static Bytes setFlags(ClassContext context, Bytes input) {
        record Request(long flags, long mask, long snap) {}
        Request request = Codec.input(
                input, in -> new Request(in.u64(), in.u64(), in.remaining() > 0 ? in.u64() : HObject.HEAD));
        if (request.snap == HObject.HEAD) {
            long before = Keys.find(context, "flags", WireReader::u64, 0L);
            Keys.putU64(context, "flags", before & ~request.mask | request.flags & request.mask);
        } else {
            Snapshot snapshot = Snapshot.get(context, request.snap);
            snapshot.withFlags(snapshot.flags() & ~request.mask | request.flags & request.mask)
                    .write(context);
        }
        return Bytes.EMPTY;
    }

    private static Bytes setOpFeatures(ClassContext context, Bytes input) {
        Masked request = Masked.decode(input);
        if ((request.mask & ~RbdFeatures.OP_ALL) != 0) {
            throw fail(Errno.EINVAL, "unknown operation features");
        }
        setOpFeatures(context, request.value, request.mask);
        return Bytes.EMPTY;
    }

    /// Changes the operation features, and with them whether the image has the feature `operations` at all.
    static void setOpFeatures(ClassContext context, long value, long mask) {
        long features = Keys.get(context, "features", WireReader::u64);
        long before = Keys.find(context, "op_features", WireReader::u64, 0L);
        long after = before & ~mask | value & mask;
        if (after == before) {
            return;
        }
        if (after == 0) {
            context.omapRemove("op_features");
        } else {
            Keys.putU64(context, "op_features", after);
        }
        long wanted = after == 0 ? features & ~RbdFeatures.OPERATIONS : features | RbdFeatures.OPERATIONS;
        if (wanted != features) {
            Keys.putU64(context, "features", wanted);
        }
    }

    /// ENOEXEC where the image lacks it.
    static void requireFeature(ClassContext context, long feature) {
        if (!hasFeature(context, feature)) {
            throw fail(Errno.ENOEXEC, "the image lacks a feature");
        }
    }

    static boolean hasFeature(ClassContext context, long feature) {
        return (Keys.find(context, "features", WireReader::u64, 0L) & feature) == feature;
    }

    private static Bytes stored(ClassContext context, String key) {
        String value = Keys.get(context, key, WireReader::string);
        return Codec.encode(out -> out.string(value));
    }

    private static Bytes touchTime(ClassContext context, String key) {
        Keys.requireExists(context);
        Keys.put(context, key, context.now()::encode);
        return Bytes.EMPTY;
    }

    /// Bits to set, and which bits that is about.
    private record Masked(long value, long mask) {
        static Masked decode(Bytes input) {
            return Codec.input(input, in -> new Masked(in.u64(), in.u64()));
        }
    }
}
