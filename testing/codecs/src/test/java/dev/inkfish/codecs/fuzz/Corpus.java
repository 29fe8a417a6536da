package dev.inkfish.codecs.fuzz;

import dev.inkfish.wire.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The kept inputs of a target: what guided runs found to reach new code, and what once was a fault. A file of a line each,
/// in base64.
final class Corpus {
    private static final int LONGEST = 4096;

    private Corpus() {}

    static List<Bytes> of(Target target) throws IOException {
        Path file = file(Path.of("src/test/corpus"), target);
        List<Bytes> inputs = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                inputs.add(Bytes.wrap(Base64.getDecoder().decode(line)));
            }
        }
        return inputs;
    }

    private static Path file(Path folder, Target target) {
        return folder.resolve(target.name().toLowerCase(Locale.ROOT) + ".txt");
    }

    /// `unpack TARGET FOLDER`: the drawn and the kept inputs as files. `pack TARGET FOLDER`: files back, those that can be
    /// drawn left out. `list`: the targets.
    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "list" -> Stream.of(Target.values()).forEach(t -> System.out.println(t.name().toLowerCase(Locale.ROOT)));
            case "unpack" -> unpack(target(args[1]), Path.of(args[2]));
            case "pack" -> pack(target(args[1]), Path.of(args[2]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static Target target(String name) {
        return Target.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static void unpack(Target target, Path folder) throws IOException {
        List<Bytes> inputs = new ArrayList<>(target.seeds());
        inputs.addAll(of(target));
        Files.createDirectories(folder);
        for (int i = 0; i < inputs.size(); i++) {
            Files.write(folder.resolve(String.format("%05d", i)), inputs.get(i).toArray());
        }
    }

    private static void pack(Target target, Path folder) throws IOException {
        TreeSet<Bytes> kept = new TreeSet<>(of(target));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Bytes input = Bytes.wrap(Files.readAllBytes(file));
                if (input.length() <= LONGEST) {
                    kept.add(input);
                }
            }
        }
        kept.removeAll(target.seeds());
        Path file = file(Path.of("src/test/corpus"), target);
        Files.createDirectories(file.getParent());
        Files.write(file, kept.stream().map(b -> Base64.getEncoder().encodeToString(b.toArray())).toList());
    }
}
