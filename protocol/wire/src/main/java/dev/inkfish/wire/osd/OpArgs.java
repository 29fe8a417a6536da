package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// The union within `ceph_osd_op`: 28 bytes whose meaning depends on the code.
public sealed interface OpArgs {
    int SIZE = 28;
    None NONE = new None();

    record None() implements OpArgs {}

    /// A range of the object, and what the client knows of truncations.
    record Extent(long offset, long length, long truncateSize, int truncateSeq) implements OpArgs {}

    /// @param compareOp `CEPH_OSD_CMPXATTR_OP_*`
    /// @param compareMode `CEPH_OSD_CMPXATTR_MODE_*`
    record Xattr(int nameLength, int valueLength, int compareOp, int compareMode) implements OpArgs {}

    /// A class method: the names' lengths and the argument's; the bytes follow one another in the input.
    record Call(int classLength, int methodLength, int argumentLength) implements OpArgs {}

    /// A page of a group's objects.
    record ListPage(long count, int startEpoch) implements OpArgs {}

    record Snap(long snap) implements OpArgs {}

    /// @param op `CEPH_OSD_WATCH_OP_*`
    /// @param timeout in seconds; 0 for the OSD's default
    record Watch(long cookie, long version, int op, int generation, int timeout) implements OpArgs {
        public static final int UNWATCH = 0;
        public static final int LEGACY_WATCH = 1;
        public static final int WATCH = 3;
        public static final int RECONNECT = 5;
        public static final int PING = 7;
    }

    record Notify(long cookie) implements OpArgs {}

    record AssertVersion(long version) implements OpArgs {}

    record CopyGet(long max) implements OpArgs {}

    record CopyFrom(long snap, long sourceVersion, int flags, int sourceFadvise) implements OpArgs {
        public static final int TRUNCATE_SEQ = 32;
        public static final int ALL_FLAGS = 63;
    }

    record AllocHint(long expectedObjectSize, long expectedWriteSize, int flags) implements OpArgs {}

    record WriteSame(long offset, long length, long dataLength) implements OpArgs {}

    /// @param type [#XXHASH32], [#XXHASH64] or [#CRC32C]
    record Checksum(long offset, long length, int chunkSize, int type) implements OpArgs {
        public static final int XXHASH32 = 0;
        public static final int XXHASH64 = 1;
        public static final int CRC32C = 2;
    }

    /// As it came.
    ///
    /// @param number the operation's code on the wire
    record Raw(int number, Bytes union) implements OpArgs {}

    /// Reads the 28 bytes.
    static OpArgs decode(OpCode code, int number, WireReader in) {
        int end = in.consumed() + SIZE;
        OpArgs args = switch (code.form()) {
            case NONE -> NONE;
            case EXTENT -> new Extent(in.u64(), in.u64(), in.u64(), in.u32());
            case XATTR -> new Xattr(in.u32(), in.u32(), in.u8(), in.u8());
            case CALL -> decodeCall(in);
            case LIST -> new ListPage(in.u64(), in.u32());
            case SNAP -> new Snap(in.u64());
            case WATCH -> new Watch(in.u64(), in.u64(), in.u8(), in.u32(), in.u32());
            case NOTIFY -> new Notify(in.u64());
            case ASSERT_VERSION -> {
                in.skip(8);
                yield new AssertVersion(in.u64());
            }
            case COPY_GET -> new CopyGet(in.u64());
            case COPY_FROM -> new CopyFrom(in.u64(), in.u64(), in.u8(), in.u32());
            case ALLOC_HINT -> new AllocHint(in.u64(), in.u64(), in.u32());
            case WRITE_SAME -> new WriteSame(in.u64(), in.u64(), in.u64());
            case CHECKSUM -> new Checksum(in.u64(), in.u64(), in.u32(), in.u8());
            case RAW -> new Raw(number, in.raw(SIZE));
        };
        in.skip(end - in.consumed());
        return args;
    }

    private static Call decodeCall(WireReader in) {
        int classLength = in.u8();
        int methodLength = in.u8();
        in.skip(1); // argc, always 0
        return new Call(classLength, methodLength, in.u32());
    }

    default void encode(WireWriter out) {
        int start = out.size();
        switch (this) {
            case None none -> {}
            case Extent e -> out.u64(e.offset).u64(e.length).u64(e.truncateSize).u32(e.truncateSeq);
            case Xattr x -> out.u32(x.nameLength).u32(x.valueLength).u8(x.compareOp).u8(x.compareMode);
            case Call c -> out.u8(c.classLength).u8(c.methodLength).u8(0).u32(c.argumentLength);
            case ListPage l -> out.u64(l.count).u32(l.startEpoch);
            case Snap s -> out.u64(s.snap);
            case Watch w -> out.u64(w.cookie).u64(w.version).u8(w.op).u32(w.generation).u32(w.timeout);
            case Notify n -> out.u64(n.cookie);
            case AssertVersion a -> out.u64(0).u64(a.version);
            case CopyGet c -> out.u64(c.max);
            case CopyFrom c -> out.u64(c.snap).u64(c.sourceVersion).u8(c.flags).u32(c.sourceFadvise);
            case AllocHint a -> out.u64(a.expectedObjectSize).u64(a.expectedWriteSize).u32(a.flags);
            case WriteSame w -> out.u64(w.offset).u64(w.length).u64(w.dataLength);
            case Checksum c -> out.u64(c.offset).u64(c.length).u32(c.chunkSize).u8(c.type);
            case Raw r -> out.raw(r.union);
        }
        out.zeros(SIZE - (out.size() - start));
    }
}
