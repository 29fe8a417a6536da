package dev.inkfish.mgr.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.wire.Utime;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeMap;

/// What health checks said, each text once for every hour in which it was seen (`insights/health.py`). Like Ceph's it is in memory
/// only.
public final class HealthHours {
    private static final long HOUR_SECONDS = 3600;

    /// Of one severity of one check.
    private record Said(SequencedSet<String> summary, SequencedSet<String> detail) {
        Said() {
            this(new LinkedHashSet<>(), new LinkedHashSet<>());
        }

        void add(Said other) {
            summary.addAll(other.summary);
            detail.addAll(other.detail);
        }
    }

    /// By hours since 1970, then by check, then by severity.
    private final NavigableMap<Long, SequencedMap<String, NavigableMap<String, Said>>> hours = new TreeMap<>();

    private static long hour(Utime time) {
        return time.seconds() / HOUR_SECONDS;
    }

    private static Said said(Map<String, NavigableMap<String, Said>> checks, String check, String severity) {
        return checks.computeIfAbsent(check, c -> new TreeMap<>()).computeIfAbsent(severity, s -> new Said());
    }

    /// @param health as `health detail` tells it
    public void add(JsonNode health, Utime now) {
        health.path("checks").fields().forEachRemaining(field -> {
            JsonNode check = field.getValue();
            Said said = said(hours.computeIfAbsent(hour(now), h -> new LinkedHashMap<>()), field.getKey(), check.path("severity").asText());
            said.summary.add(check.path("summary").path("message").asText());
            check.path("detail").forEach(line -> said.detail.add(line.path("message").asText()));
        });
    }

    /// Forgets the hours that began so many hours ago, or earlier; with 0 all of them.
    public void prune(long age, Utime now) {
        long oldest = now.seconds() - age * HOUR_SECONDS;
        hours.keySet().removeIf(hour -> hour * HOUR_SECONDS <= oldest);
    }

    /// What was seen in this hour and those before it.
    ///
    /// @param count of hours, this one among them
    public ObjectNode report(int count, Utime now) {
        SequencedMap<String, NavigableMap<String, Said>> all = new LinkedHashMap<>();
        hours.tailMap(hour(now) - count, false).values().forEach(checks -> checks.forEach((check, severities) ->
                severities.forEach((severity, said) -> said(all, check, severity).add(said))));
        ObjectNode checks = JsonNodeFactory.instance.objectNode();
        all.forEach((check, severities) -> {
            ObjectNode out = checks.putObject(check);
            severities.forEach((severity, said) -> {
                ObjectNode texts = out.putObject(severity);
                ArrayNode summary = texts.putArray("summary");
                said.summary.forEach(summary::add);
                ArrayNode detail = texts.putArray("detail");
                said.detail.forEach(detail::add);
            });
        });
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.set("checks", checks);
        return report;
    }

    public void clear() {
        hours.clear();
    }
}
