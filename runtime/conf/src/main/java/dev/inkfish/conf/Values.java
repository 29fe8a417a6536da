package dev.inkfish.conf;

import java.math.BigDecimal;
import java.util.Locale;

/// Reads option values as Ceph does: sizes with units, times, booleans.
public final class Values {
    private Values() {}

    /// `4K`, `4Ki`, `1G`, `1048576`: powers of 1024.
    public static long size(String text) {
        return scaled(text, 1024);
    }

    /// `10K`, `3600`, `3600.0`: for plain integers powers of 1000.
    public static long integer(String text) {
        return scaled(text, 1000);
    }

    public static double decimal(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a number");
        }
    }

    public static boolean flag(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0", "" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }

    /// Seconds: `30`, `5m`, `1h30m`, `2 days`.
    public static double seconds(String text) {
        String rest = text.strip().toLowerCase(Locale.ROOT);
        double total = 0;
        while (!rest.isEmpty()) {
            int digits = 0;
            while (digits < rest.length() && (Character.isDigit(rest.charAt(digits)) || rest.charAt(digits) == '.')) {
                digits++;
            }
            int unit = digits;
            while (unit < rest.length() && !Character.isDigit(rest.charAt(unit))) {
                unit++;
            }
            total += decimal(rest.substring(0, digits)) * secondsOf(rest.substring(digits, unit).strip(), text);
            rest = rest.substring(unit);
        }
        return total;
    }

    private static double secondsOf(String unit, String text) {
        return switch (unit) {
            case "", "s", "sec", "secs", "second", "seconds" -> 1;
            case "m", "min", "mins", "minute", "minutes" -> 60;
            case "h", "hr", "hrs", "hour", "hours" -> 3600;
            case "d", "day", "days" -> 86400;
            case "w", "wk", "wks", "week", "weeks" -> 7 * 86400;
            case "ms" -> 0.001;
            default -> throw new IllegalArgumentException("'" + text + "' is not a time");
        };
    }

    private static long scaled(String text, int base) {
        String number = text.strip();
        if (number.endsWith("B") && number.length() > 1) {
            number = number.substring(0, number.length() - 1);
        }
        int factor = base;
        if (number.endsWith("i")) {
            number = number.substring(0, number.length() - 1);
            factor = 1024;
        }
        int power = number.isEmpty() ? -1 : "KMGTPE".indexOf(Character.toUpperCase(number.charAt(number.length() - 1)));
        if (power >= 0) {
            number = number.substring(0, number.length() - 1).strip();
        }
        try {
            BigDecimal value = number.startsWith("0x")
                    ? new BigDecimal(new java.math.BigInteger(number.substring(2), 16))
                    : new BigDecimal(number);
            return value.multiply(BigDecimal.valueOf(factor).pow(power + 1)).longValue();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a number");
        }
    }
}
