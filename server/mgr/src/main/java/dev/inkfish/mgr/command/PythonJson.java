package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// JSON as Ceph's modules print it: Python's `json.dumps`, whose spaces scripts have come to know.
public final class PythonJson {
    private static final int INDENT = 4;

    private final StringBuilder out = new StringBuilder();
    /// Spaces for each level; below zero for all on one line.
    private final int indent;
    private final boolean sorted;

    private PythonJson(int indent, boolean sorted) {
        this.indent = indent;
        this.sorted = sorted;
    }

    /// On one line, members in their order.
    public static String line(JsonNode node) {
        return new PythonJson(-1, false).write(node);
    }

    /// `indent=4, sort_keys=True`
    public static String pretty(JsonNode node) {
        return new PythonJson(INDENT, true).write(node);
    }

    /// `indent=…`, members in their order.
    public static String indented(JsonNode node, int indent) {
        return new PythonJson(indent, false).write(node);
    }

    private String write(JsonNode node) {
        write(node, 0);
        return out.toString();
    }

    private void write(JsonNode node, int depth) {
        if (node.isObject()) {
            writeObject(node, depth);
        } else if (node.isArray()) {
            writeArray(node, depth);
        } else if (node.isTextual()) {
            writeText(node.textValue());
        } else if (node.isFloatingPointNumber()) {
            out.append(number(node.doubleValue()));
        } else {
            out.append(node.asText());
        }
    }

    private void writeObject(JsonNode node, int depth) {
        Map<String, JsonNode> members = sorted ? new TreeMap<>() : new LinkedHashMap<>();
        node.fields().forEachRemaining(field -> members.put(field.getKey(), field.getValue()));
        if (members.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        String separator = "";
        for (Map.Entry<String, JsonNode> member : members.entrySet()) {
            out.append(separator);
            newline(depth + 1);
            writeText(member.getKey());
            out.append(": ");
            write(member.getValue(), depth + 1);
            separator = indent < 0 ? ", " : ",";
        }
        newline(depth);
        out.append('}');
    }

    private void writeArray(JsonNode node, int depth) {
        if (node.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        String separator = "";
        for (JsonNode each : node) {
            out.append(separator);
            newline(depth + 1);
            write(each, depth + 1);
            separator = indent < 0 ? ", " : ",";
        }
        newline(depth);
        out.append(']');
    }

    private void newline(int depth) {
        if (indent >= 0) {
            out.append('\n').append(" ".repeat(indent * depth));
        }
    }

    /// As Python prints it.
    public static String number(double value) {
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

    private void writeText(String text) {
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
