package dev.inkfish.codecs.fuzz;

import dev.inkfish.codecs.RandomValues;
import dev.inkfish.objclass.FakeObject;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// Methods of object classes: an answer or a [CephException].
final class ClassTargets {
    private static final int MOST_CALLS = 16;
    private static final ObjectClasses CLASSES = ObjectClasses.all();

    private ClassTargets() {}

    static void run(Bytes input) {
        FakeObject object = new FakeObject();
        int start = 0;
        for (int calls = 0; calls < MOST_CALLS && start + 3 <= input.length(); calls++) {
            WireReader in = input.slice(start).reader();
            int name = in.u8();
            int argument = in.u16();
            if (in.remaining() < name + argument) {
                return;
            }
            call(object, in.raw(name).utf8(), in.raw(argument));
            start += 3 + name + argument;
        }
    }

    private static void call(FakeObject object, String name, Bytes argument) {
        int dot = name.indexOf('.');
        ObjectClass objectClass = dot < 0 ? null : CLASSES.find(name.substring(0, dot));
        if (objectClass == null || objectClass.method(name.substring(dot + 1)) == null) {
            return;
        }
        try {
            object.call(objectClass, name.substring(dot + 1), argument);
        } catch (CephException e) {
            // refused
        }
    }

    /// Each method on a new object, and behind what makes an image; with an empty argument and with a few likely ones.
    static List<Bytes> seeds() {
        List<Bytes> seeds = new ArrayList<>();
        RandomValues random = new RandomValues(3);
        Bytes create = one("rbd.create", new WireWriter().u64(1 << 26).u8(22).u64(61).string("rbd_data.1").u64(-1).toBytes());
        for (ObjectClass objectClass : CLASSES.classes()) {
            for (ObjectClass.Method method : objectClass.methods()) {
                String name = objectClass.name() + "." + method.name();
                Bytes words = new WireWriter().string("id").string("name").u64(1).u64(2).u64(3).toBytes();
                Bytes numbers = new WireWriter().u64(1).string("snap").u64(64).bytes((Bytes) random.of(Bytes.class)).toBytes();
                Bytes versioned = new WireWriter().versioned(1, 1, () -> {}).toBytes();
                Bytes before = objectClass.name().equals("rbd") ? create : Bytes.EMPTY;
                for (Bytes argument : List.of(Bytes.EMPTY, words, numbers, versioned)) {
                    seeds.add(Bytes.concat(before, one(name, argument)));
                }
            }
        }
        return seeds;
    }

    private static Bytes one(String name, Bytes argument) {
        return new WireWriter().u8(name.length()).u16(argument.length()).raw(Bytes.utf8(name)).raw(argument).toBytes();
    }
}
