package dev.inkfish.mon.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whom a setting concerns: `global`, `osd`, `osd.3`, `osd/host:x`, `osd/class:ssd` (`ConfigMap::parse_mask`).
///
/// @param section empty or `global` for everybody, otherwise a type or a name
/// @param locationType a kind of CRUSH bucket; empty for none
/// @param deviceClass empty for any
record ConfigTarget(String section, String locationType, String locationValue, String deviceClass) {
    /// @return null if the text names no such thing
    static @Nullable ConfigTarget parse(String who) {
        String section = "";
        String locationType = "";
        String locationValue = "";
        String deviceClass = "";
        for (String part : who.split("/")) {
            int colon = part.indexOf(':');
            if (part.equals("global")) {
                continue;
            }
            if (colon >= 0) {
                if (part.startsWith("class:")) {
                    deviceClass = part.substring(colon + 1);
                } else {
                    locationType = part.substring(0, colon);
                    locationValue = part.substring(colon + 1);
                }
                continue;
            }
            int dot = part.indexOf('.');
            if (!isType(dot < 0 ? part : part.substring(0, dot))) {
                return null;
            }
            section = part;
        }
        return new ConfigTarget(section, locationType, locationValue, deviceClass);
    }

    static boolean isType(String text) {
        return switch (text) {
            case "auth", "mon", "osd", "mds", "mgr", "client" -> true;
            default -> false;
        };
    }

    boolean isGlobal() {
        return section.isEmpty();
    }

    /// Whether a daemon's place fits.
    boolean matches(Map<String, String> location, String ofClass) {
        return (deviceClass.isEmpty() || deviceClass.equals(ofClass))
                && (locationType.isEmpty() || locationValue.equals(location.get(locationType)));
    }

    /// The more precise, the higher: a place beats a device class beats nothing.
    int precision() {
        return !locationType.isEmpty() ? 2 : !deviceClass.isEmpty() ? 1 : 0;
    }

    /// `host:x`, `class:ssd`, both, or empty.
    String mask() {
        String location = locationType.isEmpty() ? "" : locationType + ":" + locationValue;
        String ofClass = deviceClass.isEmpty() ? "" : "class:" + deviceClass;
        return location.isEmpty() || ofClass.isEmpty() ? location + ofClass : location + "/" + ofClass;
    }
}
