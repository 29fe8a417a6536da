package dev.inkfish.conf;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What somebody gives as an option's value: checked, and in the form in which it is stored (`Option::parse_value`).
public final class OptionInput {
    /// The words that an option may have.
    private static final Map<String, List<String>> CHOICES = Map.of(
            "osd_pool_default_type", List.of("replicated", "erasure"),
            "osd_pool_default_pg_autoscale_mode", List.of("off", "warn", "on"),
            "mgr/balancer/mode", List.of("crush-compat", "none", "upmap"));

    private static final Pattern NUMBER = Pattern.compile("(-?\\d+)(.*)");
    private static final Pattern DECIMAL = Pattern.compile("\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final String UNITS = "KMGTPE";

    private OptionInput() {}

    /// @throws IllegalArgumentException with the reason, as Ceph says it
    public static String normalise(Option option, String value) {
        if (option.name().startsWith("debug_") && option.type() == Option.Type.STRING) {
            return level(value);
        }
        List<String> choices = CHOICES.get(option.name());
        if (choices != null && !choices.contains(value)) {
            throw new IllegalArgumentException(
                    "'" + value + "' is not one of the permitted values: " + String.join(", ", choices));
        }
        return switch (option.type()) {
            case INT, UINT -> within(option, integer(option, value));
            case SIZE -> within(option, size(value));
            case FLOAT -> within(option, decimal(value));
            case BOOL -> flag(value);
            case SECONDS -> seconds(value);
            case STRING, MILLIS, ADDR, UUID -> value;
        };
    }

    private static String within(Option option, String value) {
        BigDecimal number = new BigDecimal(value);
        String min = option.min();
        if (min != null && number.compareTo(new BigDecimal(min)) < 0) {
            throw new IllegalArgumentException("Value '" + value + "' is below minimum " + limit(option, min));
        }
        String max = option.max();
        if (max != null && number.compareTo(new BigDecimal(max)) > 0) {
            throw new IllegalArgumentException("Value '" + value + "' exceeds maximum " + limit(option, max));
        }
        return value;
    }

    private static String limit(Option option, String limit) {
        return option.type() == Option.Type.FLOAT ? decimal(limit) : limit;
    }

    /// A log level, `N` or `N/M`.
    private static String level(String value) {
        if (!value.matches("\\d{1,2}(/\\d{1,2})?")) {
            throw new IllegalArgumentException("value must take the form N or N/M, where N and M are integers");
        }
        return value.indexOf('/') < 0 ? value + "/" + value : value;
    }

    /// As `strtod` reads it, without its names for what is no number.
    static String decimal(String value) {
        Matcher number = DECIMAL.matcher(value);
        if (!number.lookingAt()) {
            throw new IllegalArgumentException("strict_strtod: expected double, got: '" + value + "'");
        }
        if (number.end() < value.length()) {
            throw new IllegalArgumentException("strict_strtod: garbage at end of string. got: '" + value + "'");
        }
        double read = Values.decimal(value);
        if (Double.isInfinite(read)) {
            throw new IllegalArgumentException(
                    "strict_strtod: floating point overflow/underflow parsing '" + value + "'");
        }
        return String.format(Locale.ROOT, "%.6f", read);
    }

    private static String flag(String value) {
        try {
            return Boolean.toString(switch (value.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> Long.parseLong(value) != 0;
            });
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Expected option value to be integer, got '" + value + "'", e);
        }
    }

    /// `3`, `4K`: powers of 1000. (A B at the end is a unit that the number has not got.)
    private static String integer(Option option, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("strict_sistrtoll: value not specified");
        }
        Matcher parts = NUMBER.matcher(value);
        String unit = parts.matches() ? Objects.requireNonNull(parts.group(2)) : value;
        if (parts.matches() && unit.matches("[" + UNITS + "]?B")) {
            throw new IllegalArgumentException("Expected option value to be integer, got '" + value + "'");
        }
        if (!parts.matches() || !unit.matches("[" + UNITS + "]?")) {
            throw new IllegalArgumentException("strict_si_cast: unit prefix not recognized");
        }
        BigInteger number = scaled(parts.group(1), unit, 1000);
        if (number.bitLength() > 63) {
            throw new IllegalArgumentException("The option value '" + value + "' seems to be invalid");
        }
        if (number.signum() < 0 && option.type() == Option.Type.UINT) {
            throw new IllegalArgumentException("strict_sistrtoll: value should not be negative");
        }
        return number.toString();
    }

    /// `4096`, `4K`, `4Ki`, `4KB`: powers of 1024.
    private static String size(String value) {
        String problem;
        Matcher parts = NUMBER.matcher(value);
        String unit = parts.matches() ? Objects.requireNonNull(parts.group(2)) : value;
        if (value.isEmpty()) {
            problem = "value not specified";
        } else if (unit.length() > 2) {
            problem = "illegal prefix (length > 2)";
        } else if (!parts.matches() || !unit.matches("B?|[" + UNITS + "][iB]?")) {
            problem = "unit prefix not recognized";
        } else if (value.startsWith("-")) {
            problem = "value should not be negative";
        } else {
            BigInteger number = scaled(parts.group(1), unit.equals("B") ? "" : unit, 1024);
            if (number.bitLength() <= 64) {
                return number.toString();
            }
            problem = "value out of range";
        }
        throw new IllegalArgumentException("strict_iecstrtoll: " + problem);
    }

    private static BigInteger scaled(@Nullable String digits, String unit, int base) {
        int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit.charAt(0)) + 1;
        return new BigInteger(Objects.requireNonNull(digits)).multiply(BigInteger.valueOf(base).pow(power));
    }

    /// Whole seconds, in days, hours and so on.
    private static String seconds(String value) {
        if (value.isEmpty() || !Character.isDigit(value.charAt(0))) {
            throw new IllegalArgumentException("expected digit");
        }
        Matcher fraction = Pattern.compile("[^.]*(\\..*)").matcher(value);
        if (fraction.matches()) {
            throw new IllegalArgumentException("unexpected trailing '" + fraction.group(1) + "'");
        }
        try {
            return Long.toString((long) Values.seconds(value));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("unrecogized unit '" + value.replaceFirst("^\\d+", "") + "'", e);
        }
    }
}
