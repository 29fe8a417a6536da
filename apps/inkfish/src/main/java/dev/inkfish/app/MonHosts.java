package dev.inkfish.app;

import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddr.Kind;
import dev.inkfish.wire.EntityAddrVec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// Monitors' addresses as users write them (`mon_host`): `10.0.0.1`, `10.0.0.1:6789`,
/// `[v2:10.0.0.1:3300,v1:10.0.0.1:6789]`, names, several of them between commas, blanks or semicolons.
final class MonHosts {
    private static final int MSGR2_PORT = 3300;
    private static final int MSGR1_PORT = 6789;

    private MonHosts() {}

    /// One vector per monitor.
    static List<EntityAddrVec> parse(String text) {
        List<EntityAddrVec> monitors = new ArrayList<>();
        for (String one : split(text)) {
            monitors.add(one.startsWith("[v") ? vector(one.substring(1, one.length() - 1)) : single(one));
        }
        return monitors;
    }

    /// Splits at separators that are not within brackets.
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        for (char c : text.toCharArray()) {
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (depth == 0 && (c == ',' || c == ';' || Character.isWhitespace(c))) {
                if (!part.isEmpty()) {
                    parts.add(part.toString());
                    part.setLength(0);
                }
            } else {
                part.append(c);
            }
        }
        if (depth != 0) {
            throw new UserError("mon_host: brackets do not match in '" + text + "'");
        }
        if (!part.isEmpty()) {
            parts.add(part.toString());
        }
        return parts;
    }

    private static EntityAddrVec vector(String text) {
        List<EntityAddr> addrs = new ArrayList<>();
        for (String each : split(text)) {
            boolean v2 = each.startsWith("v2:");
            if (!v2 && !each.startsWith("v1:")) {
                throw new UserError("mon_host: '" + each + "' begins with neither v1: nor v2:");
            }
            addrs.add(addr(v2 ? Kind.MSGR2 : Kind.LEGACY, each.substring(3), v2 ? MSGR2_PORT : MSGR1_PORT));
        }
        return new EntityAddrVec(addrs);
    }

    /// Without a port both protocols are meant; port 6789 is that of msgr1.
    private static EntityAddrVec single(String text) {
        if (text.startsWith("v1:") || text.startsWith("v2:")) {
            return vector(text);
        }
        EntityAddr v2 = addr(Kind.MSGR2, text, MSGR2_PORT);
        if (v2.port() == MSGR1_PORT) {
            return EntityAddrVec.of(v2.withKind(Kind.LEGACY));
        }
        boolean bare = addr(Kind.MSGR2, text, 1).port() == 1;
        return bare ? EntityAddrVec.of(v2, v2.withKind(Kind.LEGACY).withPort(MSGR1_PORT)) : EntityAddrVec.of(v2);
    }

    private static EntityAddr addr(Kind kind, String text, int defaultPort) {
        String withoutNonce = text.contains("/") ? text.substring(0, text.indexOf('/')) : text;
        int colon = withoutNonce.lastIndexOf(':');
        boolean hasPort = colon > withoutNonce.lastIndexOf(']') && withoutNonce.indexOf(':') == colon
                || colon > 0 && withoutNonce.charAt(colon - 1) == ']';
        String host = hasPort ? withoutNonce.substring(0, colon) : withoutNonce;
        try {
            int port = hasPort ? Integer.parseInt(withoutNonce.substring(colon + 1)) : defaultPort;
            InetAddress ip = InetAddress.getByName(host.replace("[", "").replace("]", ""));
            return EntityAddr.of(kind, new InetSocketAddress(ip, port), 0);
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new UserError("mon_host: '" + text + "' is not an address");
        }
    }
}
