package dev.inkfish.objclass.user;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A bucket's name and place (`cls_user_bucket`).
///
/// @param placementId in the newer form in place of the three pools
@CephType("cls_user_bucket")
record Bucket(
        String name,
        String marker,
        String id,
        String placementId,
        String dataPool,
        String indexPool,
        String extraPool) {
    private static final int LAST_NUMBERED = 3;

    /// 2: marker and a number as id; 4: a string as id; 5: index pool; 7: extra pool; 8: placement id, and the
    /// pools only without it; 9: never the pools.
    static Bucket decode(WireReader in) {
        return in.versioned(8, (body, version) -> version < 8 ? decodeWithPools(body, version) : decodePlaced(body, version));
    }

    private static Bucket decodeWithPools(WireReader body, int version) {
        String name = body.string();
        String dataPool = body.string();
        String marker = version >= 2 ? body.string() : "";
        String id = version < 2 ? "" : version <= LAST_NUMBERED ? Long.toUnsignedString(body.u64()) : body.string();
        String indexPool = version >= 5 ? body.string() : dataPool;
        return new Bucket(name, marker, id, "", dataPool, indexPool, version >= 7 ? body.string() : "");
    }

    private static Bucket decodePlaced(WireReader body, int version) {
        String name = body.string();
        String marker = body.string();
        String id = body.string();
        String placement = body.string();
        boolean pools = version == 8 && placement.isEmpty();
        String dataPool = pools ? body.string() : "";
        String indexPool = pools ? body.string() : "";
        return new Bucket(name, marker, id, placement, dataPool, indexPool, pools ? body.string() : "");
    }

    void encode(WireWriter out) {
        if (placementId.isEmpty()) {
            out.versioned(7, 3, () -> out.string(name)
                    .string(dataPool)
                    .string(marker)
                    .string(id)
                    .string(indexPool)
                    .string(extraPool));
        } else {
            out.versioned(9, 8, () -> out.string(name).string(marker).string(id).string(placementId));
        }
    }

    Bucket withId(String other) {
        return new Bucket(name, marker, other, placementId, dataPool, indexPool, extraPool);
    }

    /// How much is in buckets (`cls_user_stats`).
    ///
    /// @param rounded the bytes when each object takes whole blocks
    @CephType("cls_user_stats")
    record Stats(long objects, long bytes, long rounded) {
        static final Stats NONE = new Stats(0, 0, 0);

        static Stats decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Stats(body.u64(), body.u64(), body.u64()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u64(objects).u64(bytes).u64(rounded));
        }

        Stats plus(Stats other) {
            return new Stats(objects + other.objects, bytes + other.bytes, rounded + other.rounded);
        }

        Stats minus(Stats other) {
            return new Stats(objects - other.objects, bytes - other.bytes, rounded - other.rounded);
        }
    }

    /// A bucket in its owner's list (`cls_user_bucket_entry`).
    ///
    /// @param counted whether the owner's totals include it
    @CephType("cls_user_bucket_entry")
    record Entry(Bucket bucket, Stats stats, Utime created, boolean counted) {
        private static final int REMOVED_PLACEMENT_RULE = 8;

        /// 2: count; 3: bucket; 4: rounded size; 6: counted; 7: creation with nanoseconds; 8: a placement rule,
        /// which 9 took away.
        static Entry decode(WireReader in) {
            return in.versioned(9, (body, version) -> {
                body.string();
                long size = body.u64();
                Utime created = new Utime(body.u32(), 0);
                long count = body.u64();
                Bucket bucket = Bucket.decode(body);
                long rounded = body.u64();
                boolean counted = version >= 6 && body.bool();
                if (version >= 7) {
                    created = Utime.decode(body);
                }
                if (version == REMOVED_PLACEMENT_RULE) {
                    body.string();
                }
                return new Entry(bucket, new Stats(count, size, rounded), created, counted);
            });
        }

        void encode(WireWriter out) {
            out.versioned(9, 5, () -> {
                out.bytes(Bytes.EMPTY).u64(stats.bytes).u32(created.seconds()).u64(stats.objects);
                bucket.encode(out);
                out.u64(stats.rounded).bool(counted);
                created.encode(out);
            });
        }
    }
}
