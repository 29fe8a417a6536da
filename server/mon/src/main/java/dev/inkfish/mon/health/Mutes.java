package dev.inkfish.mon.health;

import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthMute;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// When a mute ends.
final class Mutes {
    private static final Pattern PART = Pattern.compile("\\s*(\\d+)\\s*([a-zA-Z]*)");

    private Mutes() {}

    /// Those that stay.
    static NavigableMap<String, HealthMute> reviewed(
            NavigableMap<String, HealthMute> mutes, NavigableMap<String, HealthCheck> checks, Utime now) {
        NavigableMap<String, HealthMute> stay = new TreeMap<>();
        mutes.forEach((code, mute) -> {
            HealthCheck check = checks.get(code);
            if (!mute.until().isZero() && mute.until().compareTo(now) <= 0) {
                return;
            }
            if (mute.sticky()) {
                stay.put(code, mute);
            } else if (check != null && mute.count() > 0 && check.count() <= mute.count()) {
                // it may only become better
                stay.put(code, new HealthMute(code, mute.until(), false, mute.summary(), check.count()));
            } else if (check != null && mute.count() == 0 && check.summary().equals(mute.summary())) {
                stay.put(code, mute);
            }
        });
        return stay;
    }

    /// A span as people write it: `4h`, `1w`, `90`, `2 days`; 0 if it is none.
    static long seconds(String text) {
        Matcher part = PART.matcher(text);
        long total = 0;
        int end = 0;
        while (part.find() && part.start() == end && end < text.length()) {
            long unit = unit(part.group(2));
            if (unit == 0 || part.group(1).length() > 9) {
                return 0;
            }
            total += Long.parseLong(part.group(1)) * unit;
            end = part.end();
        }
        return text.substring(end).isBlank() ? total : 0;
    }

    private static long unit(String name) {
        return switch (name) {
            case "", "s", "sec", "second", "seconds" -> 1;
            case "m", "min", "minute", "minutes" -> 60;
            case "h", "hr", "hour", "hours" -> 3600;
            case "d", "day", "days" -> 86400;
            case "w", "wk", "week", "weeks" -> 604800;
            case "mo", "month", "months" -> 2592000;
            case "y", "yr", "year", "years" -> 31536000;
            default -> 0;
        };
    }
}
