package dev.inkfish.conf;

import org.jspecify.annotations.Nullable;

/// A configuration option that is honoured: its Ceph name, type and Ceph 16's default.
///
/// @param level for whom it is: `basic`, `advanced` or `dev`
/// @param runtime whether a change takes effect while the daemon runs
/// @param min least value, or null
/// @param max largest value, or null
public record Option(String name, Type type, String defaultValue, String description, String level, boolean runtime,
        @Nullable String min, @Nullable String max) {
    /// `Option::type_t`
    static final String LOG_LEVEL = "Debug level for ";

    public enum Type {
        STRING("str"),
        INT("int"),
        UINT("uint"),
        SIZE("size"),
        FLOAT("float"),
        BOOL("bool"),
        SECONDS("secs"),
        MILLIS("millisecs"),
        ADDR("addr"),
        UUID("uuid");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /// One of those that say how talkative a part is.
    public boolean isLogLevel() {
        return description.startsWith(LOG_LEVEL);
    }

    Option withLevel(String other) {
        return new Option(name, type, defaultValue, description, other, runtime, min, max);
    }

    Option atStart() {
        return new Option(name, type, defaultValue, description, level, false, min, max);
    }

    Option within(@Nullable String least, @Nullable String most) {
        return new Option(name, type, defaultValue, description, level, runtime, least, most);
    }
}
