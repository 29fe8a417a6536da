package dev.inkfish.command;

import dev.inkfish.wire.Bytes;
import org.jspecify.annotations.Nullable;

/// Structured output in one of Ceph's formats (`ceph::Formatter`). Sections nest; names of members of an
/// array matter in XML only.
public interface Formatter {
    Formatter openObject(String name);

    Formatter openArray(String name);

    /// Closes the innermost section.
    Formatter close();

    Formatter dump(String name, @Nullable String value);

    Formatter dump(String name, long value);

    Formatter dump(String name, double value);

    Formatter dump(String name, boolean value);

    default Formatter dumpUnsigned(String name, long value) {
        return dumpRaw(name, Long.toUnsignedString(value));
    }

    /// A value in the format's own notation, unquoted.
    Formatter dumpRaw(String name, String value);

    /// All output so far.
    String text();

    /// All output as Ceph's commands add it to an answer: pretty XML with a newline more.
    default String flushed() {
        return text();
    }

    default Bytes bytes() {
        return Bytes.utf8(flushed());
    }

    /// The top-level object without a name.
    default Formatter openObject() {
        return openObject("");
    }

    /// The formatter for `json`, `json-pretty`, `xml` or `xml-pretty`; null for anything else, which means plain text.
    static @Nullable Formatter of(@Nullable String format) {
        return switch (format) {
            case "json" -> new JsonFormatter(false);
            case "json-pretty" -> new JsonFormatter(true);
            case "xml" -> new XmlFormatter(false);
            case "xml-pretty" -> new XmlFormatter(true);
            case null, default -> null;
        };
    }

    /// The formatter for a format, or for the given one where plain was asked but the output must be structured.
    static Formatter of(@Nullable String format, String otherwise) {
        Formatter formatter = of(format);
        if (formatter == null) {
            formatter = of(otherwise);
        }
        if (formatter == null) {
            throw new IllegalArgumentException(otherwise);
        }
        return formatter;
    }
}
