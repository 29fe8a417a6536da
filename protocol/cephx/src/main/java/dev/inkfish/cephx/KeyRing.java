package dev.inkfish.cephx;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Errno;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A keyring file, as `ceph-authtool` and `ceph auth` write it (`src/auth/KeyRing.cc`).
public record KeyRing(NavigableMap<EntityAuthName, EntityAuth> keys) {
    public KeyRing {
        keys = Collections.unmodifiableNavigableMap(new TreeMap<>(keys));
    }

    public static KeyRing of(EntityAuthName name, EntityAuth auth) {
        return new KeyRing(new TreeMap<>(Map.of(name, auth)));
    }

    public @Nullable EntityAuth find(EntityAuthName name) {
        return keys.get(name);
    }

    /// This one's keys and the other's, whose entries win.
    public KeyRing with(KeyRing other) {
        NavigableMap<EntityAuthName, EntityAuth> all = new TreeMap<>(keys);
        all.putAll(other.keys);
        return new KeyRing(all);
    }

    /// Reads the text of a keyring file.
    ///
    /// @throws CephException with EINVAL and Ceph's words
    public static KeyRing parse(String text) {
        NavigableMap<EntityAuthName, EntityAuth> keys = new TreeMap<>();
        EntityAuthName name = null;
        for (String raw : text.split("\n", -1)) {
            String line = uncommented(raw).strip();
            if (line.isEmpty()) {
                continue;
            }
            if (line.startsWith("[")) {
                name = section(line);
                keys.putIfAbsent(name, new EntityAuth(CryptoKey.EMPTY, new TreeMap<>()));
                continue;
            }
            int equals = line.indexOf('=');
            if (name == null || equals < 0) {
                throw malformed("cannot parse buffer");
            }
            String key = line.substring(0, equals).strip().replace('_', ' ').replaceAll("\\s+", " ");
            String value = unquoted(line.substring(equals + 1).strip());
            keys.compute(name, (n, auth) -> set(n, auth, key, value));
        }
        return new KeyRing(keys);
    }

    private static EntityAuthName section(String line) {
        String text = line.endsWith("]") ? line.substring(1, line.length() - 1).strip() : "";
        try {
            return EntityAuthName.parse(text);
        } catch (CephException e) {
            throw malformed(text.isEmpty() ? "cannot parse buffer" : "bad entity name in keyring: " + text);
        }
    }

    private static EntityAuth set(EntityAuthName name, @Nullable EntityAuth old, String key, String value) {
        EntityAuth auth = old == null ? new EntityAuth(CryptoKey.EMPTY, new TreeMap<>()) : old;
        if (key.equals("key")) {
            try {
                return new EntityAuth(CryptoKey.parse(value), auth.caps());
            } catch (CephException e) {
                throw malformed("error setting modifier for [" + name + "] type=key val=" + value);
            }
        }
        if (key.startsWith("caps ")) {
            NavigableMap<String, String> caps = new TreeMap<>(auth.caps());
            caps.put(key.substring(5).strip(), value);
            return new EntityAuth(auth.key(), caps);
        }
        return auth;
    }

    private static CephException malformed(String what) {
        return new CephException(Errno.EINVAL, what + ": Malformed input");
    }

    /// Cuts a comment off, which begins with `#` or `;` outside quotes.
    private static String uncommented(String line) {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0 && c == '\\') {
                i++;
            } else if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '#' || c == ';') {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        if (!quoted) {
            return value;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < value.length() - 1; i++) {
            if (value.charAt(i) == '\\' && i + 1 < value.length() - 1) {
                i++;
            }
            text.append(value.charAt(i));
        }
        return text.toString();
    }

    /// The file's text.
    public String print() {
        StringBuilder text = new StringBuilder();
        keys.forEach((name, auth) -> {
            text.append('[').append(name).append("]\n");
            text.append("\tkey = ").append(auth.key().toBase64()).append('\n');
            auth.caps().forEach((service, caps) -> text.append("\tcaps ")
                    .append(service)
                    .append(" = \"")
                    .append(escaped(caps))
                    .append("\"\n"));
        });
        return text.toString();
    }

    private static String escaped(String caps) {
        return caps.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
