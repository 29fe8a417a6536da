package dev.inkfish.command;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// XML with Ceph's whitespace: none, or one blank a level.
public final class XmlFormatter implements Formatter {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();
    private final boolean pretty;

    public XmlFormatter(boolean pretty) {
        this.pretty = pretty;
    }

    /// Blanks within a name become underscores; Ceph leaves those at its end.
    private static String tag(String name) {
        return name.endsWith(" ") ? name : name.replace(' ', '_');
    }

    @Override
    public Formatter openObject(String plainName) {
        String name = tag(plainName);
        indent();
        out.append('<').append(name).append('>');
        newline();
        open.push(name);
        return this;
    }

    @Override
    public Formatter openArray(String name) {
        return openObject(name);
    }

    @Override
    public Formatter close() {
        String name = open.pop();
        indent();
        out.append("</").append(name).append('>');
        newline();
        return this;
    }

    @Override
    public Formatter dump(String name, @Nullable String value) {
        return dumpRaw(name, escape(value == null ? "" : value));
    }

    @Override
    public Formatter dump(String name, long value) {
        return dumpRaw(name, Long.toString(value));
    }

    @Override
    public Formatter dump(String name, double value) {
        return dumpRaw(name, JsonFormatter.number(value));
    }

    @Override
    public Formatter dump(String name, boolean value) {
        return dumpRaw(name, Boolean.toString(value));
    }

    @Override
    public Formatter dumpRaw(String plainName, String value) {
        String name = tag(plainName);
        indent();
        out.append('<').append(name).append('>').append(value).append("</").append(name).append('>');
        newline();
        return this;
    }

    @Override
    public String text() {
        return out.toString();
    }

    @Override
    public String flushed() {
        return pretty ? text() + "\n" : text();
    }

    private void indent() {
        if (pretty) {
            out.repeat(" ", open.size());
        }
    }

    private void newline() {
        if (pretty) {
            out.append('\n');
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;").replace("\"", "&quot;");
    }
}
