package dev.inkfish.codecs;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A struct with a name of Ceph's ([CephType]), its decoder and encoder found by reflection. What a client only sends has
/// no encoder, what it only gets has no decoder.
public record StructCodec(String name, Class<?> type, @Nullable Method decoder, @Nullable Method encoder) implements Codec {
    /// All annotated structs on the class path, in the order of Ceph's names.
    public static List<StructCodec> all() {
        TreeMap<String, StructCodec> found = new TreeMap<>();
        for (Class<?> type : ClassPath.classes()) {
            CephType ceph = type.getAnnotation(CephType.class);
            Method decoder = decoder(type);
            Method encoder = encoder(type);
            if (ceph != null && (decoder != null || encoder != null)) {
                for (String name : ceph.value()) {
                    found.put(name, new StructCodec(name, type, decoder, encoder));
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static @Nullable Method decoder(Class<?> type) {
        for (Class<?> input : List.of(WireReader.class, Bytes.class)) {
            try {
                return opened(type.getDeclaredMethod("decode", input));
            } catch (NoSuchMethodException e) {
                // the other form, then
            }
        }
        return null;
    }

    private static @Nullable Method encoder(Class<?> type) {
        for (String name : List.of("encode", "encodeWithChecksums")) {
            for (Class<?>[] form : new Class<?>[][] {{WireWriter.class, long.class}, {WireWriter.class}, {long.class}, {}}) {
                try {
                    return opened(type.getDeclaredMethod(name, form));
                } catch (NoSuchMethodException e) {
                    // the next form, then
                }
            }
        }
        return null;
    }

    private static Method opened(Method method) {
        method.setAccessible(true);
        return method;
    }

    @Override
    public boolean decodes() {
        return decoder != null;
    }

    @Override
    public boolean encodes() {
        return encoder != null;
    }

    @Override
    public Object decode(Bytes bytes) {
        Method method = Objects.requireNonNull(decoder);
        if (method.getParameterTypes()[0] == Bytes.class) {
            return call(method, null, bytes);
        }
        WireReader in = bytes.reader();
        Object value = call(method, null, in);
        in.end();
        return value;
    }

    @Override
    public Bytes encode(Object value, long features) {
        Method method = Objects.requireNonNull(encoder);
        WireWriter out = new WireWriter();
        Object[] args = Stream.of(method.getParameterTypes())
                .map(p -> p == long.class ? (Object) features : out)
                .toArray();
        Object result = call(method, value, args);
        return result instanceof Bytes bytes ? bytes : out.toBytes();
    }

    private static Object call(Method method, @Nullable Object target, Object... args) {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
