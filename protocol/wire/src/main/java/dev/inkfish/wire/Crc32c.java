package dev.inkfish.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// crc32c in Ceph's convention (`ceph_crc32c`): the register starts at the seed and is not inverted.
///
/// The JDK's [CRC32C] is the fast one (an intrinsic) but always starts at -1 and inverts at the end.
/// The register is linear, so a run from another seed is the JDK's result with the seed's own
/// contribution, shifted through the length by [#shift], put in.
public final class Crc32c {
    private static final int POLYNOMIAL = 0x82F63B78;
    /// `ZERO_POWERS[n]` maps a register to what 2^n zero bytes make of it; a 32x32 matrix over GF(2).
    private static final int[][] ZERO_POWERS = zeroPowers();

    private Crc32c() {}

    public static int update(int seed, byte[] array, int offset, int length) {
        if (length == 0) {
            return seed;
        }
        CRC32C crc = new CRC32C();
        crc.update(array, offset, length);
        return from(seed, crc, length);
    }

    /// Of what remains in the buffer, which advances.
    public static int update(int seed, ByteBuffer buffer) {
        int length = buffer.remaining();
        if (length == 0) {
            return seed;
        }
        CRC32C crc = new CRC32C();
        crc.update(buffer);
        return from(seed, crc, length);
    }

    private static int from(int seed, CRC32C crc, int length) {
        int fromMinusOne = ~(int) crc.getValue();
        return seed == -1 ? fromMinusOne : fromMinusOne ^ shift(~seed, length);
    }

    /// The register after two runs of bytes, from what each of them makes of -1.
    ///
    /// @param second as many bytes as the second run has
    public static int concat(int ofFirst, int ofSecond, Zeros second) {
        return second.apply(~ofFirst) ^ ofSecond;
    }

    /// What a number of zero bytes makes of a register, by tables: for those who ask it often.
    public static final class Zeros {
        private static final Zeros OF_BLOCK = new Zeros(4096);

        private final int[] table = new int[4 << 8];

        private Zeros(long length) {
            for (int i = 0; i < table.length; i++) {
                table[i] = shift((i & 0xff) << (i >>> 8 << 3), length);
            }
        }

        public static Zeros of(long length) {
            return length == 4096 ? OF_BLOCK : new Zeros(length);
        }

        int apply(int register) {
            return table[register & 0xff]
                    ^ table[0x100 | register >>> 8 & 0xff]
                    ^ table[0x200 | register >>> 16 & 0xff]
                    ^ table[0x300 | register >>> 24];
        }
    }

    /// What `length` zero bytes make of the register.
    public static int shift(int register, long length) {
        int result = register;
        long rest = length;
        for (int power = 0; rest != 0; power++, rest >>>= 1) {
            if ((rest & 1) != 0) {
                result = apply(ZERO_POWERS[power], result);
            }
        }
        return result;
    }

    private static int apply(int[] matrix, int vector) {
        int sum = 0;
        int rest = vector;
        for (int row = 0; rest != 0; row++, rest >>>= 1) {
            if ((rest & 1) != 0) {
                sum ^= matrix[row];
            }
        }
        return sum;
    }

    private static int[][] zeroPowers() {
        int[][] powers = new int[63][32];
        for (int bit = 0; bit < 32; bit++) {
            int register = 1 << bit;
            for (int i = 0; i < 8; i++) {
                register = (register >>> 1) ^ ((register & 1) != 0 ? POLYNOMIAL : 0);
            }
            powers[0][bit] = register;
        }
        for (int n = 1; n < powers.length; n++) {
            for (int bit = 0; bit < 32; bit++) {
                powers[n][bit] = apply(powers[n - 1], powers[n - 1][bit]);
            }
        }
        return powers;
    }
}
