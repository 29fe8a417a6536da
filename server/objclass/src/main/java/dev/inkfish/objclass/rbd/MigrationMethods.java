package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;

/// An image on its way to another pool or format: noted on the headers at both ends. A source of format 1
/// shows it in its header's text.
final class MigrationMethods {
    private static final String KEY = "migration";
    private static final Bytes PLAIN_TEXT = Bytes.utf8("<<< Rados Block Device Image >>>\n\0");
    private static final Bytes MIGRATING_TEXT = Bytes.utf8("<<< Migrating RBD Image      >>>\n\0");
    private static final int SOURCE = 1;
    private static final int TARGET = 2;

    private MigrationMethods() {}

    static void register(ObjectClass rbd) {
        rbd.readWrite("migration_set", MigrationMethods::set)
                .readWrite("migration_set_state", MigrationMethods::setState)
                .read("migration_get", (context, input) -> Codec.encode(get(context)::encode))
                .readWrite("migration_remove", (context, input) -> remove(context));
    }

    private static Bytes set(ClassContext context, Bytes input) {
        Migration migration = Codec.input(input, Migration::decode);
        if (Keys.find(context, KEY) != null) {
            throw fail(Errno.EEXIST, "the image is migrating");
        }
        Long features = Keys.find(context, "features", WireReader::u64);
        if (features == null) {
            if (isMigratingOldFormat(context)) {
                throw fail(Errno.EEXIST, "the image is migrating");
            }
            if (migration.headerType != SOURCE) {
                throw fail(Errno.EINVAL, "an image of format 1 can only be the source");
            }
            context.write(0, MIGRATING_TEXT);
        } else if ((features & RbdFeatures.MIGRATING) == 0) {
            Keys.putU64(context, "features", features | RbdFeatures.MIGRATING);
        } else if (migration.headerType != TARGET) {
            throw fail(Errno.EEXIST, "the image is migrating");
        }
        Keys.put(context, KEY, migration::encode);
        return Bytes.EMPTY;
    }

    private static Bytes setState(ClassContext context, Bytes input) {
        record Request(int state, String description) {}
        Request request = Codec.input(input, in -> new Request(in.u8(), in.string()));
        Keys.put(context, KEY, get(context).withState(request.state, request.description)::encode);
        return Bytes.EMPTY;
    }

    private static Migration get(ClassContext context) {
        Long features = Keys.find(context, "features", WireReader::u64);
        boolean migrating =
                features == null ? isMigratingOldFormat(context) : (features & RbdFeatures.MIGRATING) != 0;
        if (!migrating) {
            throw fail(Errno.EINVAL, "the image is not migrating");
        }
        return Keys.get(context, KEY, Migration::decode);
    }

    private static Bytes remove(ClassContext context) {
        Keys.removeIfThere(context, KEY);
        Long features = Keys.find(context, "features", WireReader::u64);
        if (features == null) {
            if (!isMigratingOldFormat(context)) {
                throw fail(Errno.EINVAL, "the image is not migrating");
            }
            context.write(0, PLAIN_TEXT);
        } else if ((features & RbdFeatures.MIGRATING) != 0) {
            Keys.putU64(context, "features", features & ~RbdFeatures.MIGRATING);
        }
        return Bytes.EMPTY;
    }

    private static boolean isMigratingOldFormat(ClassContext context) {
        Bytes text = context.read(0, PLAIN_TEXT.length());
        if (text.equals(MIGRATING_TEXT)) {
            return true;
        }
        if (text.equals(PLAIN_TEXT)) {
            return false;
        }
        throw fail(Errno.ENXIO, "no image header");
    }

    /// `cls::rbd::MigrationSpec`
    ///
    /// @param headerType which end this header is
    /// @param snapSeqs snapshot ids at the source to those at the target
    /// @param source where the data comes from if not from an image
    @CephType("cls::rbd::MigrationSpec")
    record Migration(
            int headerType,
            long pool,
            String nspace,
            String imageName,
            String imageId,
            NavigableMap<Long, Long> snapSeqs,
            long overlap,
            boolean flatten,
            boolean mirroring,
            int state,
            String description,
            int mirrorMode,
            String source) {
        /// 2: mirror mode; 3: source, without which older readers understand it too
        static Migration decode(WireReader in) {
            return in.versioned(3, (body, version) -> {
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
                String description = body.string();
                int mode = version >= 2 ? body.u8() : 0;
                String source = version >= 3 ? body.string() : "";
                return new Migration(
                        type, pool, nspace, name, id, seqs, overlap, flatten, mirroring, state, description, mode,
                        source);
            });
        }

        void encode(WireWriter out) {
            out.versioned(3, source.isEmpty() ? 1 : 3, () -> {
                out.u8(headerType).u64(pool).string(nspace).string(imageName).string(imageId);
                out.map(snapSeqs, WireWriter::u64, WireWriter::u64);
                out.u64(overlap).bool(flatten).bool(mirroring).u8(state).string(description);
                out.u8(mirrorMode).string(source);
            });
        }

        Migration withState(int otherState, String otherDescription) {
            return new Migration(
                    headerType, pool, nspace, imageName, imageId, snapSeqs, overlap, flatten, mirroring,
                    otherState, otherDescription, mirrorMode, source);
        }
    }
}
