package dev.inkfish.objectstore;

import dev.inkfish.objectstore.Transaction.Op;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A transaction as bytes: version, the collections and the objects it names (each once), then the
/// operations, which refer to both by index. Numbers that are usually small are LEB128.
final class TransactionCodec {
    private static final int VERSION = 1;

    private static final int CREATE_COLLECTION = 1;
    private static final int REMOVE_COLLECTION = 2;
    private static final int TOUCH = 3;
    private static final int WRITE = 4;
    private static final int ZERO = 5;
    private static final int TRUNCATE = 6;
    private static final int REMOVE = 7;
    private static final int SET_ATTRS = 8;
    private static final int REMOVE_ATTR = 9;
    private static final int REMOVE_ATTRS = 10;
    private static final int CLONE = 11;
    private static final int CLONE_RANGE = 12;
    private static final int MOVE_RENAME = 13;
    private static final int OMAP_SET = 14;
    private static final int OMAP_REMOVE = 15;
    private static final int OMAP_REMOVE_RANGE = 16;
    private static final int OMAP_CLEAR = 17;
    private static final int OMAP_SET_HEADER = 18;

    private TransactionCodec() {}

    static void encode(Transaction transaction, WireWriter out) {
        Encoder encoder = new Encoder();
        transaction.ops().forEach(encoder::op);
        out.u8(VERSION);
        number(out, encoder.collections.size());
        encoder.collections.keySet().forEach(c -> collection(out, c));
        number(out, encoder.objects.size());
        encoder.objects.keySet().forEach(o -> object(out, o));
        number(out, transaction.ops().size());
        out.raw(encoder.body.toBytes());
    }

    static Transaction decode(WireReader in) {
        int version = in.u8();
        if (version != VERSION) {
            throw new DecodeException("transaction of version " + version);
        }
        List<CollectionId> collections = new ArrayList<>();
        for (int n = count(in); n > 0; n--) {
            collections.add(collection(in));
        }
        List<GhObject> objects = new ArrayList<>();
        for (int n = count(in); n > 0; n--) {
            objects.add(object(in));
        }
        Decoder decoder = new Decoder(in, collections, objects);
        Transaction result = new Transaction();
        for (int n = count(in); n > 0; n--) {
            result.add(decoder.op());
        }
        return result;
    }

    private static final class Encoder {
        final WireWriter body = new WireWriter(1024);
        final Map<CollectionId, Integer> collections = new LinkedHashMap<>();
        final Map<GhObject, Integer> objects = new LinkedHashMap<>();

        void op(Op op) {
            switch (op) {
                case Transaction.CreateCollection o -> head(CREATE_COLLECTION, o.collection());
                case Transaction.RemoveCollection o -> head(REMOVE_COLLECTION, o.collection());
                case Transaction.Touch o -> head(TOUCH, o.collection(), o.object());
                case Transaction.Write o -> {
                    head(WRITE, o.collection(), o.object());
                    number(body, o.offset());
                    bytes(body, o.data());
                }
                case Transaction.Zero o -> {
                    head(ZERO, o.collection(), o.object());
                    number(body, o.offset());
                    number(body, o.length());
                }
                case Transaction.Truncate o -> {
                    head(TRUNCATE, o.collection(), o.object());
                    number(body, o.size());
                }
                case Transaction.Remove o -> head(REMOVE, o.collection(), o.object());
                case Transaction.Clone o -> {
                    head(CLONE, o.collection(), o.source());
                    object(o.target());
                }
                case Transaction.CloneRange o -> {
                    head(CLONE_RANGE, o.collection(), o.source());
                    object(o.target());
                    number(body, o.sourceOffset());
                    number(body, o.length());
                    number(body, o.targetOffset());
                }
                case Transaction.MoveRename o -> {
                    head(MOVE_RENAME, o.collection(), o.source());
                    collection(o.targetCollection());
                    object(o.target());
                }
                case Transaction.SetAttrs o -> {
                    head(SET_ATTRS, o.collection(), o.object());
                    number(body, o.attrs().size());
                    o.attrs().forEach((name, value) -> {
                        body.string(name);
                        bytes(body, value);
                    });
                }
                case Transaction.RemoveAttr o -> {
                    head(REMOVE_ATTR, o.collection(), o.object());
                    body.string(o.name());
                }
                case Transaction.RemoveAttrs o -> head(REMOVE_ATTRS, o.collection(), o.object());
                default -> omapOp(op);
            }
        }

        private void omapOp(Op op) {
            switch (op) {
                case Transaction.OmapSet o -> {
                    head(OMAP_SET, o.collection(), o.object());
                    number(body, o.entries().size());
                    o.entries().forEach((key, value) -> {
                        bytes(body, key);
                        bytes(body, value);
                    });
                }
                case Transaction.OmapRemove o -> {
                    head(OMAP_REMOVE, o.collection(), o.object());
                    number(body, o.keys().size());
                    o.keys().forEach(key -> bytes(body, key));
                }
                case Transaction.OmapRemoveRange o -> {
                    head(OMAP_REMOVE_RANGE, o.collection(), o.object());
                    bytes(body, o.first());
                    bytes(body, o.end());
                }
                case Transaction.OmapClear o -> head(OMAP_CLEAR, o.collection(), o.object());
                case Transaction.OmapSetHeader o -> {
                    head(OMAP_SET_HEADER, o.collection(), o.object());
                    bytes(body, o.header());
                }
                default -> throw new IllegalStateException("no encoding for " + op);
            }
        }

        private void head(int type, CollectionId c) {
            body.u8(type);
            collection(c);
        }

        private void head(int type, CollectionId c, GhObject o) {
            head(type, c);
            object(o);
        }

        private void collection(CollectionId c) {
            number(body, index(collections, c));
        }

        private void object(GhObject o) {
            number(body, index(objects, o));
        }

        private static <T> int index(Map<T, Integer> table, T thing) {
            Integer known = table.putIfAbsent(thing, table.size());
            return known != null ? known : table.size() - 1;
        }
    }

    private record Decoder(WireReader in, List<CollectionId> collections, List<GhObject> objects) {
        Op op() {
            int type = in.u8();
            CollectionId c = at(collections);
            return switch (type) {
                case CREATE_COLLECTION -> new Transaction.CreateCollection(c);
                case REMOVE_COLLECTION -> new Transaction.RemoveCollection(c);
                case TOUCH -> new Transaction.Touch(c, at(objects));
                case WRITE -> new Transaction.Write(c, at(objects), size(in), bytes(in));
                case ZERO -> new Transaction.Zero(c, at(objects), size(in), size(in));
                case TRUNCATE -> new Transaction.Truncate(c, at(objects), size(in));
                case REMOVE -> new Transaction.Remove(c, at(objects));
                case SET_ATTRS -> new Transaction.SetAttrs(c, at(objects), attrs());
                case REMOVE_ATTR -> new Transaction.RemoveAttr(c, at(objects), in.string());
                case REMOVE_ATTRS -> new Transaction.RemoveAttrs(c, at(objects));
                case CLONE -> new Transaction.Clone(c, at(objects), at(objects));
                case CLONE_RANGE ->
                    new Transaction.CloneRange(c, at(objects), at(objects), size(in), size(in), size(in));
                case MOVE_RENAME -> new Transaction.MoveRename(c, at(objects), at(collections), at(objects));
                case OMAP_SET -> new Transaction.OmapSet(c, at(objects), entries());
                case OMAP_REMOVE -> new Transaction.OmapRemove(c, at(objects), keys());
                case OMAP_REMOVE_RANGE -> new Transaction.OmapRemoveRange(c, at(objects), bytes(in), bytes(in));
                case OMAP_CLEAR -> new Transaction.OmapClear(c, at(objects));
                case OMAP_SET_HEADER -> new Transaction.OmapSetHeader(c, at(objects), bytes(in));
                default -> throw new DecodeException("operation of type " + type);
            };
        }

        private <T> T at(List<T> table) {
            long index = number(in);
            if (index < 0 || index >= table.size()) {
                throw new DecodeException("index " + index + " into a table of " + table.size());
            }
            return table.get((int) index);
        }

        private NavigableMap<String, Bytes> attrs() {
            NavigableMap<String, Bytes> attrs = new TreeMap<>();
            for (int n = count(in); n > 0; n--) {
                attrs.put(in.string(), bytes(in));
            }
            return attrs;
        }

        private NavigableMap<Bytes, Bytes> entries() {
            NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
            for (int n = count(in); n > 0; n--) {
                entries.put(bytes(in), bytes(in));
            }
            return entries;
        }

        private List<Bytes> keys() {
            List<Bytes> keys = new ArrayList<>();
            for (int n = count(in); n > 0; n--) {
                keys.add(bytes(in));
            }
            return keys;
        }
    }

    private static void collection(WireWriter out, CollectionId c) {
        SpgId pgid = c.pgid();
        out.bool(pgid != null);
        if (pgid != null) {
            out.u64(pgid.pgid().pool()).u32(pgid.pgid().seed()).u8(pgid.shard());
        }
    }

    private static CollectionId collection(WireReader in) {
        return in.bool()
                ? CollectionId.of(new SpgId(new PgId(in.u64(), in.u32()), (byte) in.u8()))
                : CollectionId.META;
    }

    private static void object(WireWriter out, GhObject o) {
        HObject h = o.hobject();
        boolean versioned = o.generation() != GhObject.NO_GEN;
        out.u8((h.max() ? 1 : 0) | (h.isHead() ? 2 : 0) | (versioned ? 4 : 0)).u8(o.shard());
        out.u64(h.pool()).u32(h.hash()).string(h.nspace()).string(h.key()).string(h.oid());
        if (!h.isHead()) {
            out.u64(h.snap());
        }
        if (versioned) {
            out.u64(o.generation());
        }
    }

    private static GhObject object(WireReader in) {
        int flags = in.u8();
        int shard = (byte) in.u8();
        long pool = in.u64();
        int hash = in.u32();
        String nspace = in.string();
        String key = in.string();
        String oid = in.string();
        long snap = (flags & 2) != 0 ? HObject.HEAD : in.u64();
        long generation = (flags & 4) != 0 ? in.u64() : GhObject.NO_GEN;
        return new GhObject(new HObject(oid, key, snap, hash, (flags & 1) != 0, nspace, pool), generation, shard);
    }

    private static void bytes(WireWriter out, Bytes bytes) {
        number(out, bytes.length());
        out.raw(bytes);
    }

    private static Bytes bytes(WireReader in) {
        return in.raw(count(in));
    }

    private static void number(WireWriter out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.u8((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.u8((int) rest);
    }

    private static long number(WireReader in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = in.u8();
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new DecodeException("a number longer than 64 bits");
    }

    /// An offset or a length.
    private static long size(WireReader in) {
        long value = number(in);
        if (value < 0) {
            throw new DecodeException("size " + Long.toUnsignedString(value));
        }
        return value;
    }

    /// Of things that take at least a byte each.
    private static int count(WireReader in) {
        long value = number(in);
        if (value < 0 || value > in.remaining()) {
            throw new DecodeException("count " + Long.toUnsignedString(value) + " with " + in.remaining() + " bytes left");
        }
        return (int) value;
    }
}
