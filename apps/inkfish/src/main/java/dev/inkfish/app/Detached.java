package dev.inkfish.app;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs `inkfish up` in the background: the same program, in a session of its own, its output in a file.
final class Detached {
    private static final long POLL_MILLIS = 50;

    private Detached() {}

    /// Starts it and waits until it says that it is healthy, or ends.
    static int up(Path dir, List<String> arguments) throws IOException, InterruptedException {
        Path log = dir.toAbsolutePath().resolve("run").resolve("up.log");
        Files.createDirectories(log.getParent());
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(thisProgram(List.of()));
        command.addAll(arguments);
        Files.deleteIfExists(log);
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        String said = "";
        while (process.isAlive() && !said.contains("HEALTH_")) {
            Thread.sleep(POLL_MILLIS);
            said = Files.readString(log);
        }
        Thread.sleep(POLL_MILLIS);
        said = Files.readString(log);
        System.out.print(said.isEmpty() && !process.isAlive()
                ? "inkfish: ended without a word; is the disk full? Nothing is in " + log + "\n"
                : said);
        return process.isAlive() ? 0 : process.waitFor();
    }

    /// The command line that runs this program again, without its arguments.
    ///
    /// @param options for Java, behind those of this process
    static List<String> thisProgram(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        return command;
    }
}
