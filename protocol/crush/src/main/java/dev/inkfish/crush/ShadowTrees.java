package dev.inkfish.crush;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The trees that hold the devices of one class only. Each bucket below a root has one shadow for each class,
/// named `bucket~class`, which keeps its id as long as the class lives.
final class ShadowTrees {
    private final CrushEditor editor;
    private final NavigableMap<Integer, NavigableMap<Integer, Integer>> old;
    private final TreeSet<Integer> oldIds = new TreeSet<>();
    private final NavigableMap<Integer, NavigableMap<Integer, Integer>> made = new TreeMap<>();

    private ShadowTrees(CrushEditor editor) {
        this.editor = editor;
        this.old = editor.classBuckets;
        old.values().forEach(shadows -> oldIds.addAll(shadows.values()));
    }

    static void rebuild(CrushEditor editor) {
        new ShadowTrees(editor).run();
    }

    private void run() {
        dropDeadClasses();
        for (int id : oldIds) {
            editor.buckets.set(-1 - id, null);
            editor.itemNames.remove(id);
            editor.deviceClasses.remove(id);
        }
        editor.classBuckets = made;
        for (int root : roots()) {
            for (int classId : editor.classNames.keySet()) {
                shadow(root, classId);
            }
        }
    }

    private void dropDeadClasses() {
        TreeSet<Integer> alive = new TreeSet<>();
        editor.deviceClasses.forEach((item, classId) -> {
            if (item >= 0) {
                alive.add(classId);
            }
        });
        for (CrushRule rule : editor.rules) {
            if (rule != null) {
                for (CrushRule.Step step : rule.steps()) {
                    if (step.op() == CrushRule.TAKE && oldIds.contains(step.arg1())) {
                        Integer classId = editor.deviceClasses.get(step.arg1());
                        if (classId != null) {
                            alive.add(classId);
                        }
                    }
                }
            }
        }
        editor.classNames.keySet().retainAll(alive);
    }

    private List<Integer> roots() {
        TreeSet<Integer> roots = new TreeSet<>();
        TreeSet<Integer> children = new TreeSet<>();
        for (EditedBucket bucket : editor.buckets) {
            if (bucket != null) {
                roots.add(bucket.id);
                children.addAll(bucket.items);
            }
        }
        roots.removeAll(children);
        return new ArrayList<>(roots);
    }

    private EditedBucket shadow(int id, int classId) {
        EditedBucket original = editor.bucket(id);
        if (original == null) {
            throw new IllegalStateException("bucket " + id + " is an item but does not exist");
        }
        List<Integer> items = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        for (int i = 0; i < original.items.size(); i++) {
            int item = original.items.get(i);
            if (item >= 0) {
                if (Integer.valueOf(classId).equals(editor.deviceClasses.get(item))) {
                    items.add(item);
                    weights.add(original.weights.get(i));
                }
            } else {
                EditedBucket below = shadow(item, classId);
                items.add(below.id);
                weights.add(below.weight());
            }
        }
        Integer shadowId = old.getOrDefault(id, Collections.emptyNavigableMap()).get(classId);
        EditedBucket shadow = new EditedBucket(shadowId == null ? freeId() : shadowId, original.type, original.algorithm);
        shadow.items.addAll(items);
        shadow.weights.addAll(weights);
        original.weightSets.forEach((pool, set) -> shadow.weightSets.put(pool, weightSet(pool, set, original, shadow)));
        editor.put(shadow);
        editor.itemNames.put(shadow.id, editor.itemNames.get(id) + "~" + editor.classNames.get(classId));
        editor.deviceClasses.put(shadow.id, classId);
        made.computeIfAbsent(id, k -> new TreeMap<>()).put(classId, shadow.id);
        return shadow;
    }

    /// The rows of the original's set for the items that its shadow has; a bucket below weighs what its shadow does.
    private WeightSet weightSet(long pool, WeightSet originals, EditedBucket original, EditedBucket shadow) {
        WeightSet set = WeightSet.of(List.of(), originals.positions());
        for (int i = 0; i < shadow.items.size(); i++) {
            int item = shadow.items.get(i);
            List<Integer> row = new ArrayList<>();
            EditedBucket below = item < 0 ? editor.bucket(item) : null;
            WeightSet belowSet = below == null ? null : below.weightSets.get(pool);
            int at = item < 0 ? -1 : original.items.indexOf(item);
            for (int p = 0; p < originals.positions(); p++) {
                row.add(belowSet != null && p < belowSet.positions() ? belowSet.sums().get(p)
                        : at >= 0 ? originals.weight(p, at) : shadow.weights.get(i));
            }
            set.add(row);
        }
        return set;
    }

    private int freeId() {
        int id = -1;
        while (editor.bucket(id) != null || oldIds.contains(id)) {
            id--;
        }
        return id;
    }
}
