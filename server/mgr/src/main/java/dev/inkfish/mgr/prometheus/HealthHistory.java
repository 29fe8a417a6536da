package dev.inkfish.mgr.prometheus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.wire.Utime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Which health checks were ever raised, how often, and whether they are now (`HealthHistory` of the module prometheus).
final class HealthHistory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double NANOS = 1e9;
    private static final String LINE = "%-24s  %-20s  %-20s  %5s  %s";
    private static final int ACTIVE_WIDTH = 6;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    /// Times are in seconds since 1970.
    record Event(String severity, double firstSeen, double lastSeen, int count, boolean active) {
        private Event gone() {
            return new Event(severity, firstSeen, lastSeen, count, false);
        }

        private Event again(double now) {
            return new Event(severity, firstSeen, now, count + 1, true);
        }
    }

    private final SequencedMap<String, Event> events = new LinkedHashMap<>();

    /// @param text as [#line] made it; what makes no sense is taken for nothing
    void load(String text) {
        events.clear();
        try {
            JSON.readTree(text).fields().forEachRemaining(field -> {
                JsonNode event = field.getValue();
                events.put(field.getKey(), new Event(event.path("severity").asText(), event.path("first_seen").asDouble(),
                        event.path("last_seen").asDouble(), event.path("count").asInt(1), event.path("active").asBoolean(true)));
            });
        } catch (JsonProcessingException e) {
            events.clear();
        }
    }

    void clear() {
        events.clear();
    }

    Map<String, Event> events() {
        return new LinkedHashMap<>(events);
    }

    /// @param health the monitors' answer to `health`
    /// @return whether anything changed
    boolean look(JsonNode health, Utime time) {
        JsonNode checks = health.path("checks");
        Map<String, Event> before = events();
        events.replaceAll((name, event) -> event.active() && !checks.has(name) ? event.gone() : event);
        double now = time.toNanos() / NANOS;
        checks.fields().forEachRemaining(check -> events.compute(check.getKey(), (name, event) ->
                event == null ? new Event(check.getValue().path("severity").asText(), now, now, 1, true)
                        : event.active() ? event : event.again(now)));
        return !events.equals(before);
    }

    String text() {
        if (events.isEmpty()) {
            return "No healthchecks have been recorded";
        }
        List<String> lines = new ArrayList<>();
        lines.add(LINE.formatted("Healthcheck Name", "First Seen (UTC)", "Last seen (UTC)", "Count", "Active"));
        new TreeMap<>(events).forEach((name, event) -> lines.add(LINE.formatted(name, time(event.firstSeen()),
                time(event.lastSeen()), event.count(), centered(event.active() ? "Yes" : "No"))));
        lines.add(events.size() + " health check(s) listed");
        lines.add("");
        return String.join("\n", lines);
    }

    private static String time(double seconds) {
        return TIME.format(Instant.ofEpochSecond((long) seconds));
    }

    private static String centered(String word) {
        int left = (ACTIVE_WIDTH - word.length()) / 2;
        return " ".repeat(left) + word + " ".repeat(ACTIVE_WIDTH - word.length() - left);
    }

    /// JSON on one line.
    String line() {
        return PythonJson.line(node());
    }

    String pretty() {
        return PythonJson.indented(node(), 2);
    }

    String yaml() {
        if (events.isEmpty()) {
            return "--- {}\n";
        }
        StringBuilder out = new StringBuilder("---\n");
        new TreeMap<>(events).forEach((name, event) -> out.append(name).append(":\n  active: ").append(event.active())
                .append("\n  count: ").append(event.count())
                .append("\n  first_seen: ").append(PythonJson.number(event.firstSeen()))
                .append("\n  last_seen: ").append(PythonJson.number(event.lastSeen()))
                .append("\n  name: ").append(name).append("\n  severity: ").append(event.severity()).append('\n'));
        return out.toString();
    }

    private ObjectNode node() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        events.forEach((name, event) -> all.putObject(name).put("name", name).put("severity", event.severity())
                .put("first_seen", event.firstSeen()).put("last_seen", event.lastSeen())
                .put("count", event.count()).put("active", event.active()));
        return all;
    }
}
