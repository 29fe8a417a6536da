package dev.inkfish.objectstore;

import dev.inkfish.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// One object of a [MemStore]: blocks of 4 KiB that are never changed once stored, so clones share them.
/// Each change first notes how to take it back.
final class MemObject {
    static final int BLOCK = 4096;
    private static final byte[] ZEROS = new byte[BLOCK];

    final NavigableMap<Long, byte[]> blocks = new TreeMap<>();
    final NavigableMap<String, Bytes> attrs = new TreeMap<>();
    final NavigableMap<Bytes, Bytes> omap = new TreeMap<>();
    Bytes omapHeader = Bytes.EMPTY;
    long size;

    MemObject copy() {
        MemObject copy = new MemObject();
        copy.blocks.putAll(blocks);
        copy.attrs.putAll(attrs);
        copy.omap.putAll(omap);
        copy.omapHeader = omapHeader;
        copy.size = size;
        return copy;
    }

    void write(long offset, Bytes data, List<Runnable> undo) {
        int done = 0;
        while (done < data.length()) {
            long at = offset + done;
            int within = (int) (at % BLOCK);
            int count = Math.min(BLOCK - within, data.length() - done);
            byte[] block = blocks.getOrDefault(at / BLOCK, ZEROS).clone();
            data.copyTo(done, block, within, count);
            put(blocks, at / BLOCK, block, undo);
            done += count;
        }
        grow(offset + data.length(), undo);
    }

    void zero(long offset, long length, List<Runnable> undo) {
        long end = offset + length;
        for (long index : List.copyOf(blocks.subMap(offset / BLOCK, blockAfter(end)).keySet())) {
            clear(index, offset, end, undo);
        }
        grow(end, undo);
    }

    void truncate(long newSize, List<Runnable> undo) {
        if (newSize < size) {
            for (long index : List.copyOf(blocks.tailMap(newSize / BLOCK).keySet())) {
                clear(index, newSize, Long.MAX_VALUE, undo);
            }
        }
        setSize(newSize, undo);
    }

    /// The target's range becomes the source's: blocks that line up are shared, holes stay holes.
    void cloneRange(MemObject source, long from, long length, long to, List<Runnable> undo) {
        List<Runnable> copies = new ArrayList<>();
        long done = 0;
        while (done < length) {
            long at = from + done;
            int within = (int) (at % BLOCK);
            long count = Math.min(BLOCK - within, length - done);
            byte[] block = source.blocks.get(at / BLOCK);
            if (block != null && at < source.size) {
                Bytes data = Bytes.wrap(block, within, (int) Math.min(count, source.size - at));
                long target = to + done;
                copies.add(() -> write(target, data, undo));
            }
            done += count;
        }
        zero(to, length, undo);
        copies.forEach(Runnable::run);
    }

    void setOmapHeader(Bytes header, List<Runnable> undo) {
        Bytes before = omapHeader;
        undo.add(() -> omapHeader = before);
        omapHeader = header.compact();
    }

    Bytes read(long offset, long length) {
        if (offset >= size) {
            return Bytes.EMPTY;
        }
        byte[] result = new byte[Math.toIntExact(Math.min(length, size - offset))];
        blocks.subMap(offset / BLOCK, blockAfter(offset + result.length)).forEach((index, block) -> {
            long start = Math.max(index * BLOCK, offset);
            long end = Math.min((index + 1) * BLOCK, offset + result.length);
            System.arraycopy(block, (int) (start - index * BLOCK), result, (int) (start - offset), (int) (end - start));
        });
        return Bytes.wrap(result);
    }

    List<ObjectStore.Extent> extents(long offset, long length) {
        long limit = Math.min(size, length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length);
        List<ObjectStore.Extent> result = new ArrayList<>();
        if (limit <= offset) {
            return result;
        }
        for (long index : blocks.subMap(offset / BLOCK, blockAfter(limit)).keySet()) {
            long start = Math.max(index * BLOCK, offset);
            long end = Math.min((index + 1) * BLOCK, limit);
            if (!result.isEmpty() && result.getLast().end() == start) {
                start = result.removeLast().offset();
            }
            result.add(new ObjectStore.Extent(start, end - start));
        }
        return result;
    }

    long stored() {
        return Math.min(size, (long) blocks.size() * BLOCK);
    }

    static <K, V> void put(Map<K, V> map, K key, V value, List<Runnable> undo) {
        V before = map.put(key, value);
        undo.add(before == null ? () -> map.remove(key) : () -> map.put(key, before));
    }

    static <K, V> void remove(Map<K, V> map, K key, List<Runnable> undo) {
        V before = map.remove(key);
        if (before != null) {
            undo.add(() -> map.put(key, before));
        }
    }

    static <K, V> void clear(Map<K, V> map, List<Runnable> undo) {
        Map<K, V> before = new TreeMap<>(map);
        undo.add(() -> map.putAll(before));
        map.clear();
    }

    /// Zeroes the part of a block that is in the range; a block wholly within it goes.
    private void clear(long index, long from, long end, List<Runnable> undo) {
        long start = index * BLOCK;
        if (from <= start && end >= start + BLOCK) {
            remove(blocks, index, undo);
            return;
        }
        byte[] block = blocks.get(index).clone();
        Arrays.fill(block, (int) Math.max(0, from - start), (int) Math.min(BLOCK, end - start), (byte) 0);
        put(blocks, index, block, undo);
    }

    private void grow(long end, List<Runnable> undo) {
        if (end > size) {
            setSize(end, undo);
        }
    }

    private void setSize(long newSize, List<Runnable> undo) {
        long before = size;
        undo.add(() -> size = before);
        size = newSize;
    }

    private static long blockAfter(long end) {
        return end / BLOCK + (end % BLOCK == 0 ? 0 : 1);
    }
}
