package dev.inkfish.conf.log;

import dev.inkfish.conf.Conf;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The logs of the daemons of this process. A line belongs to the daemon on whose thread it was written, else to the one
/// that it begins with (`osd.3: …`), else to the first.
///
/// Lines from before the first daemon go to the standard error stream.
public final class DaemonLogs extends Handler {
    private static final DaemonLogs LOGS = new DaemonLogs();

    private final List<DaemonLog> daemons = new CopyOnWriteArrayList<>();
    /// Loggers are forgotten, and their levels with them, unless somebody holds them.
    private final List<Logger> held = new ArrayList<>();
    private PrintStream standard = System.err;

    private DaemonLogs() {}

    /// Has all lines of the process come here; once, when the process starts.
    public static void install() {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.addHandler(LOGS);
        LOGS.setLevel(Level.ALL);
        LOGS.adjust();
    }

    /// Lines of this daemon go where its configuration says, from now on and as it changes.
    public static void add(Conf conf) {
        LOGS.register(conf);
    }

    private void register(Conf conf) {
        DaemonLog log = new DaemonLog(conf, standard);
        daemons.removeIf(old -> {
            boolean again = old.name().equals(log.name());
            if (again) {
                old.close();
            }
            return again;
        });
        daemons.add(log);
        conf.onChange(changed -> {
            if (daemons.contains(log) && log.reads(changed)) {
                log.changed(changed);
                adjust();
            }
        });
        adjust();
    }

    public static void flushAll() {
        LOGS.flush();
    }

    /// Writes a daemon's lines of lately once more, into its log.
    ///
    /// @param name as `osd.0`
    public static void dump(String name) {
        LOGS.daemons.stream().filter(log -> log.name().equals(name)).forEach(DaemonLog::dump);
    }

    /// Opens all files anew (SIGHUP, `log reopen`).
    public static void reopen() {
        LOGS.daemons.forEach(DaemonLog::reopen);
    }

    /// The loggers let through what the most talkative daemon wants.
    private synchronized void adjust() {
        for (Subsystem each : Subsystem.values()) {
            int number = daemons.stream().mapToInt(daemon -> daemon.level(each)).max().orElse(0);
            for (String name : each.packages()) {
                boolean foreign = !name.isEmpty() && !name.startsWith("dev.inkfish");
                Level level = each.threshold(number);
                Logger logger = Logger.getLogger(name);
                logger.setLevel(foreign && level == Level.INFO ? Level.SEVERE : level);
                if (!held.contains(logger)) {
                    held.add(logger);
                }
            }
        }
    }

    @Override
    public void publish(LogRecord record) {
        Subsystem subsystem = Subsystem.of(record.getLoggerName() == null ? "" : record.getLoggerName());
        DaemonLog owner = ownerOf(record);
        if (owner != null) {
            owner.publish(subsystem, record);
        } else if (subsystem.levelOf(record) <= 1) {
            standard.print(LogLine.text(record, subsystem.levelOf(record)));
        }
    }

    private @Nullable DaemonLog ownerOf(LogRecord record) {
        String thread = Thread.currentThread().getName();
        String message = String.valueOf(record.getMessage());
        DaemonLog byMessage = null;
        for (DaemonLog each : daemons) {
            if (begins(thread, each.name())) {
                return each;
            }
            if (byMessage == null && begins(message, each.name())) {
                byMessage = each;
            }
        }
        return byMessage != null || daemons.isEmpty() ? byMessage : daemons.getFirst();
    }

    /// `osd.1` begins `osd.1-shard-0` and `osd.1: text`, but not `osd.12`.
    private static boolean begins(String text, String name) {
        return text.startsWith(name)
                && (text.length() == name.length() || !Character.isLetterOrDigit(text.charAt(name.length())));
    }

    @Override
    public void flush() {
        standard.flush(); // files have each line when it is written
    }

    @Override
    public void close() {
        daemons.forEach(DaemonLog::close);
    }
}
