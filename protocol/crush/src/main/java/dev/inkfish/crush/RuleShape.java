package dev.inkfish.crush;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a rule demands of the devices of one placement: below which buckets they are, and how they are spread over
/// buckets of which types. Says whether a placement that was changed by hand still is one of the rule's
/// (`CrushWrapper::verify_upmap`).
public final class RuleShape {
    /// A step that chooses.
    ///
    /// @param count at most so many; zero or less: so many fewer than copies
    private record Choice(int type, int count, boolean leaf) {}

    private final CrushMap crush;
    private final List<NavigableMap<Integer, Float>> takes = new ArrayList<>();
    private final List<Choice> choices = new ArrayList<>();
    /// By type, then by device, the bucket of that type above it.
    private final NavigableMap<Integer, NavigableMap<Integer, Integer>> above = new TreeMap<>();

    private RuleShape(CrushMap crush, CrushRule rule) {
        this.crush = crush;
        for (CrushRule.Step step : rule.steps()) {
            switch (step.op()) {
                case CrushRule.TAKE -> takes.add(weightsBelow(crush, step.arg1()));
                case CrushRule.CHOOSE_FIRSTN, CrushRule.CHOOSE_INDEP ->
                    choices.add(new Choice(step.arg2(), step.arg1(), false));
                case CrushRule.CHOOSELEAF_FIRSTN, CrushRule.CHOOSELEAF_INDEP ->
                    choices.add(new Choice(step.arg2(), step.arg1(), true));
                default -> {}
            }
        }
    }

    /// Null if there is no such rule.
    public static @Nullable RuleShape of(CrushMap crush, int rule) {
        CrushRule found = crush.rule(rule);
        return found == null ? null : new RuleShape(crush, found);
    }

    /// The devices below an item, with their weights; of several places the last counts.
    public static NavigableMap<Integer, Float> weightsBelow(CrushMap crush, int root) {
        NavigableMap<Integer, Float> weights = new TreeMap<>();
        if (root >= 0) {
            weights.put(root, 1.0f);
            return weights;
        }
        Deque<Integer> waiting = new ArrayDeque<>();
        waiting.add(root);
        while (!waiting.isEmpty()) {
            CrushBucket bucket = crush.bucket(waiting.remove());
            for (int i = 0; bucket != null && i < bucket.size(); i++) {
                if (bucket.item(i) >= 0) {
                    weights.put(bucket.item(i), bucket.itemWeight(i) / 65536.0f);
                } else {
                    waiting.add(bucket.item(i));
                }
            }
        }
        return weights;
    }

    /// The share of the data each device gets: its weight over the sum below what the rule takes.
    public NavigableMap<Integer, Float> shares() {
        NavigableMap<Integer, Float> shares = new TreeMap<>();
        for (NavigableMap<Integer, Float> weights : takes) {
            float sum = 0;
            for (float weight : weights.values()) {
                sum += weight;
            }
            float all = sum;
            weights.forEach((device, weight) -> {
                if (weight > 0) {
                    shares.merge(device, weight / all, Float::sum);
                }
            });
        }
        return shares;
    }

    /// Whether the rule could have chosen these devices together.
    ///
    /// @param copies how many the pool wants
    public boolean allows(List<Integer> devices, int copies) {
        for (Choice choice : choices) {
            if (choice.type == 0) {
                continue;
            }
            NavigableMap<Integer, Integer> counts = counts(devices, choice.type);
            int most = choice.count > 0 ? choice.count : choice.count + copies;
            boolean broken = choice.leaf
                    ? counts.values().stream().anyMatch(count -> count > 1)
                    : most > 0 && counts.size() > most;
            if (broken) {
                return false;
            }
        }
        return true;
    }

    /// Whether one device may stand in for another: the spread over buckets of each type stays as it was.
    public boolean mayReplace(List<Integer> devices, int from, int to) {
        boolean sameTake = takes.stream().anyMatch(take -> take.containsKey(from) && take.containsKey(to));
        if (!sameTake || devices.contains(to)) {
            return false;
        }
        List<Integer> changed = new ArrayList<>(devices);
        changed.set(devices.indexOf(from), to);
        for (Choice choice : choices) {
            if (choice.type != 0 && !sizes(devices, choice.type).equals(sizes(changed, choice.type))) {
                return false;
            }
        }
        return true;
    }

    private List<Integer> sizes(List<Integer> devices, int type) {
        return counts(devices, type).values().stream().sorted().toList();
    }

    /// How many of the devices each bucket of a type holds. A device below none of them counts for itself.
    private NavigableMap<Integer, Integer> counts(List<Integer> devices, int type) {
        NavigableMap<Integer, Integer> buckets = above.computeIfAbsent(type, this::bucketsOf);
        NavigableMap<Integer, Integer> counts = new TreeMap<>();
        for (int device : devices) {
            if (device != CrushMap.ITEM_NONE) {
                counts.merge(buckets.getOrDefault(device, device), 1, Integer::sum);
            }
        }
        return counts;
    }

    private NavigableMap<Integer, Integer> bucketsOf(int type) {
        NavigableSet<Integer> shadows = new TreeSet<>();
        crush.classBuckets().values().forEach(classes -> shadows.addAll(classes.values()));
        NavigableMap<Integer, Integer> found = new TreeMap<>();
        for (CrushBucket bucket : crush.buckets()) {
            if (bucket != null && bucket.type() == type && !shadows.contains(bucket.id())) {
                weightsBelow(crush, bucket.id()).keySet().forEach(device -> found.put(device, bucket.id()));
            }
        }
        return found;
    }
}
