package dev.inkfish.interop;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A cluster in a process of its own, started as `inkfish up` does, and the clients that talk to it.
final class Cluster implements AutoCloseable {
    private static @Nullable Cluster shared;

    private static final int MAX_LINES = 5000;

    private final Path dir;
    private final Queue<String> said = new LinkedBlockingQueue<>();
    private final List<String> options;
    private Process process;

    private Cluster(Path dir, List<String> options) {
        this.dir = dir;
        this.options = options;
        this.process = launch();
    }

    /// The cluster that most tests share, with pools of their own; it lives as long as the test run.
    static synchronized Cluster shared() {
        if (shared == null) {
            shared = fresh("--osds", "3");
            Cluster started = shared;
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
        }
        return shared;
    }

    /// A cluster for one test, in an empty directory.
    static Cluster fresh(String... options) {
        try {
            return in(Files.createTempDirectory("inkfish-test"), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A cluster in a directory that is there already.
    static Cluster in(Path dir, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--port", Integer.toString(freePort())));
        return new Cluster(dir, all);
    }

    Path dir() {
        return dir;
    }

    Path conf() {
        return dir.resolve("ceph.conf");
    }

    long pid() {
        return process.pid();
    }

    /// The newest lines that the cluster's processes have logged.
    List<String> said() {
        return List.copyOf(said);
    }

    private void note(String line) {
        said.add(line);
        if (said.size() > MAX_LINES) {
            said.poll();
        }
    }

    /// Runs a shell command as a user of this cluster would.
    Outcome run(String command) {
        return run(command, 120);
    }

    Outcome run(String command, int seconds) {
        try {
            Path err = Files.createTempFile("inkfish-test", ".err");
            ProcessBuilder builder = new ProcessBuilder("bash", "-c", command);
            builder.environment().put("CEPH_CONF", conf().toString());
            builder.directory(dir.toFile());
            builder.redirectInput(new File("/dev/null")).redirectError(err.toFile());
            Process client = builder.start();
            Thread killer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    if (!client.waitFor(seconds, TimeUnit.SECONDS)) {
                        client.descendants().forEach(ProcessHandle::destroyForcibly);
                        client.destroyForcibly();
                    }
                } catch (InterruptedException done) {
                    Thread.currentThread().interrupt();
                }
            });
            String out = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = client.waitFor();
            killer.interrupt();
            String errors = Files.readString(err, StandardCharsets.ISO_8859_1);
            Files.delete(err);
            return new Outcome(command, code, out, errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs a command that must succeed and gives what it printed.
    String ok(String command) {
        Outcome outcome = run(command);
        if (outcome.code() != 0) {
            throw new AssertionError(outcome.toString());
        }
        return outcome.out().strip();
    }

    /// `kill -9`, then started again on the same directory.
    void crashAndRestart() {
        process.destroyForcibly();
        await();
        process = launch();
    }

    @Override
    public void close() {
        process.destroy();
        await();
        try (Stream<Path> files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the cluster did not stop within 30 s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseParallelGC",
                "-Xmx640m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.inkfish.app.Main",
                "up",
                "--dir",
                dir.toString()));
        command.addAll(options);
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
            awaitReady(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `up` prints its health and the lines to paste once the cluster is ready; what it says after that is drained.
    private void awaitReady(Process started) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.startsWith("HEALTH_")) {
            seen.append(line).append('\n');
            line = lines.readLine();
        }
        if (line == null) {
            throw new AssertionError("the cluster did not come up:\n" + seen);
        }
        // a thread of the system: the read blocks it, and a virtual one would hold a carrier that others need
        Thread.ofPlatform().daemon().start(() -> {
            try {
                lines.lines().forEach(this::note);
            } catch (UncheckedIOException closed) {
                // it was killed
            }
        });
    }

    /// A port that is free, and the next one too (msgr1): below the range from which the kernel gives ports to clients, since
    /// a client's connection could take one of them before the cluster listens.
    private static int freePort() {
        for (int tries = 0; tries < 200; tries++) {
            int port = 10_000 + 2 * ThreadLocalRandom.current().nextInt(10_000);
            if (isFree(port) && isFree(port + 1)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port found");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /// How a client's command ended.
    record Outcome(String command, int code, String out, String err) {
        @Override
        public String toString() {
            return "$ " + command + "\n" + out + err + "(exit " + code + ")";
        }
    }
}
