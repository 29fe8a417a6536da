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
        References current = load(context, reference.implicitRef);
        current.held.put(reference.tag, true);
        store(context, current);
        return Bytes.EMPTY;
    }

    private static Bytes put(ClassContext context, Bytes input) {
        Reference reference = Codec.input(input, Reference::decode);
        References current = load(context, reference.implicitRef);
        if (current.held.isEmpty()) {
            throw fail(Errno.EINVAL, "there is no reference");
        }
        if (current.retired.contains(reference.tag)) {
            return Bytes.EMPTY;
        }
        boolean dropped = current.held.remove(reference.tag) != null
                || reference.implicitRef && current.held.remove(ANYBODY) != null;
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
        List<String> tags = Codec.input(input, Tags::decode).refs;
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
        References current = load(context, Codec.input(input, ReadRequest::decode).implicitRef);
        return Codec.encode(new Tags(List.copyOf(current.held.keySet()))::encode);
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

    @CephType({"cls_refcount_get_op", "cls_refcount_put_op"})
    private record Reference(String tag, boolean implicitRef) {
        static Reference decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Reference(body.string(), body.bool()));
        }
    }

    @CephType("cls_refcount_read_op")
    private record ReadRequest(boolean implicitRef) {
        static ReadRequest decode(WireReader in) {
            return in.versioned(1, (body, version) -> new ReadRequest(body.bool()));
        }
    }

    /// The argument of `set`, and what `read` answers.
    @CephType({"cls_refcount_set_op", "cls_refcount_read_ret"})
    private record Tags(List<String> refs) {
        static Tags decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Tags(body.list(WireReader::string)));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.list(refs, WireWriter::string));
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
