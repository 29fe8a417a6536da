package dev.inkfish.blockstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Arrays;
import java.util.BitSet;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the store knows about an object (`bluestore_onode_t`). A change makes a new one, so readers and the
/// cache may keep it.
///
/// The extent map is cut into [Shard]s of 256 KiB. An object that has blocks in the first one only carries it
/// in its own value; the shards of others have keys of their own and are read when needed: the array's
/// elements are null until then.
final class Onode {
    private static final int VERSION = 1;
    private static final int HAS_OMAP = 1;
    private static final int INLINE = 2;

    /// Names shards and omap in the key-value store; never used again.
    final long id;
    final long size;
    /// Blocks that are not holes.
    final long mapped;
    final boolean hasOmap;
    final NavigableMap<String, Bytes> attrs;
    /// Shards that have blocks.
    final BitSet present;
    /// Shards some of whose blocks may be another object's as well: [RefCounts] knows.
    final BitSet shared;
    private final @Nullable Shard[] shards;

    Onode(
            long id,
            long size,
            long mapped,
            boolean hasOmap,
            NavigableMap<String, Bytes> attrs,
            BitSet present,
            BitSet shared,
            @Nullable Shard[] shards) {
        this.id = id;
        this.size = size;
        this.mapped = mapped;
        this.hasOmap = hasOmap;
        this.attrs = attrs;
        this.present = present;
        this.shared = shared;
        this.shards = shards;
    }

    static Onode empty(long id) {
        return new Onode(id, 0, 0, false, new TreeMap<>(), new BitSet(), new BitSet(), new Shard[0]);
    }

    /// Whether its only shard travels with it.
    boolean inline() {
        return present.length() <= 1;
    }

    /// Data, holes not counted, by whole blocks.
    long stored() {
        return Math.min(size, mapped * Shard.BLOCK);
    }

    int shardCount() {
        return present.length();
    }

    /// A shard; read from the store at first use. Concurrent readers may both read it, which does no harm.
    Shard shard(int index, PendingKeys keys) {
        if (!present.get(index)) {
            return Shard.EMPTY;
        }
        Shard known = shards[index];
        if (known == null) {
            Bytes value = keys.get(Keys.shard(id, index));
            if (value == null) {
                throw new DecodeException("object " + id + " lacks part " + index + " of its extent map");
            }
            known = Shard.decode(value.reader());
            shards[index] = known;
        }
        return known;
    }

    /// The shard in its own value, as just decoded.
    @Nullable Shard inlineShard() {
        return inline() && shards.length > 0 ? shards[0] : null;
    }

    @Nullable Shard[] copyShards(int length) {
        return Arrays.copyOf(shards, Math.max(length, shards.length));
    }

    /// What it takes in the cache, once all shards are there.
    long memory() {
        long bytes = 200 + (long) present.cardinality() * Shard.MEMORY;
        for (var attr : attrs.entrySet()) {
            bytes += 100 + attr.getKey().length() + attr.getValue().length();
        }
        return bytes;
    }

    /// About what it takes encoded.
    private int encodedSize() {
        int bytes = 48 + present.length() / 8 + shared.length() / 8 + (inline() ? Shard.MEMORY : 0);
        for (var attr : attrs.entrySet()) {
            bytes += 8 + attr.getKey().length() + attr.getValue().length();
        }
        return bytes;
    }

    Bytes encode() {
        WireWriter out = new WireWriter(encodedSize());
        boolean inline = inline() && present.get(0);
        out.u8(VERSION).u8((hasOmap ? HAS_OMAP : 0) | (inline ? INLINE : 0));
        Numbers.write(out, id);
        Numbers.write(out, size);
        Numbers.write(out, mapped);
        Numbers.write(out, attrs.size());
        attrs.forEach((name, value) -> out.string(name).bytes(value));
        bits(out, present);
        bits(out, shared);
        if (inline) {
            Shard first = shards[0];
            if (first == null) {
                throw new IllegalStateException("shard of " + id + " is not loaded");
            }
            first.encode(out);
        }
        return out.toBytes();
    }

    static Onode decode(Bytes value) {
        WireReader in = value.reader();
        int version = in.u8();
        if (version != VERSION) {
            throw new DecodeException("object metadata of version " + version);
        }
        int flags = in.u8();
        long id = Numbers.read(in);
        long size = Numbers.read(in);
        long mapped = Numbers.read(in);
        NavigableMap<String, Bytes> attrs = new TreeMap<>();
        for (int n = Numbers.readInt(in); n > 0; n--) {
            attrs.put(in.string(), in.bytes());
        }
        BitSet present = bits(in);
        BitSet shared = bits(in);
        Shard[] shards = new Shard[present.length()];
        if ((flags & INLINE) != 0) {
            shards[0] = Shard.decode(in);
        }
        in.end();
        return new Onode(id, size, mapped, (flags & HAS_OMAP) != 0, attrs, present, shared, shards);
    }

    /// Looks at an encoded one without making it: what a store that opens does for each object.
    ///
    /// @return the bytes that count as stored, as [#stored]
    static long visit(WireReader in, Summary summary) {
        int version = in.u8();
        if (version != VERSION) {
            throw new DecodeException("object metadata of version " + version);
        }
        int flags = in.u8();
        summary.id = Numbers.read(in);
        long size = Numbers.read(in);
        long mapped = Numbers.read(in);
        for (int n = Numbers.readInt(in); n > 0; n--) {
            in.skip(in.u32());
            in.skip(in.u32());
        }
        int present = Numbers.readInt(in);
        in.skip(present);
        in.skip(Numbers.readInt(in));
        summary.inline = (flags & INLINE) != 0;
        summary.hasShards = present > 0 && !summary.inline;
        return Math.min(size, mapped * Shard.BLOCK);
    }

    /// What [#visit] found. If the only shard is inline, it comes next.
    static final class Summary {
        long id;
        boolean inline;
        boolean hasShards;
    }

    private static void bits(WireWriter out, BitSet bits) {
        byte[] bytes = bits.toByteArray();
        Numbers.write(out, bytes.length);
        out.raw(bytes);
    }

    private static BitSet bits(WireReader in) {
        return BitSet.valueOf(in.raw(Numbers.readInt(in)).toArray());
    }
}
