package dev.inkfish.crush;

import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Arrays;

/// Other weights, and other ids to hash, for the items of one straw2 bucket (`crush_choose_arg`); immutable.
public final class ChooseArg {
    /// A row per output position; the last row serves all later positions. Empty: the bucket's own weights.
    final int[][] weightSet;
    /// Empty: the items themselves are hashed.
    final int[] ids;

    ChooseArg(int[][] weightSet, int[] ids) {
        this.weightSet = weightSet;
        this.ids = ids;
    }

    public int positions() {
        return weightSet.length;
    }

    public int weight(int position, int item) {
        return weightSet[position][item];
    }

    public int weights(int position) {
        return weightSet[position].length;
    }

    public int ids() {
        return ids.length;
    }

    public int id(int item) {
        return ids[item];
    }

    static ChooseArg decode(WireReader in) {
        int[][] sets = new int[in.count(4)][];
        for (int p = 0; p < sets.length; p++) {
            sets[p] = words(in);
        }
        return new ChooseArg(sets, words(in));
    }

    void encode(WireWriter out) {
        out.u32(weightSet.length);
        for (int[] row : weightSet) {
            put(out, row);
        }
        put(out, ids);
    }

    /// The same with every row as long as the bucket.
    ChooseArg fit(int size) {
        int[][] sets = new int[weightSet.length][];
        for (int p = 0; p < sets.length; p++) {
            sets[p] = weightSet[p].length == size ? weightSet[p] : Arrays.copyOf(weightSet[p], size);
        }
        return new ChooseArg(sets, ids);
    }

    private static int[] words(WireReader in) {
        int[] words = new int[in.count(4)];
        for (int i = 0; i < words.length; i++) {
            words[i] = in.u32();
        }
        return words;
    }

    private static void put(WireWriter out, int[] words) {
        out.u32(words.length);
        for (int word : words) {
            out.u32(word);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChooseArg that
                && Arrays.deepEquals(weightSet, that.weightSet)
                && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(weightSet);
    }
}
