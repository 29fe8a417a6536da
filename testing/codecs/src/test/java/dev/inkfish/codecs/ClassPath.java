package dev.inkfish.codecs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The project's own classes, as they stand on the class path.
final class ClassPath {
    /// Where types of the wire are.
    private static final List<String> PARTS = List.of("wire", "osdmap", "crush", "cephx", "objclass", "osd");

    private ClassPath() {}

    /// In the order of their names; none is initialized.
    static List<Class<?>> classes() {
        TreeSet<String> names = new TreeSet<>();
        for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                collect(path, names);
            } else if (entry.contains("inkfish") && entry.endsWith(".jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(path)) {
                    collect(jar.getPath("/"), names);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names) {
            try {
                classes.add(Class.forName(name, false, ClassPath.class.getClassLoader()));
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        return classes;
    }

    private static void collect(Path root, TreeSet<String> names) {
        for (String part : PARTS) {
            collect(root, root.resolve("dev/inkfish").resolve(part), names);
        }
    }

    private static void collect(Path root, Path top, TreeSet<String> names) {
        if (!Files.isDirectory(top)) {
            return;
        }
        try (Stream<Path> files = Files.walk(top)) {
            files.map(f -> root.relativize(f).toString())
                    .filter(f -> f.endsWith(".class") && !f.endsWith("-info.class"))
                    .map(f -> f.substring(0, f.length() - 6).replace('/', '.'))
                    .forEach(names::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
