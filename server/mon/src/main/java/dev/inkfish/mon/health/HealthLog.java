package dev.inkfish.mon.health;

import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import dev.inkfish.wire.mon.HealthStatus;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the cluster log tells of health: each change at once, the whole from time to time (`Monitor::log_health`,
/// `do_health_to_clog`). The leader's.
final class HealthLog {
    private static final long UPDATE_NANOS = 5_000_000_000L;
    private static final long TICK_NANOS = 60_000_000_000L;
    private static final long INTERVAL_NANOS = 600_000_000_000L;

    /// Takes lines of the log.
    @FunctionalInterface
    interface Lines {
        void line(HealthStatus level, String text);
    }

    /// As last told; null before the first look, which tells nothing: an earlier leader may have.
    private @Nullable NavigableMap<String, HealthCheck> told;
    private final NavigableMap<String, Utime> toldAt = new TreeMap<>();
    private String summary = "";
    private Utime looked = Utime.ZERO;
    private Utime summed = Utime.ZERO;

    void reset() {
        told = null;
        toldAt.clear();
        summary = "";
    }

    void changes(NavigableMap<String, HealthCheck> checks, Utime now, Lines out) {
        NavigableMap<String, HealthCheck> before = told;
        if (before == null) {
            told = new TreeMap<>(checks);
            return;
        }
        NavigableMap<String, HealthCheck> next = new TreeMap<>();
        checks.forEach((code, check) -> {
            HealthCheck old = before.get(code);
            boolean same = old != null && old.severity() == check.severity();
            if (same && (old.summary().equals(check.summary()) || since(toldAt.get(code), now) < UPDATE_NANOS)) {
                next.put(code, old); // what changed in between comes later
                return;
            }
            out.line(check.severity(), "Health check " + (old == null ? "failed" : "update") + ": " + check.summary() + " ("
                    + code + ")");
            toldAt.put(code, now);
            next.put(code, check);
        });
        before.forEach((code, check) -> {
            if (!checks.containsKey(code)) {
                toldAt.remove(code);
                out.line(HealthStatus.HEALTH_OK, code.equals("OSD_FLAGS")
                        ? "OSD flags cleared"
                        : "Health check cleared: " + code + " (was: " + check.summary() + ")");
            }
        });
        if (!before.isEmpty() && checks.isEmpty()) {
            out.line(HealthStatus.HEALTH_OK, "Cluster is now healthy");
        }
        told = next;
    }

    private static long since(@Nullable Utime then, Utime now) {
        return then == null ? Long.MAX_VALUE : now.toNanos() - then.toNanos();
    }

    /// @param text one line, with the status in front
    void summary(HealthStatus status, String text, Utime now, Lines out) {
        if (now.toNanos() - looked.toNanos() < TICK_NANOS) {
            return;
        }
        looked = now;
        if (!text.equals(summary) || now.toNanos() - summed.toNanos() >= INTERVAL_NANOS) {
            summary = text;
            summed = now;
            out.line(status, "overall " + text);
        }
    }
}
