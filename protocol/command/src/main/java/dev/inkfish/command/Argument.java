package dev.inkfish.command;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One parameter of a command as its signature describes it: `name=pg_num,type=CephInt,range=0,req=false`.
///
/// @param attributes all `key=value` pairs, ordered by key as they are announced
public record Argument(String name, String type, boolean required, boolean repeated, Map<String, String> attributes) {
    /// @throws IllegalArgumentException if the description is not of that form (a bug in the table)
    static Argument parse(String description) {
        Map<String, String> attributes = new TreeMap<>();
        String key = "";
        for (String pair : description.split(",")) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                // a comma within a value
                attributes.merge(key, pair, (a, b) -> a + "," + b);
                continue;
            }
            key = pair.substring(0, equals);
            attributes.put(key, pair.substring(equals + 1));
        }
        String name = attributes.get("name");
        if (name == null) {
            throw new IllegalArgumentException("parameter without a name: " + description);
        }
        String type = attributes.computeIfAbsent("type", t -> "CephString");
        boolean required = !"false".equalsIgnoreCase(attributes.getOrDefault("req", "true"));
        return new Argument(name, type, required, attributes.containsKey("n"), attributes);
    }

    /// As [#parse] takes it, the name first.
    String text() {
        StringBuilder out = new StringBuilder("name=").append(name);
        attributes.forEach((key, value) -> {
            if (!key.equals("name")) {
                out.append(',').append(key).append('=').append(value);
            }
        });
        return out.toString();
    }

    /// The words allowed for a `CephChoices`.
    public List<String> choices() {
        return List.of(attributes.getOrDefault("strings", "").split("\\|"));
    }
}
