package dev.inkfish.blockstore;

import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// The keys of the key-value store; numbers in them are big-endian, so that they sort.
///
/// An object's key sorts as [GhObject#compareTo] does. Its strings are UTF-8, except that each surrogate is
/// `f0` and its two bytes, as [HObject#compareUtf8] puts every surrogate above all other characters; a zero
/// byte is `00 ff`, the end is `00 00`.
final class Keys {
    /// Generation and journal position: one entry.
    static final Bytes STATE = Bytes.utf8("S");
    private static final int COLLECTION = 'C';
    private static final int OBJECT = 'O';
    private static final int SHARD = 'X';
    private static final int REFS = 'R';
    private static final int OMAP = 'M';
    private static final int OMAP_HEADER = 0;
    private static final int OMAP_ENTRY = 1;
    private static final int OMAP_PREFIX = 10;

    private Keys() {}

    /// All keys whose first byte is the type's.
    record Span(Bytes from, Bytes end) {
        private static Span of(int type) {
            return new Span(Bytes.wrap(new byte[] {(byte) type}), Bytes.wrap(new byte[] {(byte) (type + 1)}));
        }
    }

    static final Span COLLECTIONS = Span.of(COLLECTION);
    static final Span OBJECTS = Span.of(OBJECT);
    static final Span SHARDS = Span.of(SHARD);
    static final Span ALL_REFS = Span.of(REFS);
    static final Span OMAPS = Span.of(OMAP);

    static Bytes collection(int number) {
        return start(COLLECTION, 5).u32(Integer.reverseBytes(number)).toBytes();
    }

    static int collectionOf(Bytes key) {
        WireReader in = key.reader();
        in.skip(1);
        return Integer.reverseBytes(in.u32());
    }

    static Bytes encode(CollectionId id) {
        WireWriter out = new WireWriter(16);
        SpgId pgid = id.pgid();
        out.bool(pgid != null);
        if (pgid != null) {
            out.u64(pgid.pgid().pool()).u32(pgid.pgid().seed()).u8(pgid.shard());
        }
        return out.toBytes();
    }

    static CollectionId decodeCollection(Bytes value) {
        WireReader in = value.reader();
        return in.bool()
                ? CollectionId.of(new SpgId(new PgId(in.u64(), in.u32()), (byte) in.u8()))
                : CollectionId.META;
    }

    static Bytes object(int collection, GhObject o) {
        HObject h = o.hobject();
        int texts = h.nspace().length() + h.effectiveKey().length() + h.oid().length() + 6;
        WireWriter out = start(OBJECT, 35 + texts).u32(Integer.reverseBytes(collection));
        out.bool(o.isMax()).u8(o.shard() ^ 0x80);
        out.u64(Long.reverseBytes(h.pool() ^ Long.MIN_VALUE)).u32(Integer.reverseBytes(h.bitwiseKey()));
        text(out, h.nspace());
        text(out, h.effectiveKey());
        text(out, h.oid());
        return out.u64(Long.reverseBytes(h.snap())).u64(Long.reverseBytes(o.generation())).toBytes();
    }

    static GhObject objectOf(Bytes key) {
        WireReader in = key.reader();
        in.skip(5);
        boolean max = in.bool();
        int shard = (byte) (in.u8() ^ 0x80);
        long pool = Long.reverseBytes(in.u64()) ^ Long.MIN_VALUE;
        int hash = Integer.reverse(Integer.reverseBytes(in.u32()));
        String nspace = text(in);
        String effectiveKey = text(in);
        String oid = text(in);
        long snap = Long.reverseBytes(in.u64());
        long generation = Long.reverseBytes(in.u64());
        String locator = effectiveKey.equals(oid) ? "" : effectiveKey;
        return new GhObject(new HObject(oid, locator, snap, hash, max, nspace, pool), generation, shard);
    }

    static Bytes shard(long onode, int index) {
        return start(SHARD, 13).u64(Long.reverseBytes(onode)).u32(Integer.reverseBytes(index)).toBytes();
    }

    static long onodeOf(Bytes key) {
        WireReader in = key.reader();
        in.skip(1);
        return Long.reverseBytes(in.u64());
    }

    static int shardOf(Bytes key) {
        return Integer.reverseBytes(key.slice(9).reader().u32());
    }

    static Bytes refs(int page) {
        return start(REFS, 5).u32(Integer.reverseBytes(page)).toBytes();
    }

    static int refsOf(Bytes key) {
        return collectionOf(key);
    }

    static Bytes omapHeader(long onode) {
        return start(OMAP, OMAP_PREFIX).u64(Long.reverseBytes(onode)).u8(OMAP_HEADER).toBytes();
    }

    static Bytes omap(long onode, Bytes key) {
        return start(OMAP, OMAP_PREFIX + key.length())
                .u64(Long.reverseBytes(onode))
                .u8(OMAP_ENTRY)
                .raw(key)
                .toBytes();
    }

    static Bytes omapKeyOf(Bytes key) {
        return key.slice(OMAP_PREFIX);
    }

    static boolean isOmapHeader(Bytes key) {
        return key.get(OMAP_PREFIX - 1) == OMAP_HEADER;
    }

    static Bytes omapEnd(long onode) {
        return start(OMAP, OMAP_PREFIX).u64(Long.reverseBytes(onode)).u8(OMAP_ENTRY + 1).toBytes();
    }

    private static WireWriter start(int type, int capacity) {
        return new WireWriter(capacity).u8(type);
    }

    private static void text(WireWriter out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                out.u8(0xf0).u8(c >> 8);
                unit(out, c & 0xff);
            } else if (c >= 0x800) {
                out.u8(0xe0 | c >> 12).u8(0x80 | c >> 6 & 0x3f).u8(0x80 | c & 0x3f);
            } else if (c >= 0x80) {
                out.u8(0xc0 | c >> 6).u8(0x80 | c & 0x3f);
            } else {
                unit(out, c);
            }
        }
        out.u16(0);
    }

    private static void unit(WireWriter out, int unit) {
        out.u8(unit);
        if (unit == 0) {
            out.u8(0xff);
        }
    }

    private static String text(WireReader in) {
        StringBuilder text = new StringBuilder();
        while (true) {
            int lead = in.u8();
            if (lead == 0 && in.u8() == 0) {
                return text.toString();
            }
            text.append((char)
                    switch (lead >> 4) {
                        case 0xf -> in.u8() << 8 | unit(in);
                        case 0xe -> (lead & 0xf) << 12 | (in.u8() & 0x3f) << 6 | in.u8() & 0x3f;
                        case 0xc, 0xd -> (lead & 0x1f) << 6 | in.u8() & 0x3f;
                        default -> lead;
                    });
        }
    }

    private static int unit(WireReader in) {
        int unit = in.u8();
        if (unit == 0 && in.u8() != 0xff) {
            throw new DecodeException("a string ends within a character");
        }
        return unit;
    }
}
