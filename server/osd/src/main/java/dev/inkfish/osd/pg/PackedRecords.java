package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.nio.ByteBuffer;
import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A deque of records that are kept encoded, some dozens in one array: a group's log, of which an OSD has thousands of
/// entries per group, takes a fifth of the memory that objects would, and gives the collector nothing to follow.
///
/// A record is found by a key of 32 bits, which need not be its own alone: the keys are searched one after the other, in
/// those arrays that may have it.
final class PackedRecords<T> {
    private static final int IN_CHUNK = 64;
    /// Of 512, one for each key of a chunk that it has seen: seven chunks of eight are passed over.
    private static final int SEEN_WORDS = 8;

    /// How records become bytes.
    interface Codec<T> {
        void encode(T record, WireWriter out);

        T decode(WireReader in);

        /// How many keys a record has.
        int keys();

        int key(T record, int which);
    }

    private final Codec<T> codec;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private final WireWriter writer = new WireWriter(256);
    private int size;

    /// The records `first <= i < end`; record `i` ends at `ends[i]`, where the next begins.
    private final class Chunk {
        byte[] data = new byte[1024];
        final int[] ends = new int[IN_CHUNK];
        final int[][] keys = new int[codec.keys()][IN_CHUNK];
        final long[][] seen = new long[codec.keys()][SEEN_WORDS];
        int first;
        int end;

        int begin(int i) {
            return i == 0 ? 0 : ends[i - 1];
        }

        T get(int i) {
            return codec.decode(Bytes.wrap(data, begin(i), ends[i] - begin(i)).reader());
        }

        void add(T record) {
            writer.reset();
            codec.encode(record, writer);
            int from = begin(end);
            int to = from + writer.size();
            if (to > data.length) {
                data = Arrays.copyOf(data, Math.max(to, 2 * data.length));
            }
            writer.putTo(ByteBuffer.wrap(data, from, to - from));
            ends[end] = to;
            for (int which = 0; which < keys.length; which++) {
                int key = codec.key(record, which);
                keys[which][end] = key;
                int bit = bitOf(key);
                seen[which][bit >>> 6] |= 1L << bit;
            }
            end++;
            if (end == IN_CHUNK) {
                data = Arrays.copyOf(data, to);
            }
        }
    }

    PackedRecords(Codec<T> codec) {
        this.codec = codec;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        chunks.clear();
        size = 0;
    }

    void addLast(T record) {
        Chunk last = chunks.peekLast();
        if (last == null || last.end == IN_CHUNK) {
            last = new Chunk();
            chunks.addLast(last);
        }
        last.add(record);
        size++;
    }

    /// The oldest record; there must be one.
    T first() {
        Chunk chunk = chunks.getFirst();
        return chunk.get(chunk.first);
    }

    /// The newest record; there must be one.
    T last() {
        Chunk chunk = chunks.getLast();
        return chunk.get(chunk.end - 1);
    }

    /// The record that has `index` older ones.
    T get(int index) {
        int left = index;
        for (Chunk chunk : chunks) {
            int count = chunk.end - chunk.first;
            if (left < count) {
                return chunk.get(chunk.first + left);
            }
            left -= count;
        }
        throw new IndexOutOfBoundsException(index);
    }

    void removeFirst() {
        Chunk chunk = chunks.getFirst();
        chunk.first++;
        shrink(chunk);
    }

    void removeLast() {
        Chunk chunk = chunks.getLast();
        chunk.end--;
        shrink(chunk);
    }

    private static int bitOf(int key) {
        return key * 0x9e3779b1 >>> 23;
    }

    private void shrink(Chunk chunk) {
        size--;
        if (chunk.first == chunk.end) {
            chunks.remove(chunk);
        }
    }

    /// The newest record with that key of which `test` is true.
    @Nullable T findLast(int which, int key, Predicate<T> test) {
        int bit = bitOf(key);
        for (Iterator<Chunk> it = chunks.descendingIterator(); it.hasNext(); ) {
            Chunk chunk = it.next();
            if ((chunk.seen[which][bit >>> 6] & 1L << bit) == 0) {
                continue;
            }
            int[] keys = chunk.keys[which];
            for (int i = chunk.end - 1; i >= chunk.first; i--) {
                if (keys[i] == key) {
                    T record = chunk.get(i);
                    if (test.test(record)) {
                        return record;
                    }
                }
            }
        }
        return null;
    }

    /// Ascending; decoded one by one as they are looked at.
    Collection<T> all() {
        return new AbstractCollection<>() {
            @Override
            public Iterator<T> iterator() {
                return new Walk(chunks.iterator(), 1);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    Iterator<T> descending() {
        return new Walk(chunks.descendingIterator(), -1);
    }

    private final class Walk implements Iterator<T> {
        private final Iterator<Chunk> rest;
        private final int step;
        private @Nullable Chunk chunk;
        private int at;

        Walk(Iterator<Chunk> rest, int step) {
            this.rest = rest;
            this.step = step;
            turn();
        }

        private void turn() {
            chunk = rest.hasNext() ? rest.next() : null;
            at = chunk == null ? 0 : step > 0 ? chunk.first : chunk.end - 1;
        }

        @Override
        public boolean hasNext() {
            return chunk != null;
        }

        @Override
        public T next() {
            if (chunk == null) {
                throw new NoSuchElementException();
            }
            T record = chunk.get(at);
            at += step;
            if (at < chunk.first || at >= chunk.end) {
                turn();
            }
            return record;
        }
    }
}
