package dev.inkfish.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objectstore.Transaction.Op;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/// What a store must behave like, in the simplest way: each object is one array. Compares itself with a store.
public final class NaiveModel {
    private final TreeMap<CollectionId, TreeMap<GhObject, Obj>> collections = new TreeMap<>();

    private static final class Obj {
        byte[] data = {};
        Bytes header = Bytes.EMPTY;
        final TreeMap<String, Bytes> attrs = new TreeMap<>();
        final TreeMap<Bytes, Bytes> omap = new TreeMap<>();

        void put(long offset, byte[] bytes) {
            int end = Math.toIntExact(offset + bytes.length);
            data = end > data.length ? Arrays.copyOf(data, end) : data;
            System.arraycopy(bytes, 0, data, (int) offset, bytes.length);
        }

        byte[] get(long offset, long length) {
            byte[] result = new byte[(int) length];
            if (offset < data.length) {
                int count = (int) Math.min(length, data.length - offset);
                System.arraycopy(data, (int) offset, result, 0, count);
            }
            return result;
        }

        Obj copy() {
            Obj copy = new Obj();
            copy.data = data.clone();
            copy.header = header;
            copy.attrs.putAll(attrs);
            copy.omap.putAll(omap);
            return copy;
        }
    }

    public NaiveModel copy() {
        NaiveModel copy = new NaiveModel();
        collections.forEach((c, objects) -> {
            TreeMap<GhObject, Obj> target = new TreeMap<>();
            objects.forEach((name, o) -> target.put(name, o.copy()));
            copy.collections.put(c, target);
        });
        return copy;
    }

    public boolean collectionExists(CollectionId c) {
        return collections.containsKey(c);
    }

    public boolean exists(CollectionId c, GhObject o) {
        return collectionExists(c) && collections.get(c).containsKey(o);
    }

    public List<GhObject> objects(CollectionId c) {
        return List.copyOf(collections.get(c).keySet());
    }

    public void apply(Transaction t) {
        t.ops().forEach(this::apply);
    }

    private void apply(Op op) {
        switch (op) {
            case Transaction.CreateCollection o -> collections.put(o.collection(), new TreeMap<>());
            case Transaction.RemoveCollection o -> collections.remove(o.collection());
            case Transaction.Touch o -> obj(o, o.object());
            case Transaction.Write o -> obj(o, o.object()).put(o.offset(), o.data().toArray());
            case Transaction.Zero o -> obj(o, o.object()).put(o.offset(), new byte[(int) o.length()]);
            case Transaction.Truncate o -> {
                Obj obj = obj(o, o.object());
                obj.data = Arrays.copyOf(obj.data, (int) o.size());
            }
            case Transaction.Remove o -> collections.get(o.collection()).remove(o.object());
            case Transaction.SetAttrs o -> obj(o, o.object()).attrs.putAll(o.attrs());
            case Transaction.RemoveAttr o -> objOrNew(o, o.object()).attrs.remove(o.name());
            case Transaction.RemoveAttrs o -> objOrNew(o, o.object()).attrs.clear();
            case Transaction.Clone o ->
                collections.get(o.collection()).put(o.target(), collections.get(o.collection()).get(o.source()).copy());
            case Transaction.CloneRange o -> {
                byte[] range = collections.get(o.collection()).get(o.source()).get(o.sourceOffset(), o.length());
                obj(o, o.target()).put(o.targetOffset(), range);
            }
            case Transaction.MoveRename o -> collections.get(o.targetCollection())
                    .put(o.target(), collections.get(o.collection()).remove(o.source()));
            case Transaction.OmapSet o -> obj(o, o.object()).omap.putAll(o.entries());
            case Transaction.OmapRemove o -> objOrNew(o, o.object()).omap.keySet().removeAll(o.keys());
            case Transaction.OmapRemoveRange o -> objOrNew(o, o.object())
                    .omap
                    .keySet()
                    .removeIf(k -> k.compareTo(o.first()) >= 0 && k.compareTo(o.end()) < 0);
            case Transaction.OmapClear o -> {
                objOrNew(o, o.object()).omap.clear();
                objOrNew(o, o.object()).header = Bytes.EMPTY;
            }
            case Transaction.OmapSetHeader o -> obj(o, o.object()).header = o.header();
        }
    }

    private Obj obj(Op op, GhObject name) {
        return collections.get(op.collection()).computeIfAbsent(name, n -> new Obj());
    }

    private Obj objOrNew(Op op, GhObject name) {
        return collections.get(op.collection()).getOrDefault(name, new Obj());
    }

    /// Fails unless the store holds exactly this.
    public void assertSame(ObjectStore store) {
        assertThat(store.listCollections()).containsExactlyElementsOf(collections.keySet());
        collections.forEach((c, objects) -> {
            assertThat(store.list(c, GhObject.MIN, GhObject.MAX, 1000)).containsExactlyElementsOf(objects.keySet());
            objects.forEach((name, o) -> assertSame(store, c, name, o));
        });
    }

    /// Whether the store holds exactly this collection (or neither has it).
    public boolean sameCollection(ObjectStore store, CollectionId c) {
        try {
            assertThat(store.collectionExists(c)).isEqualTo(collectionExists(c));
            if (collectionExists(c)) {
                assertThat(store.list(c, GhObject.MIN, GhObject.MAX, 1000)).containsExactlyElementsOf(objects(c));
                collections.get(c).forEach((name, o) -> assertSame(store, c, name, o));
            }
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private static void assertSame(ObjectStore store, CollectionId c, GhObject name, Obj o) {
        String at = name + " in " + c;
        assertThat(store.size(c, name)).as(at).isEqualTo(o.data.length);
        byte[] data = store.read(c, name, 0, Long.MAX_VALUE).toArray();
        assertThat(Arrays.mismatch(data, o.data)).as("first difference in " + at).isEqualTo(-1);
        assertThat(store.attrs(c, name)).as(at).isEqualTo(o.attrs);
        assertThat(store.omapHeader(c, name)).as(at).isEqualTo(o.header);
        TreeMap<Bytes, Bytes> omap = new TreeMap<>();
        store.omapScan(c, name, Bytes.EMPTY, (k, v) -> omap.put(k, v) == null);
        assertThat(omap).as(at).isEqualTo(o.omap);
        assertExtents(store, c, name, o);
    }

    /// Extents are ascending, apart, within the object, and cover every byte that is not zero.
    private static void assertExtents(ObjectStore store, CollectionId c, GhObject name, Obj o) {
        byte[] uncovered = o.data.clone();
        long last = -1;
        for (ObjectStore.Extent e : store.extents(c, name, 0, Long.MAX_VALUE)) {
            assertThat(e.offset()).as("extents of " + name).isGreaterThan(last);
            assertThat(e.length()).isPositive();
            assertThat(e.end()).isLessThanOrEqualTo(o.data.length);
            Arrays.fill(uncovered, (int) e.offset(), (int) e.end(), (byte) 0);
            last = e.end();
        }
        assertThat(Bytes.wrap(uncovered).isZero()).as("extents of " + name + " cover its data").isTrue();
    }
}
