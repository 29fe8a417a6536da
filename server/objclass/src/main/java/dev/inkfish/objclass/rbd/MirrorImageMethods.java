package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Which images of a pool are mirrored (`rbd_mirroring`), by local and by global id.
final class MirrorImageMethods {
    static final String IMAGE = "image_";
    private static final String GLOBAL = "global_";

    private MirrorImageMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("mirror_image_list", MirrorImageMethods::list)
                .read("mirror_image_get_image_id", (context, input) -> {
                    String id = Keys.get(context, GLOBAL + Codec.input(input, WireReader::string), WireReader::string);
                    return Codec.encode(out -> out.string(id));
                })
                .read("mirror_image_get", (context, input) -> {
                    String id = Codec.input(input, WireReader::string);
                    return Codec.encode(Keys.get(context, IMAGE + id, MirrorImage::decode)::encode);
                })
                .readWrite("mirror_image_set", MirrorImageMethods::set)
                .readWrite("mirror_image_remove", MirrorImageMethods::remove);
    }

    /// Local id to global id.
    private static Bytes list(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Keys.requireExists(context);
        TreeMap<String, String> images = new TreeMap<>(HObject::compareUtf8);
        page(context, request).forEach((id, image) -> images.put(id, image.globalId));
        return Codec.encode(out -> out.map(images, WireWriter::string, WireWriter::string));
    }

    static TreeMap<String, MirrorImage> page(ClassContext context, Keys.PageRequest request) {
        return Keys.page(
                context,
                IMAGE,
                request.startAfter(),
                request.max(),
                value -> Codec.stored(value, MirrorImage::decode));
    }

    static void forEach(ClassContext context, Consumer<MirrorImage> visitor) {
        Keys.scan(context, IMAGE, IMAGE, (key, value) -> {
            visitor.accept(Codec.stored(value, MirrorImage::decode));
            return true;
        });
    }

    static @Nullable MirrorImage findByGlobalId(ClassContext context, String globalId) {
        String id = Keys.find(context, GLOBAL + globalId, WireReader::string);
        return id == null ? null : Keys.find(context, IMAGE + id, MirrorImage::decode);
    }

    private static Bytes set(ClassContext context, Bytes input) {
        record Request(String id, MirrorImage image) {}
        Request request = Codec.input(input, in -> new Request(in.string(), MirrorImage.decode(in)));
        MirrorImage old = Keys.find(context, IMAGE + request.id, MirrorImage::decode);
        if (old == null) {
            if (Keys.find(context, GLOBAL + request.image.globalId) != null) {
                throw fail(Errno.EEXIST, "the global id is taken");
            }
            if (request.image.state == MirrorImage.DISABLING) {
                throw fail(Errno.ENOENT, "not mirrored, so nothing to end");
            }
        } else if (!old.globalId.equals(request.image.globalId)) {
            throw fail(Errno.EINVAL, "a global id does not change");
        }
        Keys.put(context, IMAGE + request.id, request.image::encode);
        Keys.put(context, GLOBAL + request.image.globalId, out -> out.string(request.id));
        return Bytes.EMPTY;
    }

    private static Bytes remove(ClassContext context, Bytes input) {
        String id = Codec.input(input, WireReader::string);
        MirrorImage image = Keys.get(context, IMAGE + id, MirrorImage::decode);
        if (image.state != MirrorImage.DISABLING) {
            throw fail(Errno.EBUSY, "mirroring of the image was not ended");
        }
        context.omapRemove(IMAGE + id);
        context.omapRemove(GLOBAL + image.globalId);
        MirrorStatusMethods.remove(context, image.globalId);
        return Bytes.EMPTY;
    }

    /// `cls::rbd::MirrorImage`
    ///
    /// @param mode 0 by journal, 1 by snapshots
    /// @param state being ended, on, off
    @CephType("cls::rbd::MirrorImage")
    record MirrorImage(String globalId, int state, int mode) {
        static final int DISABLING = 0;
        static final int ENABLED = 1;

        /// 2: mode
        static MirrorImage decode(WireReader in) {
            return in.versioned(2, (body, version) ->
                    new MirrorImage(body.string(), body.u8(), version >= 2 ? body.u8() : 0));
        }

        void encode(WireWriter out) {
            out.versioned(2, 1, () -> out.string(globalId).u8(state).u8(mode));
        }
    }
}
