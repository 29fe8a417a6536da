package dev.inkfish.crush;

import dev.inkfish.crush.CrushBucket.Algorithm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Hierarchies of racks, hosts and devices with any algorithms, tunables, classes and rules, from a seed.
public final class RandomMaps {
    private static final int[] TYPES = {1, 3, 11};

    private final Random random;
    private final CrushEditor editor;

    private RandomMaps(long seed) {
        random = new Random(seed);
        editor = CrushEditor.of(CrushEditor.initial(1));
    }

    public static CrushMap of(long seed) {
        return new RandomMaps(seed).map();
    }

    private CrushMap map() {
        editor.setTunables(new CrushTunables(
                pick(0, 0, 2), pick(0, 0, 5), pick(19, 50, 5), pick(0, 1), pick(0, 1, 2), 1, 62, pick(0, 1)));
        List<Integer> level = new ArrayList<>();
        int devices = 3 + random.nextInt(30);
        for (int device = 0; device < devices; device++) {
            editor.itemNames.put(device, "osd." + device);
            level.add(device);
        }
        Collections.shuffle(level, random);
        for (int depth = 0; depth < TYPES.length; depth++) {
            level = grouped(level, TYPES[depth], depth == TYPES.length - 1);
        }
        CrushMap tree = editor.build();
        CrushEditor classes = CrushEditor.of(tree);
        for (int device = 0; device < devices; device++) {
            if (random.nextInt(3) > 0) {
                classes.setDeviceClass(device, random.nextBoolean() ? "hdd" : "ssd");
            }
        }
        CrushMap classed = classes.build();
        List<@Nullable CrushRule> rules = new ArrayList<>();
        for (int type : new int[] {CrushRule.TYPE_REPLICATED, CrushRule.TYPE_ERASURE}) {
            for (CrushRule rule : rules(classed, level.getFirst(), type == CrushRule.TYPE_ERASURE, rules.size())) {
                rules.add(rule);
            }
        }
        // crushtool insists on a name for each rule
        TreeMap<Integer, String> names = new TreeMap<>();
        for (int i = 0; i < rules.size(); i++) {
            names.put(i, "rule" + i);
        }
        return new CrushMap(
                classed.buckets(), rules, devices, classed.typeNames(), classed.itemNames(), names,
                classed.tunables(), classed.deviceClasses(), classed.classNames(), classed.classBuckets(),
                classed.chooseArgs());
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }

    private List<Integer> grouped(List<Integer> items, int type, boolean all) {
        List<Integer> groups = new ArrayList<>();
        int from = 0;
        while (from < items.size()) {
            int to = all ? items.size() : Math.min(items.size(), from + 1 + random.nextInt(5));
            Algorithm[] algorithms = {Algorithm.UNIFORM, Algorithm.LIST, Algorithm.TREE, Algorithm.STRAW2, Algorithm.STRAW2};
            Algorithm algorithm = algorithms[random.nextInt(algorithms.length)];
            int id = editor.addBucket(algorithm, type, "b" + (-editor.freeBucketId()));
            EditedBucket bucket = editor.bucket(id);
            for (int item : items.subList(from, to)) {
                EditedBucket below = editor.bucket(item);
                int weight = below == null ? random.nextInt(8) * 0x4000 + 0x100 : below.build(null).weight();
                boolean first = bucket.items.isEmpty();
                bucket.add(item, algorithm == Algorithm.UNIFORM && !first ? bucket.weights.getFirst() : weight);
            }
            groups.add(id);
            from = to;
        }
        return groups;
    }

    private List<CrushRule> rules(CrushMap map, int root, boolean indep, int first) {
        int choose = indep ? CrushRule.CHOOSE_INDEP : CrushRule.CHOOSE_FIRSTN;
        int leaf = indep ? CrushRule.CHOOSELEAF_INDEP : CrushRule.CHOOSELEAF_FIRSTN;
        CrushRule.Step emit = new CrushRule.Step(CrushRule.EMIT, 0, 0);
        List<List<CrushRule.Step>> bodies = List.of(
                List.of(new CrushRule.Step(leaf, 0, 1)),
                List.of(new CrushRule.Step(choose, 0, 0)),
                List.of(new CrushRule.Step(choose, 2, 3), new CrushRule.Step(leaf, 2, 1)),
                List.of(new CrushRule.Step(CrushRule.SET_CHOOSELEAF_TRIES, 5, 0), new CrushRule.Step(leaf, 0, 3)),
                List.of(new CrushRule.Step(choose, 3, 1), new CrushRule.Step(choose, 1, 0)));
        List<CrushRule> rules = new ArrayList<>();
        for (List<CrushRule.Step> body : bodies) {
            int take = root;
            if (random.nextInt(3) == 0 && map.classBuckets().containsKey(root)) {
                take = map.classBuckets().get(root).firstEntry().getValue();
            }
            List<CrushRule.Step> steps = new ArrayList<>();
            steps.add(new CrushRule.Step(CrushRule.TAKE, take, 0));
            steps.addAll(body);
            steps.add(emit);
            int number = first + rules.size();
            rules.add(new CrushRule(number, indep ? CrushRule.TYPE_ERASURE : CrushRule.TYPE_REPLICATED, 1, 10, steps));
        }
        return rules;
    }
}
