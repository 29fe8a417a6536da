package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Checks everything a store has against everything else. The store takes no transactions meanwhile, and all that
/// it took is in its place.
///
/// What can be rebuilt is: reference counts, marks of sharing, leaked blocks, statistics, parts whose object is gone. A
/// block with a bad checksum is only reported: its content must come from another replica. While an entry cannot be read
/// nothing is rebuilt, since what it said is not known.
final class Fsck {
    private final FsckDepth depth;
    private final StoreState state;
    private final KeyValues keyValues;
    private final List<String> problems = new ArrayList<>();
    private final KvBatch repairs = new KvBatch();
    private final Map<Long, Found> onodes = new HashMap<>();
    private final BitSet used = new BitSet();
    /// Blocks with more than one reference.
    private final TreeMap<Integer, Integer> counts = new TreeMap<>();
    private long stored;

    /// An object, and which of its parts were seen.
    private static final class Found {
        final Bytes key;
        final Onode onode;
        final BitSet shards = new BitSet();
        final Map<Integer, List<Integer>> blocksOfShard = new HashMap<>();
        long mapped;

        Found(Bytes key, Onode onode) {
            this.key = key;
            this.onode = onode;
        }

        String name() {
            return Keys.objectOf(key).toString();
        }
    }

    Fsck(BlockStore store, FsckDepth depth) {
        this.depth = depth;
        state = store.state();
        keyValues = store.media().keyValues();
        problems.addAll(store.unreadable());
    }

    FsckReport run(FsckMode asked) throws IOException {
        boolean readable = problems.isEmpty();
        FsckMode mode = readable ? asked : FsckMode.CHECK;
        Set<Integer> collections = new HashSet<>();
        scan(Keys.COLLECTIONS, (key, value) -> collections.add(Keys.collectionOf(key)));
        scan(Keys.OBJECTS, (key, value) -> object(collections, key, value));
        scan(Keys.SHARDS, this::shard);
        scan(Keys.OMAPS, this::omap);
        onodes.values().forEach(this::complete);
        checkCounts();
        onodes.values().forEach(this::checkSharing);
        if (readable) {
            checkAllocator(mode);
            checkStatistics(mode);
        }
        if (mode == FsckMode.REPAIR && repairs.count() > 0) {
            keyValues.write(repairs.whole());
            keyValues.flush();
            state.onodes.clear();
        }
        return new FsckReport(onodes.size(), used.cardinality(), List.copyOf(problems));
    }

    private interface Entry {
        void see(Bytes key, Bytes value) throws IOException;
    }

    private void scan(Keys.Span span, Entry entry) throws IOException {
        try (KeyValues.Cursor cursor = keyValues.scan(span.from(), span.end())) {
            for (; cursor.valid(); cursor.next()) {
                try {
                    entry.see(cursor.key(), cursor.value());
                } catch (DecodeException e) {
                    String problem = "unreadable entry " + cursor.key().toHex() + ": " + e.getMessage();
                    if (!problems.contains(problem)) {
                        problems.add(problem);
                    }
                }
            }
        }
    }

    private void object(Set<Integer> collections, Bytes key, Bytes value) throws IOException {
        Onode onode = Onode.decode(value);
        Found found = new Found(key, onode);
        if (!collections.contains(Keys.collectionOf(key.slice(0, 5)))) {
            problems.add("object " + found.name() + " is in no collection");
            repairs.delete(key);
            return;
        }
        Found other = onodes.putIfAbsent(onode.id, found);
        if (other != null) {
            problems.add("objects " + other.name() + " and " + found.name() + " have the same number " + onode.id);
            return;
        }
        stored += onode.stored();
        Shard inline = onode.inlineShard();
        if (inline != null) {
            blocks(found, 0, inline);
        }
    }

    private void shard(Bytes key, Bytes value) throws IOException {
        Found found = onodes.get(Keys.onodeOf(key));
        int index = Keys.shardOf(key);
        if (found == null || found.onode.inline() || !found.onode.present.get(index)) {
            problems.add("part " + index + " of an extent map without its object " + Keys.onodeOf(key));
            repairs.delete(key);
            return;
        }
        blocks(found, index, Shard.decode(value.reader()));
    }

    private void blocks(Found found, int index, Shard shard) throws IOException {
        found.shards.set(index);
        List<Integer> blocks = new ArrayList<>();
        byte[] content = new byte[Shard.BLOCK];
        for (int i = 0; i < Shard.BLOCKS; i++) {
            int block = shard.blocks[i];
            if (block == 0) {
                continue;
            }
            found.mapped++;
            blocks.add(block);
            if (block >= state.allocator.blocks()) {
                problems.add(found.name() + " refers to block " + block + " behind the device's end");
                continue;
            }
            if (used.get(block)) {
                counts.merge(block, 2, (count, two) -> count + 1);
            }
            used.set(block);
            if (depth == FsckDepth.DATA) {
                String place = " at offset " + ((long) index * Shard.BLOCKS + i) * Shard.BLOCK + ", block " + block;
                checkContent(found, block, shard.checksums[i], content, place);
            }
        }
        found.blocksOfShard.put(index, blocks);
    }

    private void checkContent(Found found, int block, int checksum, byte[] buffer, String place) {
        try {
            state.device.read(block, 1, ByteBuffer.wrap(buffer));
            if (Shard.checksum(buffer, 0) != checksum) {
                problems.add(found.name() + ": bad checksum" + place);
            }
        } catch (IOException e) {
            problems.add(found.name() + ": the disk does not give the content" + place + ": " + e.getMessage());
        }
    }

    private void omap(Bytes key, Bytes value) {
        Found found = onodes.get(Keys.onodeOf(key));
        if (found == null || !found.onode.hasOmap) {
            problems.add("omap entry " + key.toHex() + " without its object " + Keys.onodeOf(key));
            repairs.delete(key);
        }
    }

    private void complete(Found found) {
        if (!found.shards.equals(found.onode.present)) {
            problems.add(found.name() + " lacks parts of its extent map: has " + found.shards + ", should have "
                    + found.onode.present);
        }
        if (found.mapped != found.onode.mapped) {
            problems.add(found.name() + " has " + found.mapped + " blocks, should have " + found.onode.mapped);
        }
    }

    private void checkCounts() throws IOException {
        TreeMap<Integer, int[]> right = new TreeMap<>();
        counts.forEach((block, count) ->
                right.computeIfAbsent(block / RefCounts.PAGE, p -> new int[RefCounts.PAGE])[block % RefCounts.PAGE] = count);
        TreeMap<Integer, int[]> recorded = new TreeMap<>();
        scan(Keys.ALL_REFS, (key, value) -> {
            int[] none = new int[RefCounts.PAGE];
            Arrays.fill(none, -1); // to be written anew if it cannot be read
            recorded.put(Keys.refsOf(key), none);
            recorded.put(Keys.refsOf(key), RefCounts.decode(value));
        });
        Set<Integer> pages = new HashSet<>(right.keySet());
        pages.addAll(recorded.keySet());
        for (int page : pages) {
            int[] should = right.getOrDefault(page, new int[RefCounts.PAGE]);
            int[] is = recorded.getOrDefault(page, new int[RefCounts.PAGE]);
            boolean differs = false;
            for (int i = 0; i < RefCounts.PAGE; i++) {
                if (should[i] != is[i]) {
                    differs = true;
                    if (is[i] >= 0) {
                        problems.add("block " + (page * RefCounts.PAGE + i) + " has " + Math.max(1, should[i])
                                + " references, recorded are " + Math.max(1, is[i]));
                    }
                }
            }
            if (differs) {
                RefCounts.put(page, should, repairs);
            }
        }
    }

    /// A shared block in a shard that does not say so would be overwritten in place.
    private void checkSharing(Found found) {
        BitSet missing = new BitSet();
        found.blocksOfShard.forEach((index, blocks) -> {
            if (!found.onode.shared.get(index) && blocks.stream().anyMatch(counts::containsKey)) {
                missing.set(index);
            }
        });
        if (!missing.isEmpty()) {
            problems.add(found.name() + " does not know that it shares blocks in parts " + missing);
            Onode o = found.onode;
            BitSet shared = (BitSet) o.shared.clone();
            shared.or(missing);
            Onode mended = new Onode(
                    o.id, o.size, o.mapped, o.hasOmap, o.attrs, o.present, shared, o.copyShards(0));
            repairs.put(found.key, mended.encode());
        }
    }

    private void checkAllocator(FsckMode mode) {
        for (int block = 1; block < state.allocator.blocks(); block++) {
            boolean marked = state.allocator.isUsed(block);
            if (marked == used.get(block)) {
                continue;
            }
            problems.add("block " + block + (marked ? " is leaked" : " is in use but may be allocated again"));
            if (mode == FsckMode.REPAIR) {
                if (marked) {
                    state.allocator.release(block);
                } else {
                    state.allocator.mark(block);
                }
            }
        }
    }

    private void checkStatistics(FsckMode mode) {
        if (stored != state.stored.get() || used.cardinality() != state.allocated.get()) {
            problems.add("statistics: " + state.stored.get() + " bytes in " + state.allocated.get() + " blocks recorded, "
                    + stored + " in " + used.cardinality() + " found");
            if (mode == FsckMode.REPAIR) {
                state.stored.set(stored);
                state.allocated.set(used.cardinality());
            }
        }
    }
}
