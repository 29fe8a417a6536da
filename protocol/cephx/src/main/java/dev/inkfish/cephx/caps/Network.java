package dev.inkfish.cephx.caps;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import java.net.InetAddress;

/// Addresses a grant is limited to.
///
/// @param ip empty where the text is no network: then nobody is in it
record Network(String text, Bytes ip, int bits) {
    static Network parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash <= 0) {
            return new Network(text, Bytes.EMPTY, 0);
        }
        try {
            Bytes ip = Bytes.wrap(InetAddress.ofLiteral(text.substring(0, slash)).getAddress());
            int bits = Integer.parseInt(text.substring(slash + 1));
            return bits < 0 || bits > ip.length() * 8 ? new Network(text, Bytes.EMPTY, 0) : new Network(text, ip, bits);
        } catch (IllegalArgumentException e) {
            return new Network(text, Bytes.EMPTY, 0);
        }
    }

    boolean contains(EntityAddr addr) {
        if (ip.isEmpty() || addr.ip().length() != ip.length()) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int difference = ip.get(i / 8) ^ addr.ip().get(i / 8);
            if ((difference >> 7 - i % 8 & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return text;
    }
}
