package dev.inkfish.objclass.refcount;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Class `refcount`: an object lives as long as somebody's tag is on it.
public final class RefcountClass {
    private static final String ATTR = "refcount";
    /// Stands for the reference that an object has which was never counted.
    private static final String ANYBODY = "";

    private RefcountClass() {}

    public static ObjectClass create() {
        return new ObjectClass("refcount")
                .readWrite("get", RefcountClass::get)
                .readWrite("put", RefcountClass::put)
                .readWrite("set", RefcountClass::set)
                .read("read", RefcountClass::read);
    }

    private static Bytes get(ClassContext context, Bytes input) {
        Reference reference = Codec.input(input, Reference::decode);
        References current = load(context, reference.implicit);
        current.held.put(reference.tag, true);
        store(context, current);
        return Bytes.EMPTY;
    }

    private static Bytes put(ClassContext context, Bytes input) {
        Reference reference = Codec.input(input, Reference::decode);
        References current = load(context, reference.implicit);
        if (current.held.isEmpty()) {
            throw fail(Errno.EINVAL, "there is no reference");
        }
        if (current.retired.contains(reference.tag)) {
            return Bytes.EMPTY;
        }
        boolean dropped = current.held.remove(reference.tag) != null
                || reference.implicit && current.held.remove(ANYBODY) != null;
        if (!dropped) {
            return Bytes.EMPTY;
        }
        current.retired.add(reference.tag);
        if (current.held.isEmpty()) {
            context.remove();
        } else {
            store(context, current);
        }
        return Bytes.EMPTY;
    }

    private static Bytes set(ClassContext context, Bytes input) {
        List<String> tags =
                Codec.input(input, in -> in.versioned(1, (body, version) -> body.list(WireReader::string)));
        if (tags.isEmpty()) {
            context.remove();
            return Bytes.EMPTY;
        }
        References references = new References(new TreeMap<>(), new TreeSet<>());
        tags.forEach(tag -> references.held.put(tag, true));
        store(context, references);
        return Bytes.EMPTY;
    }

    private static Bytes read(ClassContext context, Bytes input) {
        boolean implicit = Codec.input(input, in -> in.versioned(1, (body, version) -> body.bool()));
        References current = load(context, implicit);
        return Codec.encode(
                out -> out.versioned(1, 1, () -> out.list(current.held.keySet(), (w, tag) -> w.string(tag))));
    }

    private static References load(ClassContext context, boolean implicit) {
        Bytes attr = context.getXattrs().get(ATTR);
        if (attr != null) {
            return Codec.stored(attr, References::decode);
        }
        References none = new References(new TreeMap<>(), new TreeSet<>());
        if (implicit) {
            none.held.put(ANYBODY, true);
        }
        return none;
    }

    private static void store(ClassContext context, References references) {
        context.setXattr(ATTR, Codec.encode(references::encode));
    }

    private record Reference(String tag, boolean implicit) {
        static Reference decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Reference(body.string(), body.bool()));
        }
    }

    /// `obj_refcount`; mutable while a method works on it.
    ///
    /// @param retired tags that were dropped, which version 2 added: dropping one again changes nothing
    @CephType("obj_refcount")
    private record References(Map<String, Boolean> held, TreeSet<String> retired) {
        static References decode(WireReader in) {
            return in.versioned(2, (body, version) -> {
                Map<String, Boolean> held = body.map(WireReader::string, WireReader::bool);
                TreeSet<String> retired = new TreeSet<>();
                if (version >= 2) {
                    retired.addAll(body.list(WireReader::string));
                }
                return new References(held, retired);
            });
        }

        void encode(WireWriter out) {
            out.versioned(2, 1, () -> out.map(held, WireWriter::string, WireWriter::bool)
                    .list(retired, WireWriter::string));
        }
    }
}
