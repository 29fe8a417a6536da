package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// JSON as Ceph's modules print it: Python's `json.dumps`, whose spaces scripts have come to know.
public final class PythonJson {
    private static final int INDENT = 4;

    private PythonJson() {}

    /// On one line, members in their order.
    public static String line(JsonNode node) {
        StringBuilder out = new StringBuilder();
        write(node, -1, out);
        return out.toString();
    }

    /// `indent=4, sort_keys=True`
    public static String pretty(JsonNode node) {
        StringBuilder out = new StringBuilder();
        write(node, 0, out);
        return out.toString();
    }

    /// @param depth below zero for one line
    private static void write(JsonNode node, int depth, StringBuilder out) {
        if (node.isObject()) {
            writeObject(node, depth, out);
        } else if (node.isArray()) {
            writeArray(node, depth, out);
        } else if (node.isTextual()) {
            writeText(node.textValue(), out);
        } else if (node.isFloatingPointNumber()) {
            out.append(number(node.doubleValue()));
        } else {
            out.append(node.asText());
        }
    }

    private static void writeObject(JsonNode node, int depth, StringBuilder out) {
        List<Map.Entry<String, JsonNode>> members = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> fields = node.fields();
        if (depth < 0) {
            fields.forEachRemaining(members::add);
        } else {
            TreeMap<String, JsonNode> sorted = new TreeMap<>();
            fields.forEachRemaining(field -> sorted.put(field.getKey(), field.getValue()));
            members.addAll(sorted.entrySet());
        }
        if (members.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        String separator = "";
        for (Map.Entry<String, JsonNode> member : members) {
            out.append(separator);
            newline(depth + 1, depth >= 0, out);
            writeText(member.getKey(), out);
            out.append(": ");
            write(member.getValue(), depth < 0 ? -1 : depth + 1, out);
            separator = depth < 0 ? ", " : ",";
        }
        newline(depth, depth >= 0, out);
        out.append('}');
    }

    private static void writeArray(JsonNode node, int depth, StringBuilder out) {
        if (node.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        String separator = "";
        for (JsonNode each : node) {
            out.append(separator);
            newline(depth + 1, depth >= 0, out);
            write(each, depth < 0 ? -1 : depth + 1, out);
            separator = depth < 0 ? ", " : ",";
        }
        newline(depth, depth >= 0, out);
        out.append(']');
    }

    private static void newline(int depth, boolean pretty, StringBuilder out) {
        if (pretty) {
            out.append('\n').append(" ".repeat(INDENT * depth));
        }
    }

    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e16) {
            return (long) value + ".0";
        }
        String text = Double.toString(value);
        int exponent = text.indexOf('E');
        if (exponent < 0) {
            return text;
        }
        int power = Integer.parseInt(text.substring(exponent + 1));
        if (power >= -4 && power < 16) {
            return new java.math.BigDecimal(text).toPlainString();
        }
        String digits = text.substring(0, exponent);
        digits = digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
        return digits + (power < 0 ? "e-" : "e+") + (Math.abs(power) < 10 ? "0" : "") + Math.abs(power);
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c > '~') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
