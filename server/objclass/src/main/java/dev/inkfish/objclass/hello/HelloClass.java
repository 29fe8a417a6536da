package dev.inkfish.objclass.hello;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import java.util.Locale;

/// Class `hello`: an example of each kind of method, two of which lie about what they do.
public final class HelloClass {
    private static final int LONGEST_NAME = 100;
    private static final int READ_LENGTH = 1100;

    private HelloClass() {}

    public static ObjectClass create() {
        return new ObjectClass("hello")
                .read("say_hello", (context, input) -> greeting(input))
                .write("record_hello", HelloClass::recordHello)
                .write("write_return_data", HelloClass::writeReturnData)
                .write("write_too_much_return_data", (context, input) -> writeTooMuch(context))
                .read("replay", (context, input) -> context.read(0, READ_LENGTH))
                .readWrite("turn_it_to_11", HelloClass::amplify)
                .write("bad_reader", (context, input) -> context.read(0, 100))
                .read("bad_writer", (context, input) -> {
                    context.writeFull(input);
                    return Bytes.EMPTY;
                });
    }

    private static Bytes greeting(Bytes name) {
        if (name.length() > LONGEST_NAME) {
            throw fail(Errno.EINVAL, "the name is too long");
        }
        return Bytes.concat(Bytes.utf8("Hello, "), name.isEmpty() ? Bytes.utf8("world") : name, Bytes.utf8("!"));
    }

    private static Bytes recordHello(ClassContext context, Bytes input) {
        Bytes content = greeting(input);
        if (context.exists()) {
            throw fail(Errno.EEXIST, "the object exists");
        }
        context.writeFull(content);
        sign(context, "said_by");
        return Bytes.EMPTY;
    }

    private static Bytes writeReturnData(ClassContext context, Bytes input) {
        context.setXattr("foo", Bytes.utf8("bar"));
        if (!input.isEmpty()) {
            context.setErrorOutput(Bytes.utf8("too much input data!"));
            throw fail(Errno.EINVAL, "takes no argument");
        }
        context.setResult(42);
        return Bytes.utf8("you might see this");
    }

    private static Bytes writeTooMuch(ClassContext context) {
        context.setXattr("foo", Bytes.utf8("bar"));
        context.setResult(42);
        return Bytes.utf8("you should not see this because it is toooooo long. ".repeat(10));
    }

    private static Bytes amplify(ClassContext context, Bytes input) {
        if (!input.isEmpty()) {
            throw fail(Errno.EINVAL, "takes no argument");
        }
        String text = context.read(0, READ_LENGTH).utf8();
        context.writeFull(Bytes.utf8(text.toUpperCase(Locale.ROOT)));
        sign(context, "amplified_by");
        return Bytes.EMPTY;
    }

    private static void sign(ClassContext context, String attr) {
        ClassContext.Origin origin = context.origin();
        context.setXattr(attr, Bytes.utf8(origin.name() + " " + origin.addr()));
    }
}
