package dev.inkfish.command.stats;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.List;

/// What of a daemon's counters goes to the manager: those that it takes, their types in the first report of a session only
/// (`MgrClient::_send_report`).
public final class CounterReport {
    private int threshold = 5;
    private boolean declared;

    /// @param declared types that the manager does not know yet
    /// @param packed values, in the order of their paths
    public record Part(List<PerfCounterType> declared, Bytes packed) {}

    /// The manager is another one, or has forgotten what it was told.
    public void newSession() {
        declared = false;
    }

    /// @param priority the least that the manager wants
    public void threshold(int priority) {
        if (priority != threshold) {
            threshold = priority;
            declared = false;
        }
    }

    public Part next(PerfGroups counters) {
        List<PerfGroups.Value> values = counters.values(threshold);
        List<PerfCounterType> types = declared ? List.of() : values.stream().map(PerfGroups.Value::type).toList();
        declared = true;
        return new Part(types, PerfGroups.pack(values));
    }
}
