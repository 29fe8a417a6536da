package dev.inkfish.conf;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A daemon's options as it tells the manager: for each the values that were set, by layer, and all defaults
/// (`md_config_t::get_config_bl`, `get_defaults_bl`).
///
/// @param values by name, then by the number of the layer, the strongest last
public record ReportedConfig(
        NavigableMap<String, NavigableMap<Integer, String>> values, NavigableMap<String, String> defaults) {
    public static final ReportedConfig NONE = new ReportedConfig(new TreeMap<>(), new TreeMap<>());

    public static ReportedConfig of(Conf conf) {
        NavigableMap<String, NavigableMap<Integer, String>> values = new TreeMap<>();
        for (Conf.Layer layer : Conf.Layer.values()) {
            conf.layer(layer).forEach((name, value) -> {
                if (Options.find(name) != null && !name.equals("fsid") && !name.equals("host")) {
                    values.computeIfAbsent(name, n -> new TreeMap<>()).put(layer.ordinal(), value);
                }
            });
        }
        NavigableMap<String, String> defaults = new TreeMap<>();
        Options.all().forEach(option -> defaults.put(option.name(), option.defaultValue()));
        return new ReportedConfig(values, defaults);
    }

    public static ReportedConfig decode(Bytes values, Bytes defaults) {
        return new ReportedConfig(
                values.isEmpty() ? new TreeMap<>() : decodeValues(values.reader()),
                defaults.isEmpty() ? new TreeMap<>() : defaults.reader().map(WireReader::string, WireReader::string));
    }

    private static NavigableMap<String, NavigableMap<Integer, String>> decodeValues(WireReader in) {
        return in.map(WireReader::string, r -> r.map(WireReader::u32, WireReader::string));
    }

    /// The same with newer values; the defaults do not change.
    public ReportedConfig with(Bytes newer) {
        return newer.isEmpty() ? this : new ReportedConfig(decodeValues(newer.reader()), defaults);
    }

    public Bytes encodedValues() {
        return WireWriter.encode(values, (all, out) -> {
            out.map(all, WireWriter::string, (w, byLayer) -> w.map(byLayer, WireWriter::u32, WireWriter::string));
            // values of the monitors' that were ignored: there are none
            out.map(new TreeMap<String, String>(), WireWriter::string, WireWriter::string);
        });
    }

    public Bytes encodedDefaults() {
        return WireWriter.encode(defaults, (all, out) -> out.map(all, WireWriter::string, WireWriter::string));
    }
}
