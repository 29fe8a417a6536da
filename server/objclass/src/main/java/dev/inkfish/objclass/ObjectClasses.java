package dev.inkfish.objclass;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The table of all object classes: to add one, write it in a package of its own and enter it here.
public final class ObjectClasses {
    private final Map<String, ObjectClass> byName = new LinkedHashMap<>();

    /// All classes there are.
    public static ObjectClasses all() {
        return new ObjectClasses();
    }

    public ObjectClasses with(ObjectClass objectClass) {
        byName.put(objectClass.name(), objectClass);
        return this;
    }

    public @Nullable ObjectClass find(String name) {
        return byName.get(name);
    }

    public Iterable<ObjectClass> classes() {
        return byName.values();
    }
}
