package dev.inkfish.objclass;

import dev.inkfish.wire.Bytes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An object class: a name and its methods.
public final class ObjectClass {
    /// `CLS_METHOD_*`
    public enum Flag {
        /// Reads the object.
        READ,
        /// May change the object.
        WRITE,
        /// Wants the object in a cache pool's upper tier; has no effect without cache pools.
        PROMOTE
    }

    /// A method's code. An error is a [dev.inkfish.wire.CephException]; a result code above zero is set
    /// through the context.
    @FunctionalInterface
    public interface Handler {
        /// @param input the call's argument, as the client encoded it
        /// @return the output, encoded
        Bytes call(ClassContext context, Bytes input);
    }

    /// One method.
    public record Method(String name, Set<Flag> flags, Handler handler) {
        public boolean writes() {
            return flags.contains(Flag.WRITE);
        }

        public boolean reads() {
            return flags.contains(Flag.READ);
        }
    }

    private final String name;
    private final Map<String, Method> methods = new LinkedHashMap<>();

    public ObjectClass(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /// Adds a method that reads.
    public ObjectClass read(String method, Handler handler) {
        return add(method, Set.of(Flag.READ), handler);
    }

    /// Adds a method that reads and writes.
    public ObjectClass readWrite(String method, Handler handler) {
        return add(method, Set.of(Flag.READ, Flag.WRITE), handler);
    }

    /// Adds a method that only writes.
    public ObjectClass write(String method, Handler handler) {
        return add(method, Set.of(Flag.WRITE), handler);
    }

    public ObjectClass add(String method, Set<Flag> flags, Handler handler) {
        methods.put(method, new Method(method, flags, handler));
        return this;
    }

    public @Nullable Method method(String method) {
        return methods.get(method);
    }

    public Collection<Method> methods() {
        return methods.values();
    }
}
