package dev.inkfish.command;

import dev.inkfish.wire.Utime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as Ceph prints them, in UTC.
public final class Stamp {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    /// Below ten years after 1970 a time is a span.
    private static final long SPAN_LIMIT = 60L * 60 * 24 * 365 * 10;

    private Stamp() {}

    /// `2026-11-21T02:21:09.681738+0000`; a short span as `0.000000`.
    public static String text(Utime time) {
        return with(time, "+0000");
    }

    /// `2026-11-21T02:21:09.681738Z`
    public static String zulu(Utime time) {
        return with(time, "Z");
    }

    private static String with(Utime time, String zone) {
        long seconds = Integer.toUnsignedLong(time.seconds());
        String micros = String.format(Locale.ROOT, ".%06d", time.nanos() / 1000);
        if (seconds < SPAN_LIMIT) {
            return seconds + micros;
        }
        return SECONDS.format(Instant.ofEpochSecond(seconds)) + micros + zone;
    }
}
