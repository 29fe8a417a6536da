package dev.inkfish.mon.config;

import dev.inkfish.command.Formatter;
import dev.inkfish.conf.Option;
import dev.inkfish.conf.Options;
import org.jspecify.annotations.Nullable;

/// One stored setting.
///
/// @param key as stored: target, slash, name
record ConfigEntry(String key, ConfigTarget target, String name, String value) {
    /// @return null if the key's target makes no sense
    static @Nullable ConfigEntry of(String key, String value) {
        int manager = key.indexOf("/mgr/");
        int slash = manager >= 0 ? manager : key.lastIndexOf('/');
        ConfigTarget target = ConfigTarget.parse(slash < 0 ? "" : key.substring(0, slash));
        return target == null ? null : new ConfigEntry(key, target, key.substring(slash + 1), value);
    }

    String section() {
        return target.isGlobal() ? "global" : target.section();
    }

    String level() {
        Option option = Options.find(name);
        return option != null ? option.level() : name.startsWith("mgr/") ? "advanced" : "unknown";
    }

    boolean changesAtRuntime() {
        Option option = Options.find(name);
        return option == null ? name.startsWith("mgr/") : option.runtime();
    }

    void dumpMask(Formatter f) {
        if (!target.locationType().isEmpty()) {
            f.dump("location_type", target.locationType());
            f.dump("location_value", target.locationValue());
        }
        if (!target.deviceClass().isEmpty()) {
            f.dump("device_class", target.deviceClass());
        }
    }
}
