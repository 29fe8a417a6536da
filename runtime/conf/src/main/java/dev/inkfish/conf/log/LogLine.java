package dev.inkfish.conf.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.LogRecord;

/// A line of a daemon's log, as Ceph's: time, thread (here its name), level, text.
final class LogLine {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx", Locale.ROOT).withZone(ZoneId.systemDefault());

    private LogLine() {}

    /// @param number Ceph's level
    static String text(LogRecord record, int number) {
        StringBuilder line = new StringBuilder(TIME.format(record.getInstant()))
                .append(' ').append(Thread.currentThread().getName().replace(' ', '-'))
                .append(number < 0 || number > 9 ? " " : "  ").append(number)
                .append(' ').append(record.getMessage()).append('\n');
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }
}
