package dev.inkfish.objclass.rbd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Arrays;

/// Two bits for each of an image's objects, four to a byte, the first in the highest bits (`BitVector<2>`).
///
/// Encoded: the header (18 bytes: length, envelope, size), the packed bits, and a footer with the crc32c of
/// the header and of each 4 KiB block of bits — or an empty footer, without checksums, on the way to a client.
@CephType("BitVector<2>")
final class ObjectMap {
    static final int NONEXISTENT = 0;
    static final int EXISTS = 1;
    static final int PENDING = 2;
    static final int EXISTS_CLEAN = 3;
    /// `MAX_OBJECT_MAP_OBJECT_COUNT`
    static final long MAX_OBJECTS = 256_000_000;

    static final int HEADER_LENGTH = 18;
    static final int BLOCK = 4096;

    private long size;
    private byte[] bits;

    ObjectMap(long size) {
        this.size = size;
        this.bits = new byte[bytesFor(size)];
    }

    long size() {
        return size;
    }

    int get(long index) {
        return bits[(int) (index >>> 2)] >>> shift(index) & 3;
    }

    void set(long index, int state) {
        int at = (int) (index >>> 2);
        bits[at] = (byte) (bits[at] & ~(3 << shift(index)) | state << shift(index));
    }

    /// Sets all elements from `first` on; whole bytes at a time, since there may be millions.
    void fill(long first, int state) {
        long index = first;
        for (; index < size && (index & 3) != 0; index++) {
            set(index, state);
        }
        int whole = (int) (size >>> 2);
        if (index < size && index >>> 2 < whole) {
            Arrays.fill(bits, (int) (index >>> 2), whole, fourOf(state));
            index = whole * 4L;
        }
        for (; index < size; index++) {
            set(index, state);
        }
    }

    /// Whether all elements from `first` on are in this state.
    boolean isFilled(long first, int state) {
        for (long index = first; index < size; ) {
            if ((index & 3) == 0 && index + 4 <= size && bits[(int) (index >>> 2)] == fourOf(state)) {
                index += 4;
            } else if (get(index) == state) {
                index++;
            } else {
                return false;
            }
        }
        return true;
    }

    private static byte fourOf(int state) {
        return (byte) (state << 6 | state << 4 | state << 2 | state);
    }

    /// New elements are [#NONEXISTENT].
    void resize(long newSize) {
        byte[] resized = new byte[bytesFor(newSize)];
        System.arraycopy(bits, 0, resized, 0, Math.min(bits.length, resized.length));
        bits = resized;
        size = newSize;
    }

    /// The bytes that hold the elements from `first` up to before `end`, in whole blocks: offset and length
    /// within the bits.
    static int[] blocksOf(long first, long end, int total) {
        int from = (int) (first >>> 2) / BLOCK * BLOCK;
        int to = Math.min(((int) (end - 1 >>> 2) / BLOCK + 1) * BLOCK, total);
        return new int[] {from, to - from};
    }

    static int bytesFor(long elements) {
        return (int) ((elements + 3) >>> 2);
    }

    static int footerOffset(int dataLength) {
        return HEADER_LENGTH + dataLength;
    }

    static Bytes encodeHeader(long size) {
        return WireWriter.encode(size, (s, out) -> out.lengthPrefixed(() -> out.versioned(1, 1, () -> out.u64(s))));
    }

    /// The size in a header of [#HEADER_LENGTH] bytes.
    static long decodeHeader(Bytes header) {
        long size = header.reader().bytes().reader().versioned(1, (body, version) -> body.u64());
        if (size < 0 || size > MAX_OBJECTS) {
            throw new DecodeException("an object map of " + Long.toUnsignedString(size) + " objects");
        }
        return size;
    }

    /// The checksum of a header: of what its length prefix counts.
    static int headerCrc(Bytes header) {
        return header.slice(4).crc32c(0);
    }

    static ObjectMap decode(WireReader in) {
        Bytes header = in.raw(HEADER_LENGTH);
        ObjectMap map = new ObjectMap(decodeHeader(header));
        Bytes data = in.raw(map.bits.length);
        Bytes footer = in.bytes();
        if (!footer.isEmpty()) {
            WireReader crcs = footer.reader();
            check(crcs.u32() == headerCrc(header), "header");
            int blocks = crcs.u32();
            check(blocks == (map.bits.length + BLOCK - 1) / BLOCK, "block count");
            for (int from = 0; from < map.bits.length; from += BLOCK) {
                check(crcs.u32() == data.slice(from, Math.min(BLOCK, map.bits.length - from)).crc32c(0), "block");
            }
        }
        data.copyTo(0, map.bits, 0, map.bits.length);
        return map;
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new DecodeException("object map: wrong " + what + " checksum");
        }
    }

    void encodeWithChecksums(WireWriter out) {
        Bytes header = encodeHeader(size);
        out.raw(header).raw(bits);
        out.lengthPrefixed(() -> {
            out.u32(headerCrc(header)).u32((bits.length + BLOCK - 1) / BLOCK);
            for (int from = 0; from < bits.length; from += BLOCK) {
                out.u32(Crc32c.update(0, bits, from, Math.min(BLOCK, bits.length - from)));
            }
        });
    }

    void encodePlain(WireWriter out) {
        out.raw(encodeHeader(size)).raw(bits).u32(0);
    }

    private static int shift(long index) {
        return 6 - 2 * (int) (index & 3);
    }
}
