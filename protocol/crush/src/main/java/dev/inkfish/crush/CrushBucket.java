package dev.inkfish.crush;

import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Arrays;

/// An inner node of the hierarchy (`crush_bucket`); immutable. Weights are 16.16 fixed point.
public final class CrushBucket {
    /// How a bucket picks one of its items; the ordinals are those of the wire, 0 is unused.
    public enum Algorithm {
        NONE("unknown"),
        UNIFORM("uniform"),
        LIST("list"),
        TREE("tree"),
        STRAW("straw"),
        STRAW2("straw2");

        private final String text;

        Algorithm(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    private final int id;
    private final int type;
    private final Algorithm algorithm;
    private final int hash;
    private final int weight;
    final int[] items;
    /// One weight per item; one for all in a uniform bucket; none in a tree bucket.
    final int[] weights;
    /// What the algorithm keeps beside the weights: running sums (list), node weights (tree), straw lengths (straw).
    final int[] derived;

    CrushBucket(
            int id, int type, Algorithm algorithm, int hash, int weight, int[] items, int[] weights, int[] derived) {
        this.id = id;
        this.type = type;
        this.algorithm = algorithm;
        this.hash = hash;
        this.weight = weight;
        this.items = items;
        this.weights = weights;
        this.derived = derived;
    }

    /// A straw2 bucket with the default hash; the weights are of the items, 16.16 fixed point.
    public static CrushBucket straw2(int id, int type, int[] items, int[] weights) {
        int total = Arrays.stream(weights).sum();
        return new CrushBucket(id, type, Algorithm.STRAW2, 0, total, items.clone(), weights.clone(), new int[0]);
    }

    public int id() {
        return id;
    }

    public int type() {
        return type;
    }

    public Algorithm algorithm() {
        return algorithm;
    }

    public int hash() {
        return hash;
    }

    public int weight() {
        return weight;
    }

    public int size() {
        return items.length;
    }

    public int item(int position) {
        return items[position];
    }

    public int itemWeight(int position) {
        return switch (algorithm) {
            case UNIFORM -> weights[0];
            case TREE -> derived[2 * position + 1];
            case NONE, LIST, STRAW, STRAW2 -> weights[position];
        };
    }

    public int indexOf(int item) {
        for (int i = 0; i < items.length; i++) {
            if (items[i] == item) {
                return i;
            }
        }
        return -1;
    }

    static CrushBucket decode(WireReader in) {
        int id = in.u32();
        int type = in.u16();
        int alg = in.u8();
        if (alg < 1 || alg >= Algorithm.values().length || id >= 0) {
            throw new DecodeException("bucket " + id + " of algorithm " + alg);
        }
        int hash = in.u8();
        int weight = in.u32();
        int[] items = new int[in.count(4)];
        read(in, items);
        Algorithm algorithm = Algorithm.values()[alg];
        int[] weights = new int[algorithm == Algorithm.UNIFORM ? 1 : algorithm == Algorithm.TREE ? 0 : items.length];
        int[] derived = new int[0];
        switch (algorithm) {
            case NONE -> throw new DecodeException("bucket without algorithm");
            case UNIFORM, STRAW2 -> read(in, weights);
            case TREE -> {
                derived = new int[in.u8()];
                read(in, derived);
                if (items.length > 0 && derived.length != treeNodes(items.length)) {
                    throw new DecodeException("tree of " + items.length + " items with " + derived.length + " nodes");
                }
            }
            case LIST, STRAW -> {
                derived = new int[items.length];
                for (int i = 0; i < items.length; i++) {
                    weights[i] = in.u32();
                    derived[i] = in.u32();
                }
            }
        }
        return new CrushBucket(id, type, algorithm, hash, weight, items, weights, derived);
    }

    /// @param straw2Weights what to write in place of a straw2 bucket's own weights
    void encode(WireWriter out, int[] straw2Weights) {
        out.u32(id).u16(type).u8(algorithm.ordinal()).u8(hash).u32(weight).u32(items.length);
        write(out, items);
        switch (algorithm) {
            case NONE -> throw new IllegalStateException("bucket without algorithm");
            case UNIFORM -> write(out, weights);
            case STRAW2 -> write(out, straw2Weights);
            case TREE -> write(out.u8(derived.length), derived);
            case LIST, STRAW -> {
                for (int i = 0; i < items.length; i++) {
                    out.u32(weights[i]).u32(derived[i]);
                }
            }
        }
    }

    /// The size of the node array of a binary tree over `size` leaves.
    static int treeNodes(int size) {
        return size == 0 ? 0 : 2 << 32 - Integer.numberOfLeadingZeros(size - 1);
    }

    private static void read(WireReader in, int[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = in.u32();
        }
    }

    private static void write(WireWriter out, int[] values) {
        for (int value : values) {
            out.u32(value);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CrushBucket that
                && id == that.id
                && type == that.type
                && algorithm == that.algorithm
                && hash == that.hash
                && weight == that.weight
                && Arrays.equals(items, that.items)
                && Arrays.equals(weights, that.weights)
                && Arrays.equals(derived, that.derived);
    }

    @Override
    public int hashCode() {
        return id * 31 + Arrays.hashCode(items);
    }

    @Override
    public String toString() {
        return "bucket " + id + " " + algorithm.text() + Arrays.toString(items);
    }
}
