package dev.inkfish.objclass.numops;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Class `numops`: adds to and multiplies a decimal number under an omap key.
public final class NumopsClass {
    private static final int SIGNIFICANT_DIGITS = 10;
    private static final Pattern NUMBER = Pattern.compile(
            "\\s*(?<sign>[+-]?)(?<magnitude>nan|inf(inity)?"
                    + "|0x(\\p{XDigit}+\\.?\\p{XDigit}*|\\.\\p{XDigit}+)(p[+-]?\\d+)?"
                    + "|(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?)",
            Pattern.CASE_INSENSITIVE);

    private NumopsClass() {}

    public static ObjectClass create() {
        return new ObjectClass("numops")
                .readWrite("add", (context, input) -> apply(context, input, Double::sum))
                .readWrite("mul", (context, input) -> apply(context, input, (a, b) -> a * b));
    }

    private static Bytes apply(ClassContext context, Bytes input, DoubleBinaryOperator operator) {
        record Request(String key, String operand) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.string()));
        double operand = parse(request.operand, Errno.EINVAL);
        Bytes stored = context.omapGet(request.key);
        double value = stored == null || stored.isEmpty() ? 0 : parse(stored.utf8(), Errno.EBADMSG);
        TreeMap<String, Bytes> result = new TreeMap<>();
        result.put(request.key, Bytes.utf8(print(operator.applyAsDouble(value, operand))));
        context.omapSet(result);
        return Bytes.EMPTY;
    }

    /// What `strtod` takes for a number, to the last character.
    private static double parse(String text, Errno otherwise) {
        if (text.isEmpty()) {
            return 0;
        }
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            throw fail(otherwise, "'" + text + "' is not a number");
        }
        double magnitude = magnitude(number.group("magnitude").toLowerCase(Locale.ROOT));
        return "-".equals(number.group("sign")) ? -magnitude : magnitude;
    }

    private static double magnitude(String text) {
        if (text.startsWith("nan")) {
            return Double.NaN;
        }
        if (text.startsWith("inf")) {
            return Double.POSITIVE_INFINITY;
        }
        boolean hexadecimal = text.startsWith("0x");
        return Double.parseDouble(hexadecimal && text.indexOf('p') < 0 ? text + "p0" : text);
    }

    /// As a C++ stream prints a double with that many digits: plain between 1e-4 and 1e10, else with exponent.
    static String print(double value) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return value == 0 ? "0" : Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        BigDecimal rounded = new BigDecimal(value)
                .round(new MathContext(SIGNIFICANT_DIGITS, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < SIGNIFICANT_DIGITS) {
            return rounded.toPlainString();
        }
        String mantissa = rounded.movePointLeft(exponent).toPlainString();
        return mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
