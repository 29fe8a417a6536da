package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.CreateMode;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Plain tables: an image's metadata, a pool's trash (`rbd_trash`) and namespaces (`rbd_namespace`).
final class ListedMethods {
    private static final String METADATA = "metadata_";
    private static final String TRASH = "id_";
    private static final String NAMESPACE = "name_";

    private ListedMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("metadata_list", ListedMethods::listMetadata)
                .readWrite("metadata_set", ListedMethods::setMetadata)
                .readWrite("metadata_remove", (context, input) -> {
                    context.omapRemove(METADATA + Codec.input(input, WireReader::string));
                    return Bytes.EMPTY;
                })
                .read("metadata_get", ListedMethods::getMetadata)
                .readWrite("trash_add", ListedMethods::addTrash)
                .readWrite("trash_remove", (context, input) -> removeEntry(context, input, TRASH))
                .read("trash_list", ListedMethods::listTrash)
                .read("trash_get", ListedMethods::getTrash)
                .readWrite("trash_state_set", ListedMethods::setTrashState)
                .readWrite("namespace_add", ListedMethods::addNamespace)
                .readWrite("namespace_remove", (context, input) -> removeEntry(context, input, NAMESPACE))
                .read("namespace_list", ListedMethods::listNamespaces);
    }

    private static Bytes listMetadata(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Keys.requireExists(context);
        long max = request.max() == 0 ? Keys.PAGE : request.max();
        TreeMap<String, Bytes> data = Keys.page(context, METADATA, request.startAfter(), max, value -> value);
        return Codec.encode(out -> out.map(data, WireWriter::string, WireWriter::bytes));
    }

    private static Bytes setMetadata(ClassContext context, Bytes input) {
        NavigableMap<String, Bytes> data = Codec.input(input, in -> in.map(WireReader::string, WireReader::bytes));
        TreeMap<String, Bytes> entries = new TreeMap<>();
        data.forEach((key, value) -> entries.put(METADATA + key, value));
        context.omapSet(entries);
        return Bytes.EMPTY;
    }

    private static Bytes getMetadata(ClassContext context, Bytes input) {
        Bytes value = raw(context, METADATA + Codec.input(input, WireReader::string));
        return Codec.encode(out -> out.bytes(value));
    }

    private static Bytes addTrash(ClassContext context, Bytes input) {
        record Request(String id, TrashEntry entry) {}
        Request request = Codec.input(input, in -> new Request(in.string(), TrashEntry.decode(in)));
        context.create(CreateMode.IF_MISSING);
        if (!Keys.isValidId(request.id)) {
            throw fail(Errno.EINVAL, "not an id");
        }
        if (Keys.find(context, TRASH + request.id) != null) {
            throw fail(Errno.EEXIST, "in the trash already");
        }
        Keys.put(context, TRASH + request.id, request.entry::encode);
        return Bytes.EMPTY;
    }

    private static Bytes listTrash(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Keys.requireExists(context);
        TreeMap<String, TrashEntry> entries = Keys.page(
                context, TRASH, request.startAfter(), request.max(), value -> Codec.stored(value, TrashEntry::decode));
        return Codec.encode(out -> out.map(entries, WireWriter::string, (w, entry) -> entry.encode(w)));
    }

    private static Bytes getTrash(ClassContext context, Bytes input) {
        return raw(context, TRASH + Codec.input(input, WireReader::string));
    }

    private static Bytes setTrashState(ClassContext context, Bytes input) {
        record Request(String id, int state, int expected) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.u8(), in.u8()));
        TrashEntry entry = Keys.get(context, TRASH + request.id, TrashEntry::decode);
        if (entry.state == request.expected) {
            Keys.put(context, TRASH + request.id, entry.withState(request.state)::encode);
            return Bytes.EMPTY;
        }
        if (entry.state == request.state) {
            return Bytes.EMPTY;
        }
        throw fail(Errno.ESTALE, "the entry is in another state");
    }

    private static Bytes addNamespace(ClassContext context, Bytes input) {
        String name = Codec.input(input, WireReader::string);
        if (Keys.find(context, NAMESPACE + name) != null) {
            throw fail(Errno.EEXIST, "the namespace exists");
        }
        Keys.put(context, NAMESPACE + name, Bytes.EMPTY);
        return Bytes.EMPTY;
    }

    private static Bytes listNamespaces(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Keys.requireExists(context);
        TreeMap<String, Bytes> names =
                Keys.page(context, NAMESPACE, request.startAfter(), request.max(), value -> value);
        return Codec.encode(out -> out.list(names.keySet(), WireWriter::string));
    }

    private static Bytes removeEntry(ClassContext context, Bytes input, String prefix) {
        String key = prefix + Codec.input(input, WireReader::string);
        raw(context, key);
        context.omapRemove(key);
        return Bytes.EMPTY;
    }

    private static Bytes raw(ClassContext context, String key) {
        Bytes value = Keys.find(context, key);
        if (value == null) {
            throw fail(Errno.ENOENT, "no " + key);
        }
        return value;
    }

    /// `cls::rbd::TrashImageSpec`
    ///
    /// @param source who put it there
    /// @param deferredUntil before which it is not to be removed
    @CephType("cls::rbd::TrashImageSpec")
    record TrashEntry(int source, String name, Utime deleted, Utime deferredUntil, int state) {
        /// 2: state
        static TrashEntry decode(WireReader in) {
            return in.versioned(2, (body, version) -> new TrashEntry(
                    body.u8(),
                    body.string(),
                    Utime.decode(body),
                    Utime.decode(body),
                    version >= 2 ? body.u8() : 0));
        }

        void encode(WireWriter out) {
            out.versioned(2, 1, () -> {
                out.u8(source).string(name);
                deleted.encode(out);
                deferredUntil.encode(out);
                out.u8(state);
            });
        }

        TrashEntry withState(int other) {
            return new TrashEntry(source, name, deleted, deferredUntil, other);
        }
    }
}
