package dev.inkfish.mgr.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reports of daemons that ended by a bug, by id (`crash/module.py`). Their fields are those of Ceph's `meta` files; of
/// these only `crash_id` and `timestamp` must be there.
public final class CrashReports {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_DETAILS = 30;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);
    private static final DateTimeFormatter READ =
            DateTimeFormatter.ofPattern("yyyy-MM-dd['T'][' ']HH:mm:ss.[SSSSSSSSS][SSSSSS][SSSSS][SSSS][SSS][SS][S]", Locale.ROOT);
    /// What differs from one time to the next: thread and time, and the line of the source.
    private static final Pattern ASSERTION = Pattern.compile("(.*) thread .* time .*(: .*)\n", Pattern.DOTALL);

    private final NavigableMap<String, ObjectNode> reports = new TreeMap<>();

    /// What cannot be read is left out.
    public static CrashReports parse(NavigableMap<String, String> stored) {
        CrashReports all = new CrashReports();
        stored.forEach((id, text) -> {
            try {
                if (JSON.readTree(text) instanceof ObjectNode crash && problem(crash) == null) {
                    all.put(id, crash);
                }
            } catch (JsonProcessingException e) {
                // somebody else wrote there
            }
        });
        return all;
    }

    /// Why a report is not one; null if it is.
    public static @Nullable String problem(JsonNode report) {
        if (!report.isObject()) {
            return "not an object";
        }
        for (String field : List.of("crash_id", "timestamp")) {
            if (!report.path(field).isTextual()) {
                return "missing '" + field + "' field";
            }
        }
        try {
            seconds(report);
            return null;
        } catch (DateTimeParseException e) {
            return "time data '" + report.path("timestamp").asText() + "' does not match format '%Y-%m-%d %H:%M:%S.%f'";
        }
    }

    private static double seconds(JsonNode report) {
        LocalDateTime time = LocalDateTime.parse(report.path("timestamp").asText().replaceFirst("Z+$", ""), READ);
        return time.toEpochSecond(ZoneOffset.UTC) + time.getNano() / 1e9;
    }

    public static String stamp(Utime time) {
        return STAMP.format(Instant.ofEpochSecond(time.seconds(), time.nanos()).atOffset(ZoneOffset.UTC));
    }

    public static boolean isNew(ObjectNode report) {
        return !report.has("archived");
    }

    /// Adds `stack_sig`, equal for crashes in the same place.
    public static void sign(ObjectNode report) {
        if (!report.has("backtrace")) {
            return;
        }
        StringBuilder place = new StringBuilder();
        for (JsonNode frame : report.path("backtrace")) {
            String text = frame.asText();
            int blank = text.lastIndexOf(' ');
            String function = blank < 0 ? text : text.substring(0, blank);
            function = function.length() < 2 ? "" : function.substring(1, function.length() - 1);
            place.append(function.split("\\+", 2)[0]);
        }
        Matcher assertion = ASSERTION.matcher(report.path("assert_msg").asText(""));
        if (assertion.lookingAt()) {
            place.append(assertion.group(1)).append(assertion.group(2));
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(place.toString().getBytes(StandardCharsets.UTF_8));
            report.put("stack_sig", HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    public @Nullable ObjectNode find(String id) {
        return reports.get(id);
    }

    /// In the order of their ids, which begin with the time.
    public List<ObjectNode> all() {
        return new ArrayList<>(reports.values());
    }

    /// @param report null removes it
    public void put(String id, @Nullable ObjectNode report) {
        if (report == null) {
            reports.remove(id);
        } else {
            reports.put(id, report);
        }
    }

    /// The ids of those not younger.
    public List<String> before(double seconds) {
        return reports.entrySet().stream().filter(each -> seconds(each.getValue()) <= seconds).map(each -> each.getKey())
                .toList();
    }

    public List<ObjectNode> after(double seconds) {
        return reports.values().stream().filter(each -> seconds(each) > seconds).toList();
    }

    /// RECENT_CRASH
    public void check(double since, NavigableMap<String, HealthCheck> checks) {
        List<String> detail = new ArrayList<>();
        after(since).stream().filter(CrashReports::isNew).forEach(crash -> detail.add(
                crash.path("entity_name").asText("unidentified daemon") + " crashed on host "
                        + crash.path("utsname_hostname").asText("(unknown)") + " at " + crash.path("timestamp").asText()));
        int count = detail.size();
        if (count == 0) {
            return;
        }
        List<String> shown = new ArrayList<>(detail.subList(0, Math.min(count, MOST_DETAILS)));
        if (count > MOST_DETAILS) {
            shown.add("and " + (count - MOST_DETAILS) + " more");
        }
        checks.put("RECENT_CRASH", HealthCheck.warn(count + " daemons have recently crashed", count, shown));
    }
}
