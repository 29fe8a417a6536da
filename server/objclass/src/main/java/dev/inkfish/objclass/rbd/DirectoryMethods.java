package dev.inkfish.objclass.rbd;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ClassContext.CreateMode;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.TreeMap;

/// The names of a pool's images and groups: `rbd_directory` (name to id and back) and `rbd_id.NAME`.
final class DirectoryMethods {
    private static final String NAME = "name_";
    private static final String ID = "id_";
    private static final int STATE_READY = 0;
    private static final int STATE_ADD_DISABLED = 1;

    private DirectoryMethods() {}

    static void register(ObjectClass rbd) {
        rbd.read("get_id", (context, input) -> getId(context))
                .readWrite("set_id", DirectoryMethods::setId)
                .read("dir_get_id", (context, input) -> lookUp(context, input, NAME))
                .read("dir_get_name", (context, input) -> lookUp(context, input, ID))
                .read("dir_list", DirectoryMethods::list)
                .readWrite("dir_add_image", DirectoryMethods::add)
                .readWrite("dir_remove_image", DirectoryMethods::remove)
                .readWrite("dir_rename_image", DirectoryMethods::rename)
                // a pool's groups (`rbd_group_directory`) are named in the same way
                .read("group_dir_list", DirectoryMethods::list)
                .readWrite("group_dir_add", DirectoryMethods::add)
                .readWrite("group_dir_remove", DirectoryMethods::remove)
                .readWrite("group_dir_rename", DirectoryMethods::rename)
                .read("dir_state_assert", DirectoryMethods::assertState)
                .readWrite("dir_state_set", DirectoryMethods::setState);
    }

    private record Entry(String name, String id) {}

    private static Bytes getId(ClassContext context) {
        long size = context.stat().size();
        if (size == 0) {
            throw fail(Errno.ENOENT, "no id yet");
        }
        String id = Codec.stored(context.read(0, size), WireReader::string);
        return Codec.encode(out -> out.string(id));
    }

    private static Bytes setId(ClassContext context, Bytes input) {
        Keys.requireExists(context);
        String id = Codec.input(input, WireReader::string);
        if (!Keys.isValidId(id)) {
            throw fail(Errno.EINVAL, "not an id");
        }
        if (context.stat().size() != 0) {
            throw fail(Errno.EEXIST, "has an id");
        }
        context.write(0, Codec.encode(out -> out.string(id)));
        return Bytes.EMPTY;
    }

    private static Bytes lookUp(ClassContext context, Bytes input, String prefix) {
        String found = Keys.get(context, prefix + Codec.input(input, WireReader::string), WireReader::string);
        return Codec.encode(out -> out.string(found));
    }

    private static Bytes list(ClassContext context, Bytes input) {
        Keys.PageRequest request = Keys.PageRequest.decode(input);
        Keys.requireExists(context);
        TreeMap<String, String> images = Keys.page(
                context,
                NAME,
                request.startAfter(),
                request.max(),
                value -> Codec.stored(value, WireReader::string));
        return Codec.encode(out -> out.map(images, WireWriter::string, WireWriter::string));
    }

    private static Bytes add(ClassContext context, Bytes input) {
        Entry entry = Codec.input(input, in -> new Entry(in.string(), in.string()));
        context.create(CreateMode.IF_MISSING);
        if (Keys.find(context, NAME + entry.name) == null && Keys.find(context, ID + entry.id) != null) {
            checkEntry(entry);
            throw fail(Errno.EBADF, "the id is taken");
        }
        insert(context, entry);
        return Bytes.EMPTY;
    }

    private static void insert(ClassContext context, Entry entry) {
        checkEntry(entry);
        if (Keys.find(context, NAME + entry.name) != null) {
            throw fail(Errno.EEXIST, "the name is taken");
        }
        TreeMap<String, Bytes> both = new TreeMap<>();
        both.put(NAME + entry.name, Codec.encode(out -> out.string(entry.id)));
        both.put(ID + entry.id, Codec.encode(out -> out.string(entry.name)));
        context.omapSet(both);
    }

    private static void checkEntry(Entry entry) {
        if (entry.name.isEmpty() || !Keys.isValidId(entry.id)) {
            throw fail(Errno.EINVAL, "not a name or not an id");
        }
    }

    private static Bytes remove(ClassContext context, Bytes input) {
        Entry entry = Codec.input(input, in -> new Entry(in.string(), in.string()));
        remove(context, entry);
        return Bytes.EMPTY;
    }

    private static void remove(ClassContext context, Entry entry) {
        String id = Keys.get(context, NAME + entry.name, WireReader::string);
        String name = Keys.get(context, ID + entry.id, WireReader::string);
        if (!id.equals(entry.id) || !name.equals(entry.name)) {
            throw fail(Errno.ESTALE, "renamed meanwhile");
        }
        context.omapRemove(NAME + entry.name);
        context.omapRemove(ID + entry.id);
    }

    private static Bytes rename(ClassContext context, Bytes input) {
        record Request(String from, String to, String id) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.string(), in.string()));
        boolean sameName = request.from.equals(request.to);
        remove(context, new Entry(request.from, request.id));
        if (sameName) {
            throw fail(Errno.EEXIST, "that is its name");
        }
        insert(context, new Entry(request.to, request.id));
        return Bytes.EMPTY;
    }

    private static Bytes assertState(ClassContext context, Bytes input) {
        int expected = Codec.input(input, WireReader::u8);
        if (Keys.get(context, "state", WireReader::u8) != expected) {
            throw fail(Errno.ENOENT, "the directory is in another state");
        }
        return Bytes.EMPTY;
    }

    private static Bytes setState(ClassContext context, Bytes input) {
        int state = Codec.input(input, WireReader::u8);
        switch (state) {
            case STATE_READY -> {}
            case STATE_ADD_DISABLED -> {
                Keys.requireExists(context);
                if (!Keys.page(context, NAME, "", 1, value -> value).isEmpty()) {
                    throw fail(Errno.EBUSY, "there are images");
                }
            }
            default -> throw fail(Errno.EINVAL, "no such state");
        }
        Keys.put(context, "state", out -> out.u8(state));
        return Bytes.EMPTY;
    }
}
