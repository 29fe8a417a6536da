package dev.inkfish.conf.log;

import dev.inkfish.conf.Conf;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/// One daemon's log (`src/log/Log.cc`): `log_file`, or the standard error stream where there is none; which lines,
/// `debug_*` say, at any time. Thread-safe.
final class DaemonLog {
    private static final Set<String> OUTPUT = Set.of("log_file", "log_to_file", "log_to_stderr", "err_to_stderr");

    /// Lines that are kept for `log dump`.
    private static final int MOST_RECENT = 500;

    private final Conf conf;
    private final PrintStream standard;
    private volatile Map<Subsystem, Integer> levels = Map.of();
    private @Nullable OutputStream file;
    private String path = "";
    private boolean linesToStandard;
    private boolean errorsToStandard;
    private final Deque<String> recent = new ArrayDeque<>();

    DaemonLog(Conf conf, PrintStream standard) {
        this.conf = conf;
        this.standard = standard;
        readLevels();
        reopen();
    }

    String name() {
        return conf.type() + "." + conf.id();
    }

    /// Whether it is one of those that change this log.
    boolean reads(Set<String> changed) {
        return changed.stream().anyMatch(name -> name.startsWith("debug_") || OUTPUT.contains(name));
    }

    void changed(Set<String> options) {
        readLevels();
        if (options.stream().anyMatch(OUTPUT::contains)) {
            reopen();
        }
    }

    private void readLevels() {
        Map<Subsystem, Integer> read = new EnumMap<>(Subsystem.class);
        for (Subsystem each : Subsystem.values()) {
            read.put(each, number(conf.string(each.option())));
        }
        levels = read;
    }

    /// `20` and `20/5` are 20; of what is no number, 0.
    private static int number(String level) {
        try {
            return Integer.parseInt(level.strip().split("/", 2)[0]);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    int level(Subsystem subsystem) {
        return levels.getOrDefault(subsystem, 0);
    }

    /// Opens the file anew: somebody may have moved it away.
    synchronized void reopen() {
        close();
        path = conf.flag("log_to_file") ? conf.string("log_file") : "";
        if (!path.isEmpty()) {
            try {
                Path where = Path.of(path);
                if (where.getParent() != null) {
                    Files.createDirectories(where.getParent());
                }
                file = Files.newOutputStream(where, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                standard.println(name() + ": the log stays on the standard error stream: " + e);
            }
        }
        linesToStandard = file == null || conf.flag("log_to_stderr");
        errorsToStandard = conf.flag("err_to_stderr");
    }

    synchronized void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            standard.println(path + ": " + e);
        }
        file = null;
    }

    /// Writes the lines of lately once more, with what tells how to read them (`Log::dump_recent`).
    synchronized void dump() {
        StringBuilder text = new StringBuilder("--- begin dump of recent events ---\n");
        int left = recent.size();
        for (String line : recent) {
            text.append(String.format(Locale.ROOT, "%6d> ", -(--left))).append(line);
        }
        text.append("--- logging levels ---\n");
        levels.forEach((subsystem, level) -> text.append(String.format(Locale.ROOT, "  %2d/%2d %s\n", level, level,
                subsystem.option().substring("debug_".length()))));
        text.append("  max_recent ").append(String.format(Locale.ROOT, "%9d\n", MOST_RECENT));
        text.append("  log_file ").append(path).append("\n--- end dump of recent events ---\n");
        write(text.toString(), linesToStandard);
    }

    void publish(Subsystem subsystem, LogRecord record) {
        int number = subsystem.levelOf(record);
        if (number > level(subsystem)) {
            return;
        }
        String text = LogLine.text(record, number);
        synchronized (this) {
            recent.addLast(text);
            if (recent.size() > MOST_RECENT) {
                recent.removeFirst();
            }
            write(text, linesToStandard || number < 0 && errorsToStandard);
        }
    }

    private synchronized void write(String text, boolean toStandard) {
        if (toStandard) {
            standard.print(text);
        }
        if (file != null) {
            try {
                file.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                standard.print(text); // a full disk: nothing better can be done with a log line
            }
        }
    }
}
