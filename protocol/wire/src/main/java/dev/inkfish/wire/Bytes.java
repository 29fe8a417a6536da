package dev.inkfish.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An immutable run of bytes: what Ceph calls a bufferlist, once it is finished.
///
/// A view of a range of an array that nobody writes to any more. Slicing shares the array; the array
/// itself never leaves the class except to code that only reads it. Large ones may stand for a [Loan] of memory
/// outside the heap instead, which is copied to the heap when somebody looks at the bytes one by one.
public final class Bytes implements Comparable<Bytes> {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9e3779b97f4a7c15L;
    private static final byte[] NONE = new byte[0];
    public static final Bytes EMPTY = new Bytes(NONE, null, 0, 0);

    private final byte[] heap;
    private final @Nullable Loan loan;
    private final int offset;
    private final int length;
    private @Nullable Checksums checksums;

    private record Checksums(int piece, int[] values) {}

    private Bytes(byte[] heap, @Nullable Loan loan, int offset, int length) {
        this.heap = heap;
        this.loan = loan;
        this.offset = offset;
        this.length = length;
    }

    private byte[] array() {
        return loan == null ? heap : loan.onHeap();
    }

    /// Takes the array over: the caller must not write to it again.
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, null, 0, array.length);
    }

    /// Takes a range of the array over: the caller must not write to it again.
    public static Bytes wrap(byte[] array, int offset, int length) {
        checkRange(offset, length, array.length);
        return length == 0 ? EMPTY : new Bytes(array, null, offset, length);
    }

    /// What the loan's memory holds.
    public static Bytes of(Loan loan) {
        return new Bytes(NONE, loan, 0, loan.length());
    }

    public static Bytes copyOf(byte[] array) {
        return wrap(array.clone());
    }

    /// Copies what remains in the buffer and advances it.
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return wrap(copy);
    }

    public static Bytes utf8(String text) {
        return wrap(Text.encode(text));
    }

    public static Bytes hex(String hex) {
        return wrap(HexFormat.of().parseHex(hex));
    }

    public static Bytes zeros(int length) {
        return wrap(new byte[length]);
    }

    public static Bytes concat(List<Bytes> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        int total = 0;
        for (Bytes part : parts) {
            total = Math.addExact(total, part.length);
        }
        byte[] all = new byte[total];
        int at = 0;
        for (Bytes part : parts) {
            part.copyTo(0, all, at, part.length);
            at += part.length;
        }
        return wrap(all);
    }

    public static Bytes concat(Bytes... parts) {
        return concat(List.of(parts));
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public byte get(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException(index);
        }
        return array()[offset + index];
    }

    public Bytes slice(int from, int count) {
        checkRange(from, count, length);
        return count == length ? this : count == 0 ? EMPTY : new Bytes(heap, loan, offset + from, count);
    }

    /// Where bytes lie in memory: equal for two of which it is known without a look that they are the same.
    public static final class Place {
        private final Object memory;
        private final int offset;
        private final int length;

        private Place(Object memory, int offset, int length) {
            this.memory = memory;
            this.offset = offset;
            this.length = length;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place that
                    && memory == that.memory
                    && offset == that.offset
                    && length == that.length;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(memory) + offset;
        }
    }

    public Place place() {
        return new Place(loan == null ? heap : loan, offset, length);
    }

    /// From `from` to the end.
    public Bytes slice(int from) {
        return slice(from, length - from);
    }

    public void copyTo(int from, byte[] target, int at, int count) {
        checkRange(from, count, length);
        System.arraycopy(array(), offset + from, target, at, count);
    }

    public void putTo(ByteBuffer target) {
        if (loan == null) {
            target.put(heap, offset, length);
        } else {
            target.put(asByteBuffer());
        }
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(array(), offset, length);
    }

    public byte[] toArray() {
        return Arrays.copyOfRange(array(), offset, offset + length);
    }

    /// A read-only buffer over the same bytes.
    public ByteBuffer asByteBuffer() {
        return loan == null
                ? ByteBuffer.wrap(heap, offset, length).slice().asReadOnlyBuffer()
                : loan.memory().slice(offset, length).asReadOnlyBuffer();
    }

    /// The memory outside the heap that these bytes are in, if they are.
    public @Nullable Loan loan() {
        return loan;
    }

    public WireReader reader() {
        return new WireReader(array(), offset, length);
    }

    /// A copy that shares nothing: for small pieces kept long, cut from a large frame.
    public Bytes compact() {
        return compact(0);
    }

    /// The same, but for those that keep no more than `slack` bytes besides their own.
    public Bytes compact(int slack) {
        return loan == null && heap.length - length <= slack ? this : wrap(toArray());
    }

    public boolean isZero() {
        byte[] array = array();
        for (int i = offset; i < offset + length; i++) {
            if (array[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /// The crc32c, from -1, of each piece of a length of which this is a multiple. They are kept: a frame and several
    /// stores of a process want those of the same bytes.
    public int[] checksums(int piece) {
        Checksums known = checksums;
        if (known == null || known.piece != piece) {
            int[] values = new int[length / piece];
            for (int i = 0; i < values.length; i++) {
                values[i] = slice(i * piece, piece).crc32c(-1);
            }
            known = new Checksums(piece, values);
            checksums = known;
        }
        return known.values;
    }

    /// As [#crc32c] of -1, by [#checksums].
    public int crc32cOfPieces(int piece) {
        Crc32c.Zeros zeros = Crc32c.Zeros.of(piece);
        int crc = -1;
        for (int each : checksums(piece)) {
            crc = Crc32c.concat(crc, each, zeros);
        }
        return crc;
    }

    /// crc32c as Ceph computes it: continued from `seed`, neither inverted before nor after.
    public int crc32c(int seed) {
        if (loan == null) {
            return Crc32c.update(seed, heap, offset, length);
        }
        boolean known = seed == -1 && length == loan.length() && loan.hasCrc();
        return known ? loan.crc() : Crc32c.update(seed, asByteBuffer());
    }

    /// The bytes as UTF-8; for text that is known to be text.
    public String utf8() {
        return Text.decode(array(), offset, length);
    }

    public String toHex() {
        return HexFormat.of().formatHex(array(), offset, offset + length);
    }

    /// Unsigned, byte by byte, as `memcmp`.
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array(), offset, offset + length, other.array(), other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that
                && Arrays.equals(
                        array(), offset, offset + length, that.array(), that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        byte[] array = array();
        long hash = length;
        int at = offset;
        int end = offset + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ (long) LONG.get(array, at)) * MIX;
            hash ^= hash >>> 32;
        }
        for (; at < end; at++) {
            hash = (hash ^ array[at]) * MIX;
        }
        return (int) (hash ^ hash >>> 32);
    }

    @Override
    public String toString() {
        return length <= 32 ? toHex() : slice(0, 32).toHex() + "…(" + length + " bytes)";
    }

    private static void checkRange(int from, int count, int length) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IndexOutOfBoundsException(from + "+" + count + " of " + length);
        }
    }
}
