package dev.inkfish.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// One address of a daemon or client (`entity_addr_t`, `src/msg/msg_types.h`).
///
/// @param kind which protocol is spoken there
/// @param nonce tells instances on the same port apart (a process id or a random number)
/// @param ip 4 or 16 bytes in network order; empty for an address without family
/// @param port 0 where unknown
@CephType("entity_addr_t")
public record EntityAddr(Kind kind, int nonce, Bytes ip, int port) implements Comparable<EntityAddr> {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int LEGACY_STORAGE = 128;
    private static final int UNION = 28;

    public static final EntityAddr NONE = new EntityAddr(Kind.NONE, 0, Bytes.EMPTY, 0);

    /// `entity_addr_t::type_t`
    public enum Kind {
        NONE("-"),
        LEGACY("v1"),
        MSGR2("v2"),
        ANY("any"),
        CIDR("cidr");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    public static EntityAddr of(Kind kind, InetSocketAddress address, int nonce) {
        return new EntityAddr(kind, nonce, Bytes.wrap(address.getAddress().getAddress()), address.getPort());
    }

    public boolean isBlank() {
        return ip.isEmpty();
    }

    public EntityAddr withKind(Kind other) {
        return new EntityAddr(other, nonce, ip, port);
    }

    public EntityAddr withNonce(int other) {
        return new EntityAddr(kind, other, ip, port);
    }

    public EntityAddr withPort(int other) {
        return new EntityAddr(kind, nonce, ip, other);
    }

    public EntityAddr withIp(Bytes other) {
        return new EntityAddr(kind, nonce, other, port);
    }

    public InetSocketAddress toSocketAddress() {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip.toArray()), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("no ip in " + this, e);
        }
    }

    /// Reads any of the forms that a peer may send: legacy or versioned, or the first of a vector.
    public static EntityAddr decode(WireReader in) {
        int marker = in.u8();
        return switch (marker) {
            case 0 -> decodeLegacyBody(in);
            case 1 -> decodeBody(in);
            default -> throw new DecodeException("address marker " + marker);
        };
    }

    static EntityAddr decodeLegacyBody(WireReader in) {
        in.skip(3);
        int nonce = in.u32();
        WireReader storage = in.sub(LEGACY_STORAGE);
        // the family travels in network order here, and only here
        int family = storage.u8() << 8 | storage.u8();
        return decodeSockaddr(family == 0 ? Kind.NONE : Kind.LEGACY, nonce, family, storage);
    }

    static EntityAddr decodeBody(WireReader in) {
        return in.versioned(1, (body, version) -> {
            int type = body.u32();
            if (type < 0 || type >= Kind.values().length) {
                throw new DecodeException("address type " + type);
            }
            int nonce = body.u32();
            int length = body.u32();
            if (length == 0) {
                return new EntityAddr(Kind.values()[type], nonce, Bytes.EMPTY, 0);
            }
            WireReader sockaddr = body.sub(length);
            return decodeSockaddr(Kind.values()[type], nonce, sockaddr.u16(), sockaddr);
        });
    }

    private static EntityAddr decodeSockaddr(Kind kind, int nonce, int family, WireReader in) {
        switch (family) {
            case 0:
                return new EntityAddr(kind, nonce, Bytes.EMPTY, 0);
            case AF_INET: {
                int port = in.u8() << 8 | in.u8();
                return new EntityAddr(kind, nonce, in.raw(4).compact(), port);
            }
            case AF_INET6: {
                int port = in.u8() << 8 | in.u8();
                in.skip(4);
                return new EntityAddr(kind, nonce, in.raw(16).compact(), port);
            }
            default:
                throw new DecodeException("address family " + family);
        }
    }

    public void encode(WireWriter out, long features) {
        if (!Features.has(features, Features.MSG_ADDR2)) {
            encodeLegacy(out);
            return;
        }
        out.u8(1).versioned(1, 1, () -> {
            // releases before Nautilus do not know "any"
            boolean nautilus = Features.has(features, Features.SERVER_NAUTILUS);
            out.u32((kind == Kind.ANY && !nautilus ? Kind.LEGACY : kind).ordinal());
            out.u32(nonce);
            if (isBlank()) {
                // Ceph writes its whole union for an address without family
                out.u32(UNION).zeros(UNION);
            } else {
                out.lengthPrefixed(() -> out.u16(family()).raw(sockaddrBody()));
            }
        });
    }

    /// The form without a version: what peers without `MSG_ADDR2`, and msgr1's handshake, use.
    public void encodeLegacy(WireWriter out) {
        out.u32(0).u32(nonce);
        int family = family();
        Bytes body = sockaddrBody();
        out.u8(family >> 8).u8(family).raw(body).zeros(LEGACY_STORAGE - 2 - body.length());
    }

    private int family() {
        return ip.length() == 4 ? AF_INET : ip.length() == 16 ? AF_INET6 : 0;
    }

    private Bytes sockaddrBody() {
        WireWriter body = new WireWriter(32);
        if (ip.length() == 4) {
            body.u8(port >> 8).u8(port).raw(ip).zeros(8);
        } else if (ip.length() == 16) {
            body.u8(port >> 8).u8(port).u32(0).raw(ip).u32(0);
        }
        return body.toBytes();
    }

    /// As Ceph prints it: `v2:127.0.0.1:3300/0`.
    @Override
    public String toString() {
        return kind == Kind.ANY || kind == Kind.NONE && isBlank() ? bare() : kind.text() + ":" + bare();
    }

    /// Without the kind: `127.0.0.1:3300/0`.
    public String bare() {
        if (isBlank()) {
            return kind == Kind.NONE ? "-" : ":/" + Integer.toUnsignedString(nonce);
        }
        return hostAndPort() + "/" + Integer.toUnsignedString(nonce);
    }

    public String hostAndPort() {
        String host = toSocketAddress().getAddress().getHostAddress();
        return (ip.length() == 16 ? "[" + host + "]" : host) + ":" + port;
    }

    /// By the bytes in memory, little-endian, as Ceph's `memcmp`: maps with addresses as keys travel in this order.
    @Override
    public int compareTo(EntityAddr other) {
        int c = kind.compareTo(other.kind);
        if (c == 0) {
            c = Integer.compareUnsigned(Integer.reverseBytes(nonce), Integer.reverseBytes(other.nonce));
        }
        if (c == 0) {
            c = Integer.compare(family(), other.family());
        }
        if (c == 0) {
            c = Integer.compare(port, other.port);
        }
        return c != 0 ? c : ip.compareTo(other.ip);
    }
}
