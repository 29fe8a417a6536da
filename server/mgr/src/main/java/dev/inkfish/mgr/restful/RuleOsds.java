package dev.inkfish.mgr.restful;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The OSDs below what a rule takes, if its steps lead to any: those a pool of the rule may use. As Ceph's module has it, rules that
/// choose by `indep` have none.
final class RuleOsds {
    private final Map<Integer, JsonNode> buckets = new TreeMap<>();
    private final NavigableSet<Integer> found = new TreeSet<>();

    private RuleOsds(JsonNode crush) {
        crush.path("buckets").forEach(bucket -> buckets.put(bucket.path("id").asInt(), bucket));
    }

    /// @param crush as `osd crush dump` has it
    static NavigableSet<Integer> of(JsonNode crush, JsonNode rule) {
        RuleOsds osds = new RuleOsds(crush);
        JsonNode steps = rule.path("steps");
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).path("op").asText().equals("take")) {
                osds.choose(steps.get(i).path("item").asInt(), steps, i + 1);
            }
        }
        return osds.found;
    }

    private void choose(int from, JsonNode steps, int step) {
        if (from >= 0) {
            found.add(from);
            return;
        }
        String op = steps.path(step).path("op").asText();
        if (!op.equals("choose_firstn") && !op.equals("chooseleaf_firstn")) {
            return;
        }
        TreeSet<Integer> chosen = new TreeSet<>();
        descend(from, steps.path(step).path("type").asText(), chosen);
        for (int item : chosen) {
            if (op.equals("choose_firstn")) {
                choose(item, steps, step + 1);
            } else {
                descend(item, "osd", found);
            }
        }
    }

    /// What is of a type below a bucket.
    private void descend(int from, String type, NavigableSet<Integer> into) {
        if (from >= 0) {
            into.add(from);
            return;
        }
        JsonNode bucket = buckets.get(from);
        if (bucket == null) {
            return;
        }
        for (JsonNode each : bucket.path("items")) {
            int item = each.path("id").asInt();
            JsonNode child = buckets.get(item);
            boolean is = child == null ? type.equals("osd") : child.path("type_name").asText().equals(type);
            if (is) {
                into.add(item);
            } else if (child != null) {
                descend(item, type, into);
            }
        }
    }
}
