package dev.inkfish.osd.ops;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OpArgs;

/// The checksums that clients may ask for (`src/common/Checksummer.h`): xxHash of 32 and 64 bits, crc32c.
final class Checksums {
    private static final int P32_1 = 0x9E3779B1;
    private static final int P32_2 = 0x85EBCA77;
    private static final int P32_3 = 0xC2B2AE3D;
    private static final int P32_4 = 0x27D4EB2F;
    private static final int P32_5 = 0x165667B1;
    private static final long P64_1 = 0x9E3779B185EBCA87L;
    private static final long P64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P64_3 = 0x165667B19E3779F9L;
    private static final long P64_4 = 0x85EBCA77C2B2AE63L;
    private static final long P64_5 = 0x27D4EB2F165667C5L;

    private Checksums() {}

    /// Bytes of a checksum, and of its start value; 0 for an unknown type.
    static int size(int type) {
        return switch (type) {
            case OpArgs.Checksum.XXHASH32, OpArgs.Checksum.CRC32C -> 4;
            case OpArgs.Checksum.XXHASH64 -> 8;
            default -> 0;
        };
    }

    /// The count of chunks, then the checksum of each.
    static Bytes ofChunks(int type, Bytes start, Bytes data, int chunk) {
        int count = chunk == 0 ? 0 : data.length() / chunk;
        long seed = type == OpArgs.Checksum.XXHASH64 ? start.reader().u64() : start.reader().u32();
        WireWriter out = new WireWriter(4 + count * size(type));
        out.u32(count);
        for (int i = 0; i < count; i++) {
            Bytes piece = data.slice(i * chunk, chunk);
            switch (type) {
                case OpArgs.Checksum.XXHASH32 -> out.u32(xxHash32(piece, (int) seed));
                case OpArgs.Checksum.XXHASH64 -> out.u64(xxHash64(piece, seed));
                default -> out.u32(piece.crc32c((int) seed));
            }
        }
        return out.toBytes();
    }

    static int xxHash32(Bytes data, int seed) {
        WireReader in = data.reader();
        int hash;
        if (in.remaining() >= 16) {
            int a = seed + P32_1 + P32_2;
            int b = seed + P32_2;
            int c = seed;
            int d = seed - P32_1;
            while (in.remaining() >= 16) {
                a = round32(a, in.u32());
                b = round32(b, in.u32());
                c = round32(c, in.u32());
                d = round32(d, in.u32());
            }
            hash = Integer.rotateLeft(a, 1) + Integer.rotateLeft(b, 7) + Integer.rotateLeft(c, 12)
                    + Integer.rotateLeft(d, 18);
        } else {
            hash = seed + P32_5;
        }
        hash += data.length();
        while (in.remaining() >= 4) {
            hash = Integer.rotateLeft(hash + in.u32() * P32_3, 17) * P32_4;
        }
        while (in.remaining() > 0) {
            hash = Integer.rotateLeft(hash + in.u8() * P32_5, 11) * P32_1;
        }
        hash = (hash ^ hash >>> 15) * P32_2;
        hash = (hash ^ hash >>> 13) * P32_3;
        return hash ^ hash >>> 16;
    }

    private static int round32(int lane, int input) {
        return Integer.rotateLeft(lane + input * P32_2, 13) * P32_1;
    }

    static long xxHash64(Bytes data, long seed) {
        WireReader in = data.reader();
        long hash;
        if (in.remaining() >= 32) {
            long a = seed + P64_1 + P64_2;
            long b = seed + P64_2;
            long c = seed;
            long d = seed - P64_1;
            while (in.remaining() >= 32) {
                a = round64(a, in.u64());
                b = round64(b, in.u64());
                c = round64(c, in.u64());
                d = round64(d, in.u64());
            }
            hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            hash = merge64(merge64(merge64(merge64(hash, a), b), c), d);
        } else {
            hash = seed + P64_5;
        }
        hash += data.length();
        while (in.remaining() >= 8) {
            hash = Long.rotateLeft(hash ^ round64(0, in.u64()), 27) * P64_1 + P64_4;
        }
        if (in.remaining() >= 4) {
            hash = Long.rotateLeft(hash ^ Integer.toUnsignedLong(in.u32()) * P64_1, 23) * P64_2 + P64_3;
        }
        while (in.remaining() > 0) {
            hash = Long.rotateLeft(hash ^ in.u8() * P64_5, 11) * P64_1;
        }
        hash = (hash ^ hash >>> 33) * P64_2;
        hash = (hash ^ hash >>> 29) * P64_3;
        return hash ^ hash >>> 32;
    }

    private static long round64(long lane, long input) {
        return Long.rotateLeft(lane + input * P64_2, 31) * P64_1;
    }

    private static long merge64(long hash, long lane) {
        return (hash ^ round64(0, lane)) * P64_1 + P64_4;
    }
}
