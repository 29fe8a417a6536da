package dev.inkfish.mgr.core;

import java.util.Locale;

/// Numbers in few places, the last of which is a unit (`format_units` of `mgr_util.py`).
public final class ByteText {
    private static final String UNITS = " kMGTPE";

    private ByteText() {}

    /// A number of bytes in so many places.
    public static String of(int width, double number) {
        return scaled(width, number, 1024);
    }

    /// The same in powers of ten.
    public static String count(int width, double number) {
        return scaled(width, number, 1000);
    }

    private static String scaled(int width, double number, int base) {
        int unit = 0;
        double scaled = number;
        while (Long.toString((long) scaled).length() > width - 1 && unit < UNITS.length() - 1) {
            scaled = number / Math.pow(base, ++unit);
        }
        if (unit == 0) {
            return (long) number + " ";
        }
        String digits = String.format(Locale.ROOT, "%f", scaled).substring(0, width - 1);
        return (digits.endsWith(".") ? digits.substring(0, width - 2) : digits) + UNITS.charAt(unit);
    }
}
