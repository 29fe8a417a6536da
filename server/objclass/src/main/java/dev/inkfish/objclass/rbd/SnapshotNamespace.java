package dev.inkfish.objclass.rbd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Whose snapshot it is (`cls::rbd::SnapshotNamespace`): a type number, then the type's fields.
sealed interface SnapshotNamespace {
    int USER = 0;
    int GROUP = 1;
    int TRASH = 2;
    int MIRROR = 3;

    int type();

    void encodeBody(WireWriter out);

    default void encode(WireWriter out) {
        out.u32(type());
        encodeBody(out);
    }

    static SnapshotNamespace decode(WireReader in) {
        int type = in.u32();
        return switch (type) {
            case USER -> new User();
            case GROUP -> new Group(in.u64(), in.string(), in.string());
            case TRASH -> new Trash(in.string(), in.u32());
            // the struct of mirror snapshots is versioned: kept as it is, nothing here looks into it
            case MIRROR -> {
                int version = in.u8();
                int compat = in.u8();
                yield new Mirror(version, compat, in.bytes());
            }
            default -> new Unknown(type);
        };
    }

    /// A snapshot that somebody took.
    record User() implements SnapshotNamespace {
        @Override
        public int type() {
            return USER;
        }

        @Override
        public void encodeBody(WireWriter out) {}
    }

    /// Part of a snapshot of a group of images.
    record Group(long pool, String groupId, String groupSnapshotId) implements SnapshotNamespace {
        @Override
        public int type() {
            return GROUP;
        }

        @Override
        public void encodeBody(WireWriter out) {
            out.u64(pool).string(groupId).string(groupSnapshotId);
        }
    }

    /// Deleted, but clones still need it.
    record Trash(String originalName, int originalType) implements SnapshotNamespace {
        @Override
        public int type() {
            return TRASH;
        }

        @Override
        public void encodeBody(WireWriter out) {
            out.string(originalName).u32(originalType);
        }
    }

    /// Made by snapshot-based mirroring.
    record Mirror(int version, int compat, Bytes body) implements SnapshotNamespace {
        @Override
        public int type() {
            return MIRROR;
        }

        @Override
        public void encodeBody(WireWriter out) {
            out.u8(version).u8(compat).bytes(body);
        }
    }

    /// Of a type that came after us.
    record Unknown(int type) implements SnapshotNamespace {
        @Override
        public void encodeBody(WireWriter out) {}
    }
}
