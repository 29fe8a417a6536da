package dev.inkfish.objclass.cas;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Class `cas`: chunks that live as long as an object refers to them. An object may refer to a chunk many times.
public final class CasClass {
    private static final String ATTR = "chunk_refs";
    private static final long VERIFY = 1;

    private CasClass() {}

    public static ObjectClass create() {
        return new ObjectClass("cas")
                .readWrite("chunk_create_or_get_ref", CasClass::createOrGet)
                .readWrite("chunk_get_ref", CasClass::get)
                .readWrite("chunk_put_ref", CasClass::put)
                .read("references_chunk", (context, input) -> {
                    Codec.input(input, WireReader::string);
                    // only objects with a manifest refer to chunks, and there are none
                    throw fail(Errno.ENOLINK, "the object does not refer to the chunk");
                });
    }

    private static Bytes createOrGet(ClassContext context, Bytes input) {
        record Request(HObject source, long flags, Bytes data) {}
        Request request = Codec.input(input, in -> in.versioned(
                1, (body, version) -> new Request(HObject.decode(body), body.u64(), body.bytes())));
        if (!context.exists()) {
            context.writeFull(request.data);
            store(context, new References(List.of(request.source)));
            return Bytes.EMPTY;
        }
        References references = load(context);
        if ((request.flags & VERIFY) != 0 && !context.read(0, 0).equals(request.data)) {
            throw fail(Errno.ENOMSG, "the chunk has another content");
        }
        store(context, references.with(request.source));
        return Bytes.EMPTY;
    }

    private static Bytes get(ClassContext context, Bytes input) {
        HObject source = decodeSource(input);
        store(context, load(context).with(source));
        return Bytes.EMPTY;
    }

    private static Bytes put(ClassContext context, Bytes input) {
        HObject source = decodeSource(input);
        References references = load(context);
        if (!references.sources.contains(source)) {
            throw fail(Errno.ENOLINK, "the object does not refer to the chunk");
        }
        References left = references.without(source);
        if (left.sources.isEmpty()) {
            context.remove();
        } else {
            store(context, left);
        }
        return Bytes.EMPTY;
    }

    private static HObject decodeSource(Bytes input) {
        return Codec.input(input, in -> in.versioned(1, (body, version) -> HObject.decode(body)));
    }

    private static References load(ClassContext context) {
        if (!context.exists()) {
            throw fail(Errno.ENOENT, "no such chunk");
        }
        Bytes stored = context.getXattrs().get(ATTR);
        return stored == null ? new References(List.of()) : Codec.stored(stored, References::decode);
    }

    private static void store(ClassContext context, References references) {
        context.setXattr(ATTR, Codec.encode(references::encode));
    }

    /// `chunk_refs_t`: the referring objects in order, each as often as it refers.
    @CephType("chunk_refs_t")
    record References(List<HObject> sources) {
        private static final int BY_OBJECT = 1;

        static References decode(WireReader in) {
            return in.versioned(1, (body, version) -> {
                int type = body.u8();
                if (type != BY_OBJECT) {
                    throw new DecodeException("references counted in a way (" + type + ") that only tools write");
                }
                return body.versioned(1, (inner, innerVersion) -> new References(inner.list(HObject::decode)));
            });
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u8(BY_OBJECT)
                    .versioned(1, 1, () -> out.list(sources, (w, source) -> source.encode(w))));
        }

        References with(HObject source) {
            List<HObject> more = new ArrayList<>(sources);
            more.add(source);
            Collections.sort(more);
            return new References(more);
        }

        References without(HObject source) {
            List<HObject> less = new ArrayList<>(sources);
            less.remove(source);
            return new References(less);
        }
    }
}
