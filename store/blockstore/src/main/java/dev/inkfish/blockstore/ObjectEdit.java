package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An object while a transaction changes it. Nothing outside sees it before the transaction is published.
final class ObjectEdit {
    private static final int BLOCK = Shard.BLOCK;
    /// Such that block indexes are ints.
    static final long MAX_SIZE = 1L << 42;

    private final Workspace workspace;
    private final @Nullable Onode base;
    final long id;
    long size;
    boolean hasOmap;
    private long mapped;
    private NavigableMap<String, Bytes> attrs;
    private boolean ownAttrs;
    /// Of the base, until they change: then a copy.
    private BitSet present;
    private BitSet shared;
    private @Nullable Shard[] shards;
    /// Shards that are this edit's own copies.
    private final BitSet owned = new BitSet();
    private final BitSet dirtyShards = new BitSet();
    private boolean dirty;

    /// @param base what it was; empty with the object's number for a new one
    ObjectEdit(Workspace workspace, Onode base, boolean isNew) {
        this.workspace = workspace;
        this.base = isNew ? null : base;
        id = base.id;
        size = base.size;
        hasOmap = base.hasOmap;
        mapped = base.mapped;
        attrs = base.attrs;
        present = base.present;
        shared = base.shared;
        shards = base.copyShards(0);
        dirty = isNew;
    }

    boolean isDirty() {
        return dirty;
    }

    void setDirty() {
        dirty = true;
    }

    Shard shard(int index) {
        if (!present.get(index)) {
            return index < shards.length && shards[index] != null && owned.get(index) ? shards[index] : Shard.EMPTY;
        }
        Shard known = index < shards.length ? shards[index] : null;
        if (known == null) {
            if (base == null) {
                throw new IllegalStateException("shard " + index + " of a new object");
            }
            known = base.shard(index, workspace.keys());
            shards[index] = known;
        }
        return known;
    }

    private Shard ownShard(int index) {
        Shard shard = shard(index);
        if (!owned.get(index)) {
            shard = shard == Shard.EMPTY ? new Shard() : shard.copy();
            if (index >= shards.length) {
                shards = Arrays.copyOf(shards, index + 1);
            }
            shards[index] = shard;
            owned.set(index);
        }
        return shard;
    }

    private int block(long index) {
        return shard((int) (index / Shard.BLOCKS)).blocks[(int) (index % Shard.BLOCKS)];
    }

    /// Refers an index to another block (0: a hole), and lets the one before go.
    private void map(long index, int block, int checksum) {
        int number = (int) (index / Shard.BLOCKS);
        int within = (int) (index % Shard.BLOCKS);
        Shard shard = ownShard(number);
        int before = shard.blocks[within];
        if (before != 0 && before != block) {
            workspace.drop(before, shared.get(number));
        }
        mapped += (block != 0 ? 1 : 0) - (before != 0 ? 1 : 0);
        shard.blocks[within] = block;
        shard.checksums[within] = checksum;
        dirtyShards.set(number);
        if (block != 0) {
            present = with(present, number, true);
        } else if (shard.isEmpty()) {
            present = with(present, number, false);
            shared = with(shared, number, false);
        }
        dirty = true;
    }

    /// The same, or a copy if the bit is another.
    private static BitSet with(BitSet bits, int number, boolean value) {
        if (bits.get(number) == value) {
            return bits;
        }
        BitSet changed = (BitSet) bits.clone();
        changed.set(number, value);
        return changed;
    }

    void write(long offset, Bytes data) throws IOException {
        dirty = true;
        if (data.isEmpty()) {
            return;
        }
        checkSize(offset, data.length());
        if (data.length() >= workspace.deferredThreshold()) {
            writeDirectly(offset, data);
        } else {
            int done = 0;
            while (done < data.length()) {
                long at = offset + done;
                int within = (int) (at % BLOCK);
                int count = Math.min(BLOCK - within, data.length() - done);
                if (count == BLOCK) {
                    writeDeferred(at / BLOCK, data.slice(done, BLOCK));
                } else {
                    byte[] content = content(at / BLOCK);
                    data.copyTo(done, content, within, count);
                    writeDeferred(at / BLOCK, Bytes.wrap(content));
                }
                done += count;
            }
        }
        size = Math.max(size, offset + data.length());
    }

    /// The whole of a block goes into the journal, and later to its place: the old one, if it is this object's only.
    private void writeDeferred(long index, Bytes content) {
        int block = block(index);
        if (block == 0 || isShared(index, block)) {
            block = workspace.allocate(1).getFirst().start();
        }
        workspace.defer(block, content);
        map(index, block, content.crc32c(-1));
    }

    private boolean isShared(long index, int block) {
        return shared.get((int) (index / Shard.BLOCKS)) && workspace.isShared(block);
    }

    /// The blocks go to new places before the transaction is in the journal.
    private void writeDirectly(long offset, Bytes data) throws IOException {
        long first = offset / BLOCK;
        int count = (int) ((offset + data.length() - 1) / BLOCK - first + 1);
        Bytes whole = data;
        if (offset % BLOCK != 0 || data.length() % BLOCK != 0) {
            byte[] blocks = new byte[Math.multiplyExact(count, BLOCK)];
            System.arraycopy(content(first), 0, blocks, 0, BLOCK);
            System.arraycopy(content(first + count - 1), 0, blocks, (count - 1) * BLOCK, BLOCK);
            data.copyTo(0, blocks, (int) (offset % BLOCK), data.length());
            whole = Bytes.wrap(blocks);
        }
        int[] checksums = whole.checksums(BLOCK);
        int done = 0;
        for (Allocator.Run run : workspace.allocate(count)) {
            Bytes part = whole.slice(done * BLOCK, run.count() * BLOCK);
            workspace.writeDirectly(run.start(), part);
            for (int i = 0; i < run.count(); i++) {
                map(first + done + i, run.start() + i, checksums[done + i]);
            }
            done += run.count();
        }
    }

    /// A copy of a block's content, verified.
    private byte[] content(long index) throws IOException {
        byte[] content = new byte[BLOCK];
        int block = block(index);
        if (block != 0) {
            workspace.read(block, content);
            int checksum = shard((int) (index / Shard.BLOCKS)).checksums[(int) (index % Shard.BLOCKS)];
            if (Shard.checksum(content, 0) != checksum) {
                throw ObjectReader.badChecksum(block, id, index);
            }
        }
        return content;
    }

    void zero(long offset, long length) throws IOException {
        dirty = true;
        checkSize(offset, length);
        clear(offset, offset + length);
        size = Math.max(size, offset + length);
    }

    void truncate(long newSize) throws IOException {
        dirty = true;
        checkSize(0, newSize);
        if (newSize < size) {
            clear(newSize, (size + BLOCK - 1) / BLOCK * BLOCK);
        }
        size = newSize;
    }

    /// Makes a range zero: blocks within it become holes.
    private void clear(long from, long end) throws IOException {
        long index = from / BLOCK;
        while (index * BLOCK < end) {
            int shard = (int) (index / Shard.BLOCKS);
            if (!present.get(shard)) {
                int next = present.nextSetBit(shard);
                if (next < 0) {
                    return;
                }
                index = (long) next * Shard.BLOCKS;
                continue;
            }
            if (block(index) != 0) {
                long start = index * BLOCK;
                if (from <= start && end >= start + BLOCK) {
                    map(index, 0, 0);
                } else {
                    byte[] content = content(index);
                    Arrays.fill(content, (int) Math.max(0, from - start), (int) Math.min(BLOCK, end - start), (byte) 0);
                    writeDeferred(index, Bytes.wrap(content));
                }
            }
            index++;
        }
    }

    private static void checkSize(long offset, long length) {
        if (offset < 0 || length < 0 || length > MAX_SIZE - offset) {
            throw new IllegalArgumentException("range " + offset + "~" + length + " past the largest object");
        }
    }

    /// Lets all blocks go.
    void drop() {
        for (int n = present.nextSetBit(0); n >= 0; n = present.nextSetBit(n + 1)) {
            for (int block : shard(n).blocks) {
                if (block != 0) {
                    workspace.drop(block, shared.get(n));
                }
            }
        }
        storedShards().stream().forEach(n -> workspace.batch().delete(Keys.shard(id, n)));
    }

    /// Another object with the same attributes and blocks; both know then that they share.
    ObjectEdit share(long otherId) {
        ObjectEdit other = new ObjectEdit(workspace, Onode.empty(otherId), true);
        other.size = size;
        other.mapped = mapped;
        other.attrs = attrs;
        other.hasOmap = hasOmap;
        ownAttrs = false;
        other.present = (BitSet) present.clone();
        other.shards = new Shard[present.length()];
        for (int n = present.nextSetBit(0); n >= 0; n = present.nextSetBit(n + 1)) {
            Shard shard = shard(n);
            other.shards[n] = shard;
            for (int block : shard.blocks) {
                if (block != 0) {
                    workspace.refer(block);
                }
            }
        }
        owned.clear();
        shared = (BitSet) shared.clone();
        shared.or(present);
        other.shared = (BitSet) present.clone();
        other.dirtyShards.or(present);
        dirty = true;
        return other;
    }

    /// What a range of the source holds, to be put into another place, which may be the source itself.
    private record Piece(long to, int sharedBlock, int checksum, Bytes data) {}

    void cloneRange(ObjectEdit source, long from, long length, long to) throws IOException {
        checkSize(from, length);
        checkSize(to, length);
        List<Piece> pieces = new ArrayList<>();
        boolean aligned = (from - to) % BLOCK == 0;
        long done = 0;
        while (done < length) {
            long at = from + done;
            int within = (int) (at % BLOCK);
            long count = Math.min(BLOCK - within, length - done);
            long index = at / BLOCK;
            int block = source.block(index);
            if (block != 0 && aligned && count == BLOCK) {
                Shard shard = source.shard((int) (index / Shard.BLOCKS));
                int checksum = shard.checksums[(int) (index % Shard.BLOCKS)];
                workspace.refer(block);
                source.shared = with(source.shared, (int) (index / Shard.BLOCKS), true);
                source.dirty = true;
                pieces.add(new Piece(to + done, block, checksum, Bytes.EMPTY));
            } else if (block != 0) {
                pieces.add(new Piece(to + done, 0, 0, Bytes.wrap(source.content(index), within, (int) count)));
            }
            done += count;
        }
        zero(to, length);
        for (Piece piece : pieces) {
            if (piece.sharedBlock() != 0) {
                long index = piece.to() / BLOCK;
                shared = with(shared, (int) (index / Shard.BLOCKS), true);
                map(index, piece.sharedBlock(), piece.checksum());
            } else {
                long end = piece.to() + piece.data().length();
                for (long at = piece.to(); at < end; ) {
                    int within = (int) (at % BLOCK);
                    int count = (int) Math.min(BLOCK - within, end - at);
                    byte[] content = content(at / BLOCK);
                    piece.data().copyTo((int) (at - piece.to()), content, within, count);
                    writeDeferred(at / BLOCK, Bytes.wrap(content));
                    at += count;
                }
            }
        }
    }

    NavigableMap<String, Bytes> changeAttrs() {
        if (!ownAttrs) {
            attrs = new TreeMap<>(attrs);
            ownAttrs = true;
        }
        dirty = true;
        return attrs;
    }

    /// The shards that have keys in the store as of before the transaction.
    private BitSet storedShards() {
        return base == null || base.inline() ? new BitSet() : base.present;
    }

    /// The object as it now is; its shards' keys go into the batch.
    Onode finish() {
        Shard[] now = new Shard[present.length()];
        for (int n = present.nextSetBit(0); n >= 0; n = present.nextSetBit(n + 1)) {
            now[n] = n == 0 ? shard(n) : shards[n];
        }
        Onode onode = new Onode(id, size, mapped, hasOmap, attrs, present, shared, now);
        BitSet stored = storedShards();
        boolean inline = onode.inline();
        for (int n = stored.nextSetBit(0); n >= 0; n = stored.nextSetBit(n + 1)) {
            if (inline || !present.get(n)) {
                workspace.batch().delete(Keys.shard(id, n));
            }
        }
        if (!inline) {
            for (int n = present.nextSetBit(0); n >= 0; n = present.nextSetBit(n + 1)) {
                if (dirtyShards.get(n) || !stored.get(n)) {
                    workspace.putShard(id, n, shard(n));
                }
            }
        }
        return onode;
    }
}
