package dev.inkfish.command.stats;

import dev.inkfish.command.GeneralFormat;
import dev.inkfish.wire.Utime;
import java.util.Locale;

/// Numbers for people, as `byte_u_t`, `si_u_t`, `percentify` and `timespan_str` write them.
public final class Units {
    private static final String[] BINARY = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P", "E"};
    private static final int WIDTH = 7;

    private Units() {}

    /// `4.0 GiB`
    public static String bytes(long value) {
        return scaled(value, 1024, BINARY);
    }

    /// `3.40k`
    public static String count(long value) {
        return scaled(value, 1000, DECIMAL);
    }

    /// The largest unit that leaves a digit before the point, and as many digits behind it as fit into seven places.
    private static String scaled(long value, long base, String[] units) {
        long number = value;
        long unit = 1;
        int index = 0;
        while (Long.compareUnsigned(number, base) >= 0 && index < units.length - 1) {
            number = Long.divideUnsigned(number, base);
            unit *= base;
            index++;
        }
        if (index == 0 || Long.remainderUnsigned(value, unit) == 0) {
            return Long.toUnsignedString(number) + units[index];
        }
        double exact = (value >= 0 ? (double) value : value + 0x1p64) / unit;
        String text = "";
        for (int digits = 2; digits >= 0; digits--) {
            text = fixed(exact, digits) + units[index];
            if (text.length() <= WIDTH) {
                break;
            }
        }
        return text;
    }

    public static String fixed(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", new java.math.BigDecimal(value));
    }

    /// Two digits, and 0 for what would be less than one of them.
    public static String percent(float percent) {
        return percent < 0.01 ? "0" : fixed(percent, 2);
    }

    /// `3 of 12` as `25.000%` has three digits.
    public static String ratio(long part, long whole) {
        return fixed(100.0 * part / whole, 3);
    }

    /// `18s`, `20m`, `5h`: one number of the largest unit of which there are at least two.
    public static String span(Utime from, Utime to) {
        long nanos = Math.max(0, to.toNanos() - from.toNanos());
        return nanos < 2_000_000_000L ? GeneralFormat.format((float) nanos / 1e9f, 6) + "s" : span(nanos / 1_000_000_000L);
    }

    public static String span(long seconds) {
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < 120) {
            return seconds + "s";
        } else if (minutes < 120) {
            return minutes + "m";
        } else if (hours < 48) {
            return hours + "h";
        } else if (days < 14) {
            return days + "d";
        } else if (days / 7 < 12) {
            return days / 7 + "w";
        } else if (days / 30 < 24) {
            return days / 30 + "M";
        }
        return days / 365 + "y";
    }
}
