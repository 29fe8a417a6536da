package dev.inkfish.crush;

import java.util.ArrayList;
import java.util.List;

/// The weights by which one bucket's items are chosen for one pool, a row per output position, while they are edited.
final class WeightSet {
    private final List<List<Integer>> rows = new ArrayList<>();
    private final int[] ids;

    private WeightSet(int[] ids) {
        this.ids = ids;
    }

    /// Begins with the bucket's own weights.
    static WeightSet of(List<Integer> weights, int positions) {
        WeightSet set = new WeightSet(new int[0]);
        for (int p = 0; p < positions; p++) {
            set.rows.add(new ArrayList<>(weights));
        }
        return set;
    }

    static WeightSet of(ChooseArg arg, List<Integer> weights) {
        WeightSet set = new WeightSet(arg.ids);
        for (int[] row : arg.weightSet) {
            List<Integer> copy = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                copy.add(i < row.length ? row[i] : weights.get(i));
            }
            set.rows.add(copy);
        }
        return set;
    }

    int positions() {
        return rows.size();
    }

    int weight(int position, int at) {
        return rows.get(position).get(at);
    }

    /// The weight of the whole bucket at each position.
    List<Integer> sums() {
        return rows.stream().map(row -> row.stream().mapToInt(Integer::intValue).sum()).toList();
    }

    void add(int weight) {
        rows.forEach(row -> row.add(weight));
    }

    void add(List<Integer> weights) {
        for (int p = 0; p < rows.size(); p++) {
            rows.get(p).add(weights.get(p));
        }
    }

    void remove(int at) {
        rows.forEach(row -> row.remove(at));
    }

    void setAll(int at, int weight) {
        rows.forEach(row -> row.set(at, weight));
    }

    void set(int at, List<Integer> weights) {
        for (int p = 0; p < rows.size(); p++) {
            rows.get(p).set(at, weights.get(p));
        }
    }

    ChooseArg build(int size) {
        int[][] sets = new int[rows.size()][];
        for (int p = 0; p < sets.length; p++) {
            sets[p] = rows.get(p).stream().mapToInt(Integer::intValue).toArray();
        }
        return new ChooseArg(sets, ids.length == size ? ids : new int[0]);
    }
}
