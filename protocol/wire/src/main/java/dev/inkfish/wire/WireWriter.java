package dev.inkfish.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;

/// Writes Ceph's primitives, little-endian, into a growing buffer.
public final class WireWriter {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] array;
    private int size;

    public WireWriter() {
        this(256);
    }

    public WireWriter(int capacity) {
        array = new byte[capacity];
    }

    /// Encodes one thing on its own.
    public static <T> Bytes encode(T value, BiConsumer<T, WireWriter> encoder) {
        WireWriter writer = new WireWriter();
        encoder.accept(value, writer);
        return writer.toBytes();
    }

    public int size() {
        return size;
    }

    public WireWriter u8(int value) {
        reserve(1);
        array[size++] = (byte) value;
        return this;
    }

    public WireWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    public WireWriter u16(int value) {
        reserve(2);
        SHORT.set(array, size, (short) value);
        size += 2;
        return this;
    }

    public WireWriter u32(int value) {
        reserve(4);
        INT.set(array, size, value);
        size += 4;
        return this;
    }

    public WireWriter u64(long value) {
        reserve(8);
        LONG.set(array, size, value);
        size += 8;
        return this;
    }

    public WireWriter f64(double value) {
        return u64(Double.doubleToRawLongBits(value));
    }

    /// Raw bytes, without a length.
    public WireWriter raw(Bytes bytes) {
        reserve(bytes.length());
        bytes.copyTo(0, array, size, bytes.length());
        size += bytes.length();
        return this;
    }

    public WireWriter raw(byte[] bytes) {
        reserve(bytes.length);
        System.arraycopy(bytes, 0, array, size, bytes.length);
        size += bytes.length;
        return this;
    }

    public WireWriter zeros(int count) {
        reserve(count);
        Arrays.fill(array, size, size + count, (byte) 0);
        size += count;
        return this;
    }

    /// A bufferlist: 32-bit length, then the bytes.
    public WireWriter bytes(Bytes bytes) {
        return u32(bytes.length()).raw(bytes);
    }

    /// A string: 32-bit length, then UTF-8.
    public WireWriter string(String text) {
        int length = text.length();
        reserve(4 + length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                byte[] utf8 = Text.encode(text);
                return u32(utf8.length).raw(utf8);
            }
            array[size + 4 + i] = (byte) c;
        }
        u32(length);
        size += length;
        return this;
    }

    /// 16 bytes (`uuid_d`).
    public WireWriter uuid(UUID uuid) {
        return u64(Long.reverseBytes(uuid.getMostSignificantBits()))
                .u64(Long.reverseBytes(uuid.getLeastSignificantBits()));
    }

    /// A list, vector or set: 32-bit count, then the elements.
    public <T> WireWriter list(Collection<T> elements, BiConsumer<WireWriter, T> element) {
        u32(elements.size());
        for (T each : elements) {
            element.accept(this, each);
        }
        return this;
    }

    /// A map: 32-bit count, then key and value in turn, in the map's own order.
    public <K, V> WireWriter map(Map<K, V> map, BiConsumer<WireWriter, K> key, BiConsumer<WireWriter, V> value) {
        u32(map.size());
        map.forEach((k, v) -> {
            key.accept(this, k);
            value.accept(this, v);
        });
        return this;
    }

    /// The versioned envelope of `ENCODE_START`: version, compat version, length, body.
    public WireWriter versioned(int version, int compat, Runnable body) {
        u8(version).u8(compat);
        return lengthPrefixed(body);
    }

    /// 32-bit length of what the body writes, then that.
    public WireWriter lengthPrefixed(Runnable body) {
        int at = size;
        u32(0);
        body.run();
        INT.set(array, at, size - at - 4);
        return this;
    }

    /// Writes over four bytes written earlier.
    public void patchU32(int at, int value) {
        INT.set(array, at, value);
    }

    /// crc32c of what was written from `from` on; see [Crc32c].
    public int crc32c(int seed, int from) {
        return Crc32c.update(seed, array, from, size - from);
    }

    /// What was written. The writer must not be used again.
    public Bytes toBytes() {
        Bytes result = Bytes.wrap(array, 0, size);
        array = new byte[0];
        return result;
    }

    /// What was written, as an array of its own: the writer's, if that is full. The writer must not be used again.
    public byte[] toArray() {
        byte[] result = size == array.length ? array : Arrays.copyOf(array, size);
        array = new byte[0];
        return result;
    }

    /// Copies what was written.
    public void putTo(ByteBuffer target) {
        target.put(array, 0, size);
    }

    /// Forgets what was written, keeping the memory.
    public void reset() {
        size = 0;
    }

    private void reserve(int more) {
        int needed = Math.addExact(size, more);
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.max(needed, Math.min(array.length * 2L, Integer.MAX_VALUE - 8)));
        }
    }
}
