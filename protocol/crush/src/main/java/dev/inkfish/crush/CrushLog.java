package dev.inkfish.crush;

import java.math.BigInteger;

/// The fixed-point logarithm that straw2 buckets draw with (`src/crush/crush_ln_table.h`).
///
/// Its two tables are part of the format: `2^48 / (1 + k/128)` and `2^48 * log2(1 + k/128)` for the upper
/// bits, `2^48 * log2(1 + k/32768)` for the lower ones. The published table of the lower bits is off by a
/// constant, and by other amounts in some places; placements depend on it, so [#OFF] keeps them.
final class CrushLog {
    /// What nearly every entry from the third on is too large by.
    private static final long OFFSET = 0x147700000L;
    /// The other entries: index, what it is too large by.
    private static final long[] OFF = {
        0, 0, 1, 0, 56, 5349423536L, 127, 978272901, 134, 3588789669L, 181, 4007963589L, 184, 5423282367L,
        188, 2201924427L, 193, 3829329171L, 198, 2511158322L, 199, 2670353280L, 200, 3807665765L, 203, 0,
        207, 5045407031L, 210, 4635559696L, 212, 3670382108L, 216, 0, 222, 0, 225, 3209098745L, 227, 1514328394L,
        228, 2662093655L, 229, 561838844, 231, 3537203772L, 233, 0, 235, 4861921003L, 236, 5281046906L, 237, 0,
        238, 0, 239, 0, 240, 2650193885L, 241, 4203558265L, 243, 0, 244, 0, 245, 0, 246, 0, 247, 362109528,
        248, 0, 249, 0, 250, 0, 251, 0, 252, 0, 253, 0, 254, 0, 255, 0,
    };
    private static final int PRECISION = 192;

    private static final long[] RECIPROCAL = new long[129];
    private static final long[] UPPER = new long[129];
    private static final long[] LOWER = new long[256];

    static {
        for (int k = 0; k <= 128; k++) {
            RECIPROCAL[k] = ((1L << 55) + 127 + k) / (128 + k);
            UPPER[k] = log2(128 + k, 7);
        }
        UPPER[128] = 0xffff00000000L;
        for (int k = 0; k < 256; k++) {
            LOWER[k] = log2(32768 + k, 15) + OFFSET;
        }
        for (int i = 0; i < OFF.length; i += 2) {
            int k = (int) OFF[i];
            LOWER[k] = LOWER[k] - OFFSET + OFF[i + 1];
        }
    }

    private CrushLog() {}

    /// `floor(2^48 * log2(numerator / 2^shift))`, exact: a bit of the logarithm per squaring.
    private static long log2(int numerator, int shift) {
        BigInteger two = BigInteger.ONE.shiftLeft(PRECISION + 1);
        BigInteger x = BigInteger.valueOf(numerator).shiftLeft(PRECISION - shift);
        if (x.equals(two)) {
            return 1L << 48;
        }
        long bits = 0;
        for (int i = 0; i < 48; i++) {
            x = x.multiply(x).shiftRight(PRECISION);
            bits <<= 1;
            if (x.compareTo(two) >= 0) {
                bits |= 1;
                x = x.shiftRight(1);
            }
        }
        return bits;
    }

    /// About `2^44 * log2(u + 1)` for `u` of 16 bits.
    static long of(int u) {
        int x = u + 1;
        int exponent = 15;
        if ((x & 0x18000) == 0) {
            int bits = Integer.numberOfLeadingZeros(x & 0x1ffff) - 16;
            x <<= bits;
            exponent -= bits;
        }
        int k = (x >> 8) - 128;
        int low = (int) (x * RECIPROCAL[k] >>> 48) & 0xff;
        return ((long) exponent << 44) + (UPPER[k] + LOWER[low] >>> 4);
    }

    /// The tables as the format lists them, for tests.
    static long[] tables() {
        long[] all = new long[258 + 256];
        for (int k = 0; k <= 128; k++) {
            all[2 * k] = RECIPROCAL[k];
            all[2 * k + 1] = UPPER[k];
        }
        System.arraycopy(LOWER, 0, all, 258, 256);
        return all;
    }
}
