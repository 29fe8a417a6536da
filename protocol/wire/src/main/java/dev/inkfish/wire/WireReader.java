package dev.inkfish.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/// Reads Ceph's primitives, little-endian, from a bounded range. Every method throws
/// [DecodeException] rather than read past the end.
public final class WireReader {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] array;
    private final int start;
    private int position;
    private int limit;

    WireReader(byte[] array, int offset, int length) {
        this.array = array;
        this.start = offset;
        this.position = offset;
        this.limit = offset + length;
    }

    public int remaining() {
        return limit - position;
    }

    /// How many bytes have been read.
    public int consumed() {
        return position - start;
    }

    public int u8() {
        need(1);
        return array[position++] & 0xff;
    }

    public boolean bool() {
        return u8() != 0;
    }

    public int u16() {
        need(2);
        int value = (short) SHORT.get(array, position) & 0xffff;
        position += 2;
        return value;
    }

    /// 32 bits; read as signed, or with [Integer#toUnsignedLong] by the caller.
    public int u32() {
        need(4);
        int value = (int) INT.get(array, position);
        position += 4;
        return value;
    }

    public long u64() {
        need(8);
        long value = (long) LONG.get(array, position);
        position += 8;
        return value;
    }

    public double f64() {
        return Double.longBitsToDouble(u64());
    }

    /// `length` bytes as they are.
    public Bytes raw(int length) {
        need(length);
        Bytes result = Bytes.wrap(array, position, length);
        position += length;
        return result;
    }

    /// All that is left.
    public Bytes rest() {
        return raw(remaining());
    }

    public void skip(int length) {
        need(length);
        position += length;
    }

    /// A bufferlist: 32-bit length, then the bytes.
    public Bytes bytes() {
        return raw(length());
    }

    /// A string: 32-bit length, then UTF-8.
    public String string() {
        int length = length();
        need(length);
        String text = Text.decode(array, position, length);
        position += length;
        return text;
    }

    /// 16 bytes (`uuid_d`).
    public UUID uuid() {
        return new UUID(Long.reverseBytes(u64()), Long.reverseBytes(u64()));
    }

    /// A list: 32-bit count, then the elements; each takes at least one byte, which bounds the count.
    public <T> List<T> list(Function<WireReader, T> element) {
        int count = count(1);
        List<T> result = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            result.add(element.apply(this));
        }
        return result;
    }

    /// A map with naturally ordered keys.
    public <K extends Comparable<? super K>, V> NavigableMap<K, V> map(
            Function<WireReader, K> key, Function<WireReader, V> value) {
        return map(Comparator.naturalOrder(), key, value);
    }

    public <K, V> NavigableMap<K, V> map(
            Comparator<? super K> order, Function<WireReader, K> key, Function<WireReader, V> value) {
        int count = count(1);
        NavigableMap<K, V> result = new TreeMap<>(order);
        for (int i = 0; i < count; i++) {
            K k = key.apply(this);
            result.put(k, value.apply(this));
        }
        return result;
    }

    /// A count of elements that take at least `elementSize` bytes each.
    public int count(int elementSize) {
        int count = u32();
        if (count < 0 || (long) count * elementSize > remaining()) {
            throw new DecodeException("count " + Integer.toUnsignedString(count) + " with " + remaining() + " bytes left");
        }
        return count;
    }

    /// Reads the envelope of `ENCODE_START` and hands its version to `body`, which reads the fields of
    /// that version from this reader; what a newer version added behind them is skipped.
    ///
    /// @param understood the newest version the decoder knows; an encoding whose compat version is
    ///     above it is refused
    public <T> T versioned(int understood, VersionedBody<T> body) {
        int version = u8();
        int compat = u8();
        if (compat > understood) {
            throw new DecodeException("needs version " + compat + ", understood is " + understood);
        }
        int length = length();
        need(length);
        int outerLimit = limit;
        int end = position + length;
        limit = end;
        T result = body.decode(this, version);
        limit = outerLimit;
        position = end;
        return result;
    }

    /// Reads a struct body of a version.
    @FunctionalInterface
    public interface VersionedBody<T> {
        T decode(WireReader in, int version);
    }

    /// A reader over the next `length` bytes, which this one skips.
    public WireReader sub(int length) {
        return raw(length).reader();
    }

    /// Throws unless everything was read.
    public void end() {
        if (remaining() != 0) {
            throw new DecodeException(remaining() + " bytes left over");
        }
    }

    private int length() {
        int length = u32();
        if (length < 0 || length > remaining()) {
            throw new DecodeException(
                    "length " + Integer.toUnsignedString(length) + " with " + remaining() + " bytes left");
        }
        return length;
    }

    private void need(int bytes) {
        if (bytes < 0 || bytes > limit - position) {
            throw new DecodeException("needs " + bytes + " bytes, " + (limit - position) + " left");
        }
    }
}
