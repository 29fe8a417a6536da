package dev.inkfish.conf;

/// A configuration option that is honoured: its Ceph name, type and Ceph 16's default.
///
/// @param runtime whether a change takes effect while the daemon runs
public record Option(String name, Type type, String defaultValue, String description, boolean runtime) {
    /// `Option::type_t`
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
}
