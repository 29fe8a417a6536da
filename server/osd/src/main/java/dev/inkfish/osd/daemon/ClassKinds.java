package dev.inkfish.osd.daemon;

import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.ObjectClasses;

/// Which class methods read and which write.
final class ClassKinds {
    private static final ObjectClasses CLASSES = ObjectClasses.all();
    private static final boolean[] UNKNOWN = {true, true};

    private ClassKinds() {}

    /// Reads, writes; a method that is not there might do both.
    static boolean[] of(String className, String method) {
        ObjectClass found = CLASSES.find(className);
        ObjectClass.Method called = found == null ? null : found.method(method);
        return called == null ? UNKNOWN : new boolean[] {called.reads(), called.writes()};
    }
}
