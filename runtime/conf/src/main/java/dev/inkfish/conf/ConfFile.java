package dev.inkfish.conf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A `ceph.conf`: sections of `key = value`, where a key may be written with spaces, dashes or underscores.
public final class ConfFile {
    public static final ConfFile EMPTY = new ConfFile(Map.of());

    private final Map<String, Map<String, String>> sections;

    private ConfFile(Map<String, Map<String, String>> sections) {
        this.sections = sections;
    }

    public static ConfFile read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /// @throws IllegalArgumentException naming the line that is not one
    public static ConfFile parse(String text) {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        Map<String, String> current = sections.computeIfAbsent("global", name -> new LinkedHashMap<>());
        int number = 0;
        for (String line : logicalLines(text)) {
            number++;
            String content = stripComment(line).strip();
            if (content.isEmpty()) {
                continue;
            }
            if (content.startsWith("[")) {
                int end = content.indexOf(']');
                if (end < 0) {
                    throw new IllegalArgumentException("line " + number + ": section without ']': " + content);
                }
                String name = content.substring(1, end).strip();
                current = sections.computeIfAbsent(name, each -> new LinkedHashMap<>());
                continue;
            }
            int equals = content.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("line " + number + ": neither a section nor 'key = value': " + content);
            }
            current.put(normalise(content.substring(0, equals)), unquote(content.substring(equals + 1).strip()));
        }
        return new ConfFile(sections);
    }

    /// `Mon Host`, `mon-host` and `mon_host` are one key.
    public static String normalise(String key) {
        return key.strip().replaceAll("[\\s_-]+", "_");
    }

    public Map<String, String> section(String name) {
        return sections.getOrDefault(name, Map.of());
    }

    public List<String> sectionNames() {
        return List.copyOf(sections.keySet());
    }

    private static List<String> logicalLines(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder pending = new StringBuilder();
        for (String line : text.split("\\r?\\n", -1)) {
            if (line.endsWith("\\") && !line.endsWith("\\\\")) {
                pending.append(line, 0, line.length() - 1);
            } else {
                lines.add(pending + line);
                pending.setLength(0);
            }
        }
        if (!pending.isEmpty()) {
            lines.add(pending.toString());
        }
        return lines;
    }

    /// A comment begins with `#` or `;` outside of quotes.
    private static String stripComment(String line) {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if ((c == '#' || c == ';') && (i == 0 || line.charAt(i - 1) != '\\')) {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private static String unquote(String value) {
        int last = value.length() - 1;
        boolean quoted = last > 0
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(last) == value.charAt(0);
        return quoted ? value.substring(1, last) : value;
    }
}
