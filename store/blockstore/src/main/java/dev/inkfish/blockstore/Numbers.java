package dev.inkfish.blockstore;

import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Numbers as LEB128, the way RocksDB writes lengths too.
final class Numbers {
    private Numbers() {}

    static void write(WireWriter out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.u8((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.u8((int) rest);
    }

    /// Bytes that a number takes.
    static int size(int value) {
        return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
    }

    static long read(WireReader in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = in.u8();
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new DecodeException("a number longer than 64 bits");
    }

    /// A number that is an `int` and not negative.
    static int readInt(WireReader in) {
        long value = read(in);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new DecodeException("number " + Long.toUnsignedString(value) + " out of range");
        }
        return (int) value;
    }
}
