package dev.inkfish.mgr.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.ProgressEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is going on that takes long, and what has ended lately (module `progress`). On the core's thread.
public final class ProgressLog {
    private static final int BAR = 28;

    private static final class Event {
        final String id;
        String message;
        final JsonNode refs;
        final boolean inStatus;
        final Utime started;
        double progress;
        @Nullable Utime ended;
        @Nullable String failure;

        Event(String id, String message, JsonNode refs, boolean inStatus, Utime started) {
            this.id = id;
            this.message = message;
            this.refs = refs;
            this.inStatus = inStatus;
            this.started = started;
        }
    }

    private boolean enabled = true;
    private int maxEnded = 50;
    private final Map<String, Event> events = new LinkedHashMap<>();
    private final List<Event> ended = new ArrayList<>();

    /// Begins an event, or goes on with it.
    ///
    /// @param refs what it is about, as the JSON output shows it
    public void update(String id, String message, double progress, JsonNode refs, boolean inStatus, Utime now) {
        if (!enabled) {
            return;
        }
        Event event = events.computeIfAbsent(id, key -> new Event(key, message, refs, inStatus, now));
        event.message = message;
        event.progress = progress;
    }

    /// @param most how many events that have ended are kept
    public void enable(boolean on, int most) {
        enabled = on;
        maxEnded = most;
    }

    /// Whether nothing is going on.
    public boolean isIdle() {
        return events.isEmpty();
    }

    public boolean has(String id) {
        return events.containsKey(id);
    }

    public void complete(String id, Utime now) {
        end(id, null, now);
    }

    public void fail(String id, String why, Utime now) {
        end(id, why, now);
    }

    private void end(String id, @Nullable String failure, Utime now) {
        Event event = events.remove(id);
        if (event == null) {
            return;
        }
        event.progress = 1;
        event.ended = now;
        event.failure = failure;
        ended.add(event);
        while (ended.size() > maxEnded) {
            ended.removeFirst();
        }
    }

    public void clear() {
        events.clear();
        ended.clear();
    }

    /// As the monitors show them.
    public NavigableMap<String, ProgressEvent> forMonitors(Utime now) {
        NavigableMap<String, ProgressEvent> all = new TreeMap<>();
        events.values().forEach(event -> all.put(
                event.id, new ProgressEvent(twoLines(event, 6, now), (float) event.progress, event.inStatus)));
        return all;
    }

    /// `ceph progress`; empty if there is nothing to tell.
    public String text(Utime now) {
        if (events.isEmpty() && ended.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        events.values().stream()
                .sorted(Comparator.comparing((Event event) -> event.started).reversed())
                .forEach(event -> out.append(twoLines(event, 4, now)).append('\n'));
        if (!ended.isEmpty()) {
            out.append('\n');
            ended.forEach(event -> out.append(event.failure == null ? "[Complete]: " : "[Failed]: ")
                    .append(twoLines(event, 4, now)).append('\n'));
        }
        return out.toString();
    }

    /// `ceph progress json`
    public JsonNode json(Utime now) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode running = node.putArray("events");
        events.values().forEach(event -> running.add(running(event, now)));
        ArrayNode done = node.putArray("completed");
        ended.forEach(event -> done.add(ended(event)));
        return node;
    }

    private static ObjectNode running(Event event, Utime now) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", event.id).put("message", event.message).put("duration", duration(event, now));
        node.set("refs", event.refs);
        node.put("progress", event.progress).put("started_at", seconds(event.started));
        Long remaining = remaining(event, now);
        if (remaining == null) {
            node.putNull("time_remaining");
        } else {
            node.put("time_remaining", remaining);
        }
        return node;
    }

    private static ObjectNode ended(Event event) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", event.id).put("message", event.message);
        node.set("refs", event.refs);
        node.put("started_at", seconds(event.started));
        node.put("finished_at", event.ended == null ? 0 : seconds(event.ended));
        node.put("add_to_ceph_s:", event.inStatus); // the colon is Ceph's
        if (event.failure != null) {
            node.put("failed", true).put("failure_message", event.failure);
        }
        return node;
    }

    private static double seconds(Utime time) {
        return time.toNanos() / 1000 / 1e6;
    }

    private static @Nullable Long remaining(Event event, Utime now) {
        if (event.progress == 0) {
            return null;
        }
        return (long) ((seconds(now) - seconds(event.started)) * (1 - event.progress) / event.progress);
    }

    private static String duration(Event event, Utime now) {
        return "(" + period((long) (seconds(now) - seconds(event.started))) + ")";
    }

    private static String twoLines(Event event, int indent, Utime now) {
        Long left = remaining(event, now);
        String remaining = left == null || left == 0 ? "" : "(remaining: " + period(left) + ")";
        int done = (int) (event.progress * BAR);
        return event.message + " " + duration(event, now) + "\n" + " ".repeat(indent) + "[" + "=".repeat(done)
                + ".".repeat(BAR - done) + "] " + remaining;
    }

    /// `to_pretty_timedelta` of `mgr_util.py`: in the largest unit that gives at least two.
    static String period(long seconds) {
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 120 * 60) {
            return seconds / 60 + "m";
        }
        if (seconds < 48 * 3600) {
            return seconds / 3600 + "h";
        }
        long days = seconds / 86400;
        if (days < 14) {
            return days + "d";
        }
        if (days < 7 * 12) {
            return days / 7 + "w";
        }
        return days < 365 * 2 ? days / 30 + "M" : days / 365 + "y";
    }
}
