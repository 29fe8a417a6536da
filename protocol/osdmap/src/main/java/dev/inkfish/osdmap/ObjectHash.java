package dev.inkfish.osdmap;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Text;
import dev.inkfish.wire.WireWriter;

/// The hash from an object's name to its placement group (`src/common/ceph_hash.cc`).
public final class ObjectHash {
    public static final int LINUX = 1;
    public static final int RJENKINS = 2;

    private static final int SEPARATOR = 0x1f;

    private ObjectHash() {}

    /// @param function the pool's `object_hash`
    public static int hash(int function, String key, String namespace) {
        byte[] name = Text.encode(key);
        if (!namespace.isEmpty()) {
            byte[] space = Text.encode(namespace);
            Bytes joined = new WireWriter(name.length + space.length + 1).raw(space).u8(SEPARATOR).raw(name).toBytes();
            name = joined.toArray();
        }
        return switch (function) {
            case LINUX -> linux(name);
            case RJENKINS -> rjenkins(name);
            default -> -1;
        };
    }

    public static String name(int function) {
        return function == LINUX ? "linux" : function == RJENKINS ? "rjenkins" : "unknown";
    }

    /// The group of `pgNum` that has the objects of this hash.
    public static int seedOf(int hash, int pgNum) {
        return stableMod(hash, pgNum, PgPool.mask(pgNum));
    }

    /// `x mod b` that moves few when `b` grows: `mask` is the next power of two less one.
    static int stableMod(int x, int b, int mask) {
        return (x & mask) < b ? x & mask : x & mask >>> 1;
    }

    private static int linux(byte[] name) {
        int hash = 0;
        for (byte each : name) {
            int c = each & 0xff;
            hash = (hash + (c << 4) + (c >> 4)) * 11;
        }
        return hash;
    }

    /// Robert Jenkins' hash of 1996, in blocks of three words.
    static int rjenkins(byte[] name) {
        int a = 0x9e3779b9;
        int b = a;
        int c = 0;
        int at = 0;
        boolean last = false;
        while (!last) {
            last = name.length - at < 12;
            a += word(name, at);
            b += word(name, at + 4);
            // in the last block the lowest byte of the third word is the length
            c += last ? (word(name, at + 8) << 8) + name.length : word(name, at + 8);
            at += 12;
            a = a - b - c ^ c >>> 13;
            b = b - c - a ^ a << 8;
            c = c - a - b ^ b >>> 13;
            a = a - b - c ^ c >>> 12;
            b = b - c - a ^ a << 16;
            c = c - a - b ^ b >>> 5;
            a = a - b - c ^ c >>> 3;
            b = b - c - a ^ a << 10;
            c = c - a - b ^ b >>> 15;
        }
        return c;
    }

    private static int word(byte[] name, int at) {
        int word = 0;
        for (int i = 0; i < 4 && at + i < name.length; i++) {
            word |= (name[at + i] & 0xff) << 8 * i;
        }
        return word;
    }
}
