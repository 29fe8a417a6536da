package dev.inkfish.golden;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A struct on the class path that has a name of Ceph's, with its decoder and encoder found by reflection.
record WireType(String name, Class<?> type, Method decode, Method encode) {
    /// All annotated structs on the class path, by Ceph's name.
    static List<WireType> all() {
        TreeMap<String, WireType> found = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                collect(path, found);
            } else if (entry.contains("inkfish") && entry.endsWith(".jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(path)) {
                    collect(jar.getPath("/"), found);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static void collect(Path root, TreeMap<String, WireType> found) {
        Path top = root.resolve("dev/inkfish");
        if (!Files.isDirectory(top)) {
            return;
        }
        try (Stream<Path> files = Files.walk(top)) {
            files.map(f -> root.relativize(f).toString())
                    .filter(f -> f.endsWith(".class") && !f.endsWith("-info.class"))
                    .map(f -> f.substring(0, f.length() - 6).replace('/', '.'))
                    .forEach(name -> add(name, found));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(String className, TreeMap<String, WireType> found) {
        try {
            Class<?> type = Class.forName(className, false, WireType.class.getClassLoader());
            CephType ceph = type.getAnnotation(CephType.class);
            if (ceph != null && (decoder(type) != null || encoder(type) != null)) {
                Method decode = decoder(type);
                Method encode = encoder(type);
                if (decode == null || encode == null) {
                    throw new AssertionError(type + " has one of decode and encode only");
                }
                found.put(ceph.value(), new WireType(ceph.value(), type, decode, encode));
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
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
        for (Class<?>[] form : new Class<?>[][] {{WireWriter.class, long.class}, {WireWriter.class}, {long.class}, {}}) {
            try {
                return opened(type.getDeclaredMethod("encode", form));
            } catch (NoSuchMethodException e) {
                // the next form, then
            }
        }
        return null;
    }

    private static Method opened(Method method) {
        method.setAccessible(true);
        return method;
    }

    Object decode(Bytes bytes) {
        return call(decode, null, decode.getParameterTypes()[0] == Bytes.class ? bytes : bytes.reader());
    }

    /// Encodes for a peer of Ceph 16.
    Bytes encode(Object value) {
        WireWriter out = new WireWriter();
        Object[] args = Stream.of(encode.getParameterTypes())
                .map(p -> p == long.class ? (Object) Features.PACIFIC : out)
                .toArray();
        Object result = call(encode, value, args);
        return result instanceof Bytes bytes ? bytes : out.toBytes();
    }

    private static Object call(Method method, Object target, Object... args) {
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
