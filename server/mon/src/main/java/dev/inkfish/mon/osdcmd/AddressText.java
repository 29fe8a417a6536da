package dev.inkfish.mon.osdcmd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import org.jspecify.annotations.Nullable;

/// Addresses as people type them: `127.0.0.1:0/1234`, `[::1]:6800/5`, with or without `v1:`, `v2:`, `any:`.
public final class AddressText {
    private AddressText() {}

    /// Null for what is no address. Without a port or nonce they are 0.
    public static @Nullable EntityAddr parse(String text) {
        String rest = text;
        EntityAddr.Kind kind = EntityAddr.Kind.ANY;
        for (EntityAddr.Kind each : EntityAddr.Kind.values()) {
            if (rest.startsWith(each.text() + ":")) {
                kind = each;
                rest = rest.substring(each.text().length() + 1);
            }
        }
        long nonce = 0;
        int slash = rest.indexOf('/');
        if (slash >= 0) {
            nonce = number(rest.substring(slash + 1), 0xffffffffL);
            rest = rest.substring(0, slash);
        }
        long port = 0;
        int hostEnd = rest.startsWith("[") ? rest.indexOf(']') : rest.indexOf(':');
        String host = rest;
        if (rest.startsWith("[") && hostEnd > 0) {
            host = rest.substring(1, hostEnd);
            String tail = rest.substring(hostEnd + 1);
            port = tail.isEmpty() ? 0 : tail.startsWith(":") ? number(tail.substring(1), 0xffff) : -1;
        } else if (hostEnd >= 0 && rest.indexOf(':', hostEnd + 1) < 0) {
            host = rest.substring(0, hostEnd);
            port = number(rest.substring(hostEnd + 1), 0xffff);
        }
        Bytes ip = ip(host);
        return ip == null || port < 0 || nonce < 0 ? null : new EntityAddr(kind, (int) nonce, ip, (int) port);
    }

    private static long number(String text, long most) {
        if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        long number = Long.parseLong(text);
        return number <= most ? number : -1;
    }

    private static @Nullable Bytes ip(String host) {
        return host.indexOf(':') >= 0 ? ip6(host) : ip4(host);
    }

    private static @Nullable Bytes ip4(String host) {
        String[] parts = host.split("\\.", -1);
        byte[] bytes = new byte[4];
        if (parts.length != bytes.length) {
            return null;
        }
        for (int i = 0; i < bytes.length; i++) {
            long part = number(parts[i], 0xff);
            if (part < 0) {
                return null;
            }
            bytes[i] = (byte) part;
        }
        return Bytes.wrap(bytes);
    }

    private static @Nullable Bytes ip6(String host) {
        int gap = host.indexOf("::");
        String[] before = words(gap < 0 ? host : host.substring(0, gap));
        String[] after = gap < 0 ? new String[0] : words(host.substring(gap + 2));
        if (gap < 0 ? before.length != 8 : before.length + after.length > 7) {
            return null;
        }
        byte[] bytes = new byte[16];
        for (int i = 0; i < before.length + after.length; i++) {
            String word = i < before.length ? before[i] : after[i - before.length];
            int at = i < before.length ? 2 * i : 2 * (8 - after.length + i - before.length);
            if (!word.matches("[0-9a-fA-F]{1,4}")) {
                return null;
            }
            int value = Integer.parseInt(word, 16);
            bytes[at] = (byte) (value >> 8);
            bytes[at + 1] = (byte) value;
        }
        return Bytes.wrap(bytes);
    }

    private static String[] words(String text) {
        return text.isEmpty() ? new String[0] : text.split(":", -1);
    }
}
