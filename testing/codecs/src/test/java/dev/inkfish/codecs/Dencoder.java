package dev.inkfish.codecs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.inkfish.wire.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Ceph's `ceph-dencoder`, as `scripts/dencoder.sh` fetches it. One process does many jobs: its command line is a list of
/// verbs, and it prints its version behind each job. It ends at the first job that fails; another takes up the rest.
final class Dencoder {
    private static final int JOBS_AT_ONCE = 400;

    private final Path program;
    private final String version;

    private Dencoder(Path program) {
        this.program = program;
        this.version = start(List.of("version")).out.strip();
    }

    /// Verbs, of which a file name stands for itself.
    record Job(List<String> verbs) {
        Job(String... verbs) {
            this(List.of(verbs));
        }

        /// Decodes a file's bytes, then does more. `import` appends to what the job before left: a name takes its place, and
        /// is skipped.
        static Job decoding(String type, Path file, String... verbs) {
            List<String> all = new ArrayList<>(List.of(
                    "type", "entity_name_t", "encode", "import", file.toString(), "skip", "9", "type", type, "decode"));
            all.addAll(List.of(verbs));
            return new Job(all);
        }
    }

    /// @param failure empty if all verbs were done
    record Outcome(String out, String failure) {
        boolean failed() {
            return !failure.isEmpty();
        }
    }

    /// Skips the test where there is no dencoder.
    static Dencoder orSkip() {
        String given = System.getenv("CEPH_DENCODER");
        Path program = Path.of(given != null ? given : "target/dencoder/ceph-dencoder").toAbsolutePath();
        assumeTrue(Files.isExecutable(program), () -> "no " + program + ": scripts/dencoder.sh fetches it, ./test calls that");
        return new Dencoder(program);
    }

    String version() {
        return version;
    }

    List<String> types() {
        return start(List.of("list_types")).out.lines().toList();
    }

    /// Those of its release, for which it encodes.
    long features() {
        return Long.parseUnsignedLong(start(List.of("get_features")).out.strip());
    }

    /// Each job's outcome, in order.
    List<Outcome> run(List<Job> jobs) {
        List<Outcome> outcomes = new ArrayList<>();
        while (outcomes.size() < jobs.size()) {
            int end = Math.min(jobs.size(), outcomes.size() + JOBS_AT_ONCE);
            List<String> arguments = new ArrayList<>();
            for (Job job : jobs.subList(outcomes.size(), end)) {
                arguments.addAll(job.verbs);
                arguments.add("version");
            }
            Ended ended = start(arguments);
            String[] parts = ended.out.split("(?m)^" + java.util.regex.Pattern.quote(version) + "\n", -1);
            for (int i = 0; i + 1 < parts.length; i++) {
                outcomes.add(new Outcome(parts[i], ""));
            }
            if (outcomes.size() < end) {
                outcomes.add(new Outcome(parts[parts.length - 1], "exit " + ended.code + " " + ended.errors.strip()));
            }
        }
        return outcomes;
    }

    static Bytes read(Path file) {
        try {
            return Bytes.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, Bytes bytes) {
        try {
            Files.write(file, bytes.toArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Ended(int code, String out, String errors) {}

    private Ended start(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        try {
            Path out = Files.createTempFile("dencoder", ".out");
            Path errors = Files.createTempFile("dencoder", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(errors.toFile())
                        .start();
                int code = process.waitFor();
                return new Ended(code, text(out), text(errors));
            } finally {
                Files.delete(out);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
