package dev.inkfish.command;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// JSON with Ceph's whitespace: none, or four blanks a level and a newline at the end.
public final class JsonFormatter implements Formatter {
    private final StringBuilder out = new StringBuilder();
    private final Deque<Section> open = new ArrayDeque<>();
    private final boolean pretty;

    private static final class Section {
        final boolean array;
        int size;

        Section(boolean array) {
            this.array = array;
        }
    }

    public JsonFormatter(boolean pretty) {
        this.pretty = pretty;
    }

    @Override
    public Formatter openObject(String name) {
        startValue(name);
        out.append('{');
        open.push(new Section(false));
        return this;
    }

    @Override
    public Formatter openArray(String name) {
        startValue(name);
        out.append('[');
        open.push(new Section(true));
        return this;
    }

    @Override
    public Formatter close() {
        Section closed = open.pop();
        if (pretty && closed.size > 0) {
            newline();
        }
        out.append(closed.array ? ']' : '}');
        if (pretty && open.isEmpty()) {
            out.append('\n');
        }
        return this;
    }

    @Override
    public Formatter dump(String name, @Nullable String value) {
        startValue(name);
        quote(out, value == null ? "" : value);
        return this;
    }

    @Override
    public Formatter dump(String name, long value) {
        return dumpRaw(name, Long.toString(value));
    }

    @Override
    public Formatter dump(String name, double value) {
        return dumpRaw(name, number(value));
    }

    @Override
    public Formatter dump(String name, boolean value) {
        return dumpRaw(name, Boolean.toString(value));
    }

    @Override
    public Formatter dumpRaw(String name, String value) {
        startValue(name);
        out.append(value);
        return this;
    }

    @Override
    public String text() {
        return out.toString();
    }

    private void startValue(String name) {
        Section section = open.peek();
        if (section == null) {
            return;
        }
        if (section.size++ > 0) {
            out.append(',');
        }
        if (pretty) {
            newline();
        }
        if (!section.array) {
            quote(out, name);
            out.append(pretty ? ": " : ":");
        }
    }

    private void newline() {
        out.append('\n').repeat("    ", open.size());
    }

    /// A double as C++ streams print it with 17 significant digits, which is how Ceph dumps it.
    static String number(double value) {
        return GeneralFormat.format(value, 17);
    }

    /// Appends the text as a JSON string.
    public static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
