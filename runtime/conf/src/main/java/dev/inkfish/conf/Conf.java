package dev.inkfish.conf;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One daemon's configuration: layers of values over the defaults of [Options], the later layer winning.
/// Thread-safe: a snapshot is replaced on each change.
public final class Conf {
    /// Where a value comes from, weakest first (`CONF_*`).
    public enum Layer {
        DEFAULT("default"),
        /// The monitors' configuration database.
        MON("mon"),
        FILE("file"),
        ENV("env"),
        CMDLINE("cmdline"),
        /// `injectargs`, `ceph tell … config set`.
        OVERRIDE("override");

        private final String text;

        Layer(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    private static final Pattern PLAIN_WITH_PORT = Pattern.compile("([^\\[\\]:,]+|\\[[0-9a-fA-F:]+\\]):[0-9]+(/[0-9]+)?");

    private final String type;
    private final String id;
    private final Map<Layer, Map<String, String>> layers = new EnumMap<>(Layer.class);
    private final List<Consumer<Set<String>>> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, String> effective = Map.of();

    /// @param type `osd`, `mon`, `mgr`, `client`
    public Conf(String type, String id) {
        this.type = type;
        this.id = id;
    }

    /// The file's sections that concern this daemon: `[global]`, `[osd]`, `[osd.3]`, the later winning.
    public static Conf of(String type, String id, ConfFile file) {
        Conf conf = new Conf(type, id);
        Map<String, String> values = new LinkedHashMap<>();
        List<String> monitors = file.sectionNames().stream()
                .filter(name -> name.startsWith("mon."))
                .map(name -> file.section(name).getOrDefault("mon_addr", ""))
                .filter(addr -> !addr.isEmpty())
                .map(Conf::monAddr)
                .toList();
        if (!monitors.isEmpty()) {
            values.put("mon_host", String.join(",", monitors)); // as was usual before mon_host
        }
        values.putAll(file.section("global"));
        values.putAll(file.section(type));
        values.putAll(file.section(type + "." + id));
        conf.replaceLayer(Layer.FILE, values);
        return conf;
    }

    /// A monitor's address from a section of its own, as `mon_host` would say it: a plain one with a port is msgr1's there,
    /// whichever port it is (`MonMap::init_with_config_file`).
    public static String monAddr(String addr) {
        return PLAIN_WITH_PORT.matcher(addr).matches() ? "v1:" + addr : addr;
    }

    public String type() {
        return type;
    }

    /// The short name of the host: `host`, or what the system says.
    public String hostname() {
        String configured = find("host");
        return configured == null || configured.isEmpty() || configured.indexOf('$') >= 0
                ? HostFacts.hostname()
                : configured.split("\\.", 2)[0];
    }

    public String id() {
        return id;
    }

    public String string(String name) {
        String value = find(name);
        if (value == null) {
            Option option = Options.find(name);
            if (option == null) {
                throw new IllegalArgumentException("no configuration option '" + name + "'");
            }
            value = option.defaultValue();
        }
        return expand(value);
    }

    public long integer(String name) {
        Option option = Options.find(name);
        boolean size = option != null && option.type() == Option.Type.SIZE;
        return size ? Values.size(string(name)) : Values.integer(string(name));
    }

    public double decimal(String name) {
        return Values.decimal(string(name));
    }

    /// Seconds, for options whose type is a time.
    public double seconds(String name) {
        return Values.seconds(string(name));
    }

    public boolean flag(String name) {
        return Values.flag(string(name));
    }

    /// The value that was set somewhere, or null if only the default holds.
    public @Nullable String find(String name) {
        return effective.get(name);
    }

    /// The layer that decides the value.
    public synchronized Layer layerOf(String name) {
        Layer found = Layer.DEFAULT;
        for (Map.Entry<Layer, Map<String, String>> layer : layers.entrySet()) {
            if (layer.getValue().containsKey(name)) {
                found = layer.getKey();
            }
        }
        return found;
    }

    /// Every value set in any layer, by name.
    public Map<String, String> all() {
        return effective;
    }

    public synchronized Map<String, String> layer(Layer layer) {
        return Map.copyOf(layers.getOrDefault(layer, Map.of()));
    }

    public void set(Layer layer, String name, @Nullable String value) {
        Map<String, String> values = new LinkedHashMap<>(layer(layer));
        if (value == null) {
            values.remove(ConfFile.normalise(name));
        } else {
            values.put(ConfFile.normalise(name), value);
        }
        replaceLayer(layer, values);
    }

    /// Puts a whole layer in the place of the old one and tells the listeners which options changed.
    public void replaceLayer(Layer layer, Map<String, String> values) {
        Set<String> changed = new TreeSet<>();
        synchronized (this) {
            layers.put(layer, new LinkedHashMap<>(withAliases(values)));
            Map<String, String> merged = new TreeMap<>();
            layers.values().forEach(merged::putAll);
            for (String name : union(merged.keySet(), effective.keySet())) {
                if (!java.util.Objects.equals(merged.get(name), effective.get(name))) {
                    changed.add(name);
                }
            }
            effective = java.util.Collections.unmodifiableMap(merged);
        }
        if (!changed.isEmpty()) {
            listeners.forEach(listener -> listener.accept(changed));
        }
    }

    /// Called, on the thread that changed something, with the names of the options that changed.
    public void onChange(Consumer<Set<String>> listener) {
        listeners.add(listener);
    }

    /// The old `auth_supported` stands for three options and wins over them.
    private static Map<String, String> withAliases(Map<String, String> values) {
        Map<String, String> result = new LinkedHashMap<>(values);
        String supported = values.get("auth_supported");
        if (supported != null && !supported.isBlank()) {
            result.put("auth_cluster_required", supported);
            result.put("auth_service_required", supported);
            result.put("auth_client_required", supported);
        }
        return result;
    }

    private static List<String> union(Set<String> a, Set<String> b) {
        List<String> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private String expand(String value) {
        if (value.indexOf('$') < 0) {
            return value;
        }
        String known = value.contains("$run_dir") ? value.replace("$run_dir", string("run_dir")) : value;
        return known.replace("$cluster", "ceph")
                .replace("${cluster}", "ceph")
                .replace("$type", type)
                .replace("$name", type + "." + id)
                .replace("$id", id)
                .replace("$host", hostname())
                .replace("$num", id)
                .replace("$pid", Long.toString(ProcessHandle.current().pid()));
    }
}
