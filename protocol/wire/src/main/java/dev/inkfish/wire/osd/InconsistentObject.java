package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// What a scrub found wrong with an object (`inconsistent_obj_t`).
///
/// @param errors between copies, of the [#DATA_DIGEST_MISMATCH] kind
/// @param version the user version
/// @param shards every member's copy
/// @param unionErrors all errors of single copies, of the [Shard#MISSING] kind
@CephType("inconsistent_obj_wrapper")
public record InconsistentObject(
        long errors, ScrubObjectId object, long version, NavigableMap<PgShard, Shard> shards, long unionErrors) {
    public static final long INFO_INCONSISTENCY = 1 << 1;
    public static final long DATA_DIGEST_MISMATCH = 1 << 4;
    public static final long OMAP_DIGEST_MISMATCH = 1 << 5;
    public static final long SIZE_MISMATCH = 1 << 6;
    public static final long ATTR_VALUE_MISMATCH = 1 << 7;
    public static final long ATTR_NAME_MISMATCH = 1 << 8;
    public static final long SNAPSET_INCONSISTENCY = 1 << 9;
    public static final long SIZE_TOO_LARGE = 1 << 11;
    /// Those that only a deep scrub can find.
    public static final long DEEP_ERRORS = DATA_DIGEST_MISMATCH | OMAP_DIGEST_MISMATCH;

    /// One member's copy (`shard_info_t`); of a missing one only the errors are told.
    ///
    /// @param selected its info was taken for the truth
    @CephType("shard_info_wrapper")
    public record Shard(
            long errors,
            boolean primary,
            NavigableMap<String, Bytes> attrs,
            long size,
            @Nullable Integer omapDigest,
            @Nullable Integer dataDigest,
            boolean selected) {
        public static final long MISSING = 1 << 1;
        public static final long STAT_ERROR = 1 << 2;
        public static final long READ_ERROR = 1 << 3;
        public static final long DATA_DIGEST_MISMATCH_INFO = 1 << 9;
        public static final long OMAP_DIGEST_MISMATCH_INFO = 1 << 10;
        public static final long SIZE_MISMATCH_INFO = 1 << 11;
        public static final long INFO_MISSING = 1 << 14;
        public static final long INFO_CORRUPTED = 1 << 15;
        public static final long SNAPSET_MISSING = 1 << 16;
        public static final long SNAPSET_CORRUPTED = 1 << 17;
        public static final long OBJECT_SIZE_INFO_MISMATCH = 1 << 18;
        public static final long DEEP_ERRORS = READ_ERROR | DATA_DIGEST_MISMATCH_INFO | OMAP_DIGEST_MISMATCH_INFO;

        public static Shard decode(WireReader in) {
            return in.versioned(3, (body, version) -> {
                long errors = body.u64();
                boolean primary = body.bool();
                if ((errors & MISSING) != 0) {
                    return new Shard(errors, primary, new java.util.TreeMap<>(), -1, null, null, false);
                }
                NavigableMap<String, Bytes> attrs = body.map(WireReader::string, WireReader::bytes);
                long size = body.u64();
                boolean hasOmap = body.bool();
                int omap = body.u32();
                boolean hasData = body.bool();
                int data = body.u32();
                return new Shard(
                        errors, primary, attrs, size, hasOmap ? omap : null, hasData ? data : null, body.bool());
            });
        }

        public void encode(WireWriter out) {
            out.versioned(3, 3, () -> {
                out.u64(errors).bool(primary);
                if ((errors & MISSING) == 0) {
                    out.map(attrs, WireWriter::string, WireWriter::bytes).u64(size);
                    out.bool(omapDigest != null).u32(omapDigest == null ? 0 : omapDigest);
                    out.bool(dataDigest != null).u32(dataDigest == null ? 0 : dataDigest).bool(selected);
                }
            });
        }
    }

    public static InconsistentObject decode(WireReader in) {
        return in.versioned(2, (body, version) -> new InconsistentObject(
                body.u64(),
                ScrubObjectId.decode(body),
                body.u64(),
                body.map(InconsistentObject::member, Shard::decode),
                body.u64()));
    }

    private static PgShard member(WireReader in) {
        return in.versioned(1, (body, version) -> {
            int osd = body.u32();
            return new PgShard(osd, (byte) body.u8());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(2, 2, () -> {
            out.u64(errors);
            object.encode(out);
            out.u64(version).map(shards, (w, m) -> w.versioned(1, 1, () -> w.u32(m.osd()).u8(m.shard())), (w, s) -> s.encode(w));
            out.u64(unionErrors);
        });
    }
}
