package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// An image on its way from one place to another, as the headers at both ends tell (`cls::rbd::MigrationSpec`).
///
/// @param sourceId empty for a source of format 1
/// @param target null once it was removed by an abort that was cut off
/// @param snapSeqs snapshots of the source to those of the target with the same content
/// @param overlap bytes that come from the source
/// @param flatten whether the target shall do without the source's parent
/// @param importedFrom of what was prepared with `--import-only`: the source, in JSON; else empty
record Migration(PoolIo sourceIo, String sourceName, String sourceId, PoolIo targetIo, String targetName, String targetId,
        @Nullable Image target, NavigableMap<Long, Long> snapSeqs, long overlap, boolean flatten, boolean mirroring,
        int state, String importedFrom) {
    static final int PREPARED = 2;
    static final int EXECUTING = 3;
    static final int EXECUTED = 4;
    /// Of an entry in the trash: the source of a migration.
    static final int TRASH_SOURCE = 2;
    private static final int HEADER_OF_SOURCE = 1;

    /// What one header says of the other end.
    private record Spec(int type, long pool, String nspace, String name, String id, NavigableMap<Long, Long> snapSeqs,
            long overlap, boolean flatten, boolean mirroring, int state, String importedFrom) {
        static @Nullable Spec read(PoolIo io, String header) {
            Reply reply = io.run(header, ObjectOps.of().ask("rbd", "migration_get", Bytes.EMPTY));
            if (reply.failedWith(Errno.EINVAL) || reply.failedWith(Errno.ENOENT) || reply.failedWith(Errno.ENXIO)) {
                return null;
            }
            return reply.orThrow("migration of " + header).output().reader().versioned(3, (body, version) -> {
                int type = body.u8();
                long pool = body.u64();
                String nspace = body.string();
                String name = body.string();
                String id = body.string();
                NavigableMap<Long, Long> seqs = body.map(WireReader::u64, WireReader::u64);
                long overlap = body.u64();
                boolean flatten = body.bool();
                boolean mirroring = body.bool();
                int state = body.u8();
                body.string(); // why it is in that state
                if (version >= 2) {
                    body.u8(); // how the image is mirrored
                }
                String importedFrom = version >= 3 ? body.string() : "";
                return new Spec(type, pool, nspace, name, id, seqs, overlap, flatten, mirroring, state, importedFrom);
            });
        }
    }

    /// By the name of either end; null if it is not migrating.
    static @Nullable Migration find(PoolIo io, String name) {
        String id = Image.findId(io, name);
        Spec own = id == null ? null : Spec.read(io, Image.headerObject(id));
        if (own == null) {
            id = TrashEntry.list(io).entrySet().stream()
                    .filter(entry -> entry.getValue().source() == TRASH_SOURCE && entry.getValue().name().equals(name))
                    .map(Map.Entry::getKey).findFirst().orElse(null);
            own = id == null ? null : Spec.read(io, Image.headerObject(id));
        }
        if (id == null || own == null) {
            id = "";
            own = Spec.read(io, Image.headerObject(name, id));
        }
        if (own == null) {
            return null;
        }
        PoolIo other = io.client().pool(own.pool).namespace(own.nspace);
        if (own.type != HEADER_OF_SOURCE) {
            return new Migration(other, own.name, own.id, io, name, id, Image.openById(io, name, id), own.snapSeqs,
                    own.overlap, own.flatten, own.mirroring, own.state, own.importedFrom);
        }
        // how far the target is made of the source, its own header says
        Spec its = Spec.read(other, Image.headerObject(own.id));
        return new Migration(io, name, id, other, own.name, own.id, Image.openById(other, own.name, own.id),
                its == null ? own.snapSeqs : its.snapSeqs, its == null ? own.overlap : its.overlap, own.flatten,
                own.mirroring, own.state, own.importedFrom);
    }

    /// Whether it was prepared with `--import-only`: what it comes from stays, and may be a file.
    boolean isImport() {
        return !importedFrom.isEmpty();
    }

    /// Null if it has gone, or is not a migration's.
    @Nullable Image source() {
        return isImport() ? null : Image.openById(sourceIo, sourceName, sourceId);
    }

    void setState(int other) {
        Bytes input = new WireWriter().u8(other).string("").toBytes();
        if (!isImport()) {
            sourceIo.tell(Image.headerObject(sourceName, sourceId), "rbd", "migration_set_state", input).orThrow("state of the source");
        }
        targetIo.tell(Image.headerObject(targetId), "rbd", "migration_set_state", input).orThrow("state of the target");
    }
}
