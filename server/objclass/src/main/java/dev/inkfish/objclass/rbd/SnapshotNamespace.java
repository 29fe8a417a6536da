package dev.inkfish.objclass.rbd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.NavigableMap;

/// Whose snapshot it is (`cls::rbd::SnapshotNamespace`): a type number, then the type's fields.
@CephType("cls::rbd::SnapshotNamespace")
sealed interface SnapshotNamespace {
    int USER = 0;
    int GROUP = 1;
    int TRASH = 2;
    int MIRROR = 3;

    int type();

    void encodeBody(WireWriter out);

    default void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            out.u32(type());
            encodeBody(out);
        });
    }

    static SnapshotNamespace decode(WireReader in) {
        return in.versioned(1, (body, version) -> decodeBody(body));
    }

    private static SnapshotNamespace decodeBody(WireReader in) {
        int type = in.u32();
        return switch (type) {
            case USER -> new User();
            case GROUP -> new Group(in.u64(), in.string(), in.string());
            case TRASH -> new Trash(in.string(), in.u32());
            case MIRROR -> new Mirror(
                    in.u8(),
                    in.bool(),
                    in.list(WireReader::string),
                    in.string(),
                    in.u64(),
                    in.u64(),
                    in.map(WireReader::u64, WireReader::u64));
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
    ///
    /// @param state primary or not, demoted or not (`MirrorSnapshotState`)
    /// @param peers the mirror peers that still need it
    /// @param snapSeqs snapshot ids there to snapshot ids here
    record Mirror(
            int state,
            boolean complete,
            List<String> peers,
            String primaryUuid,
            long primarySnap,
            long lastCopiedObject,
            NavigableMap<Long, Long> snapSeqs)
            implements SnapshotNamespace {
        @Override
        public int type() {
            return MIRROR;
        }

        @Override
        public void encodeBody(WireWriter out) {
            out.u8(state)
                    .bool(complete)
                    .list(peers, WireWriter::string)
                    .string(primaryUuid)
                    .u64(primarySnap)
                    .u64(lastCopiedObject)
                    .map(snapSeqs, WireWriter::u64, WireWriter::u64);
        }

        Mirror withPeers(List<String> others) {
            return new Mirror(state, complete, others, primaryUuid, primarySnap, lastCopiedObject, snapSeqs);
        }

        Mirror withProgress(boolean isComplete, long lastCopied) {
            return new Mirror(state, isComplete, peers, primaryUuid, primarySnap, lastCopied, snapSeqs);
        }
    }

    /// Of a type that came after us.
    record Unknown(int type) implements SnapshotNamespace {
        @Override
        public void encodeBody(WireWriter out) {}
    }
}
