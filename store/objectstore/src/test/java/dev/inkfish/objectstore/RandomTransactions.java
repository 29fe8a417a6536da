package dev.inkfish.objectstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// Valid transactions from a seed: asks the model what exists, so that none is refused.
public final class RandomTransactions {
    /// What several stores write, as the copies of an object; the end of its first block is zero.
    private static final Bytes COMMON = common();
    private static final String[] ATTRS = {"_", "snapset", "_lock.rbd", "user.ü"};

    private final Random random;
    private final NaiveModel model;
    private final List<CollectionId> collections = new ArrayList<>();
    private final List<GhObject> names = new ArrayList<>();
    private final long maxOffset;

    /// @param maxOffset where writes start at most
    public RandomTransactions(long seed, NaiveModel model, long maxOffset) {
        this.random = new Random(seed);
        this.model = model;
        this.maxOffset = maxOffset;
        collections.add(CollectionId.META);
        for (int i = 0; i < 3; i++) {
            collections.add(CollectionId.of(new SpgId(new PgId(i == 2 ? 9 : 1, i), i == 2 ? 1 : SpgId.NO_SHARD)));
        }
        for (int i = 0; i < 10; i++) {
            names.add(name(random));
        }
    }

    /// A name of any kind: namespaces, keys, clones, shards, characters outside ASCII and invalid ones.
    public static GhObject name(Random random) {
        String[] oids = {"a", "a/b", "rbd_data.1", "ä", "\uD83D\uDE00", "\uDC80x", "\uFFFDx", "a\u0000b", "a\u0000", ""};
        String oid = oids[random.nextInt(oids.length)] + (random.nextBoolean() ? "" : random.nextInt(20));
        String key = random.nextInt(4) == 0 ? oids[random.nextInt(oids.length)] : "";
        String nspace = random.nextInt(3) == 0 ? "ns" + random.nextInt(2) : "";
        long snap = random.nextBoolean() ? HObject.HEAD : random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(5);
        long pool = random.nextInt(4) == 0 ? -2 - random.nextInt(3) : random.nextInt(3);
        int hash = random.nextBoolean() ? random.nextInt() : random.nextInt(3);
        HObject h = new HObject(oid, key.equals(oid) ? "" : key, snap, hash, false, nspace, pool);
        boolean erasure = random.nextInt(4) == 0;
        return new GhObject(h, erasure ? random.nextInt(3) : GhObject.NO_GEN, erasure ? random.nextInt(3) : SpgId.NO_SHARD);
    }

    private static Bytes common() {
        byte[] content = new byte[16 << 10];
        new Random(7).nextBytes(content);
        Arrays.fill(content, 4000, 4096, (byte) 0);
        return Bytes.wrap(content);
    }

    public List<CollectionId> collections() {
        return collections;
    }

    public List<GhObject> names() {
        return names;
    }

    /// The next transaction. The model is taken to have all the earlier ones.
    public Transaction next() {
        Transaction t = new Transaction();
        CollectionId c = collections.get(random.nextInt(collections.size()));
        if (!model.collectionExists(c)) {
            return t.createCollection(c).touch(c, anyName());
        }
        if (random.nextInt(20) == 0 && model.objects(c).size() < 7) {
            model.objects(c).forEach(o -> t.remove(c, o));
            return t.removeCollection(c);
        }
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            add(t, c);
        }
        return t;
    }

    private void add(Transaction t, CollectionId c) {
        GhObject o = anyName();
        // existence is known for certain only at the start of the transaction
        boolean there = t.isEmpty() && model.exists(c, o);
        switch (random.nextInt(19)) {
            case 0, 1, 2, 3, 4 -> t.write(c, o, anyOffset(), anyData());
            case 5 -> t.zero(c, o, anyOffset(), random.nextInt(40_000));
            case 6 -> t.truncate(c, o, anyOffset());
            case 7 -> t.touch(c, o).remove(c, o);
            case 8 -> t.remove(c, o);
            case 9 -> attrs(t, c, o);
            case 10 -> t.removeAttr(c, o, ATTRS[random.nextInt(ATTRS.length)]);
            case 11 -> {
                if (there && !anyOther(o).equals(o)) {
                    t.clone(c, o, anyOther(o));
                }
            }
            case 12 -> {
                if (there) {
                    boolean aligned = random.nextBoolean();
                    long from = aligned ? anyOffset() & -4096 : anyOffset();
                    long to = aligned ? anyOffset() & -4096 : anyOffset();
                    t.cloneRange(c, o, random.nextInt(5) == 0 ? o : anyOther(o), from, random.nextInt(60_000), to);
                }
            }
            case 13 -> move(t, c, o, there);
            case 14, 15 -> omap(t, c, o);
            case 16 -> t.omapRemove(c, o, List.of(anyKey(), anyKey()));
            case 17 -> t.omapRemoveRange(c, o, anyKey(), anyKey());
            case 18 -> {
                if (random.nextBoolean()) {
                    t.omapSetHeader(c, o, bytes(random.nextInt(30)));
                } else {
                    t.omapClear(c, o).removeAttrs(c, o);
                }
            }
            default -> throw new AssertionError();
        }
    }

    private void move(Transaction t, CollectionId c, GhObject o, boolean there) {
        CollectionId to = collections.get(random.nextInt(collections.size()));
        GhObject other = anyOther(o);
        if (there && model.collectionExists(to) && !model.exists(to, other)) {
            t.moveRename(c, o, to, other);
        }
    }

    private void attrs(Transaction t, CollectionId c, GhObject o) {
        TreeMap<String, Bytes> attrs = new TreeMap<>();
        attrs.put(ATTRS[random.nextInt(ATTRS.length)], bytes(random.nextInt(300)));
        attrs.put(ATTRS[random.nextInt(ATTRS.length)], bytes(random.nextInt(10)));
        t.setAttrs(c, o, attrs);
    }

    private void omap(Transaction t, CollectionId c, GhObject o) {
        TreeMap<Bytes, Bytes> entries = new TreeMap<>();
        for (int n = random.nextInt(6); n > 0; n--) {
            entries.put(anyKey(), bytes(random.nextInt(200)));
        }
        t.omapSet(c, o, entries);
    }

    private GhObject anyName() {
        return names.get(random.nextInt(names.size()));
    }

    private GhObject anyOther(GhObject o) {
        int at = names.indexOf(o);
        return names.get((at + 1) % names.size());
    }

    private long anyOffset() {
        long offset = random.nextLong(maxOffset);
        return random.nextInt(3) == 0 ? offset & -4096 : offset;
    }

    private Bytes anyData() {
        if (random.nextInt(4) == 0) {
            return COMMON.slice(0, 4096 << random.nextInt(3));
        }
        int[] sizes = {1, 100, 4096, 4096, 5000, 20_000, 65_536, 200_000};
        return bytes(sizes[random.nextInt(sizes.length)]);
    }

    private Bytes anyKey() {
        byte[] key = new byte[random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(3) * 127);
        }
        return Bytes.wrap(key);
    }

    private Bytes bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}
