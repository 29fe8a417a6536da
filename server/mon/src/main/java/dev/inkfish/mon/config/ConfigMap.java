package dev.inkfish.mon.config;

import dev.inkfish.wire.EntityAuthName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// All stored settings, and which of them hold for somebody (`ConfigMap`).
record ConfigMap(List<ConfigEntry> global, NavigableMap<String, List<ConfigEntry>> byType,
        NavigableMap<String, List<ConfigEntry>> byName) {
    /// @param values by key
    static ConfigMap of(NavigableMap<String, String> values) {
        ConfigMap map = new ConfigMap(new ArrayList<>(), new TreeMap<>(), new TreeMap<>());
        values.forEach((key, value) -> {
            ConfigEntry entry = ConfigEntry.of(key, value);
            if (entry != null) {
                map.sectionOf(entry.target().section()).add(entry);
            }
        });
        map.sections().values().forEach(section -> section.sort(
                Comparator.comparing(ConfigEntry::name).thenComparing(ConfigEntry::key)));
        return map;
    }

    private List<ConfigEntry> sectionOf(String section) {
        if (section.isEmpty()) {
            return global;
        }
        return (section.indexOf('.') >= 0 ? byName : byType).computeIfAbsent(section, s -> new ArrayList<>());
    }

    /// By section in the order in which they are shown: everybody, then each type with its names.
    Map<String, List<ConfigEntry>> sections() {
        Map<String, List<ConfigEntry>> all = new LinkedHashMap<>();
        all.put("global", global);
        for (String type : List.of("mon", "mgr", "osd", "mds", "client", "auth")) {
            if (byType.containsKey(type)) {
                all.put(type, byType.get(type));
            }
            byName.forEach((name, entries) -> {
                if (name.startsWith(type + ".")) {
                    all.put(name, entries);
                }
            });
        }
        return all;
    }

    /// What holds for a daemon or client, by option: everybody's, then its type's, then its name's
    /// (`client.a`, then `client.a.b`); within a section a more precise mask wins.
    ///
    /// @param location its place in CRUSH, by kind of bucket
    NavigableMap<String, ConfigEntry> forEntity(EntityAuthName name, Map<String, String> location, String deviceClass) {
        List<List<ConfigEntry>> applying = new ArrayList<>();
        applying.add(global);
        applying.add(byType.getOrDefault(name.type().text(), List.of()));
        String full = name.toString();
        for (int dot = full.indexOf('.'); dot >= 0; ) {
            int next = full.indexOf('.', dot + 1);
            applying.add(byName.getOrDefault(next < 0 ? full : full.substring(0, next), List.of()));
            dot = next;
        }
        NavigableMap<String, ConfigEntry> result = new TreeMap<>();
        for (List<ConfigEntry> section : applying) {
            NavigableMap<String, ConfigEntry> chosen = new TreeMap<>();
            for (ConfigEntry entry : section) {
                ConfigEntry other = chosen.get(entry.name());
                boolean better = other == null || entry.target().precision() > other.target().precision();
                if (better && entry.target().matches(location, deviceClass)) {
                    chosen.put(entry.name(), entry);
                }
            }
            result.putAll(chosen);
        }
        return result;
    }
}
