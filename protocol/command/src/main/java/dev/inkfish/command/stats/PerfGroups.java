package dev.inkfish.command.stats;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Performance counters of a daemon by group and name at one moment, in the forms that `perf dump`, `perf schema` and reports
/// to the manager want (`src/common/perf_counters.cc`).
public final class PerfGroups {
    public static final int COUNTER = PerfCounterType.U64 | PerfCounterType.COUNTER;
    public static final int GAUGE = PerfCounterType.U64;
    public static final int LATENCY = PerfCounterType.TIME | PerfCounterType.LONGRUNAVG;
    /// Units.
    public static final int NONE = 1;
    public static final int BYTES = 0;

    /// @param value of a latency, the sum in nanoseconds
    /// @param count of a latency
    public record Value(PerfCounterType type, long value, long count) {}

    private final Map<String, TreeMap<String, Value>> groups = new TreeMap<>();

    /// @param type its path is the name within the group
    public void add(String group, PerfCounterType type, long value, long count) {
        groups.computeIfAbsent(group, g -> new TreeMap<>()).put(type.path(), new Value(
                new PerfCounterType(group + "." + type.path(), type.description(), type.nick(), type.type(), type.priority(),
                        type.unit()), value, count));
    }

    /// A plain number that goes up and down.
    public void gauge(String group, String name, String description, int unit, long value) {
        add(group, new PerfCounterType(name, description, "", GAUGE, 0, unit), value, 0);
    }

    /// In the order of their paths, in which values travel; those of at least this priority.
    public List<Value> values(int priority) {
        return groups.values().stream()
                .flatMap(group -> group.values().stream())
                .filter(value -> value.type().priority() >= priority)
                .sorted(Comparator.comparing((Value value) -> value.type().path()))
                .toList();
    }

    /// As reports carry them.
    public static Bytes pack(List<Value> values) {
        WireWriter out = new WireWriter();
        out.versioned(1, 1, () -> {
            for (Value each : values) {
                out.u64(each.value());
                if ((each.type().type() & PerfCounterType.LONGRUNAVG) != 0) {
                    out.u64(each.count()).u64(each.count());
                }
            }
        });
        return out.toBytes();
    }

    /// @param group empty for all
    /// @param name empty for all
    public void dump(Formatter f, String group, String name) {
        f.openObject("perfcounter_collection");
        groups.forEach((each, counters) -> {
            if (!group.isEmpty() && !group.equals(each)) {
                return;
            }
            f.openObject(each);
            counters.forEach((key, value) -> {
                if (name.isEmpty() || name.equals(key)) {
                    dump(f, key, value);
                }
            });
            f.close();
        });
        f.close();
    }

    private static void dump(Formatter f, String key, Value value) {
        if ((value.type().type() & PerfCounterType.LONGRUNAVG) == 0) {
            f.dump(key, value.value());
            return;
        }
        f.openObject(key).dump("avgcount", value.count());
        f.dumpRaw("sum", seconds(value.value()));
        f.dumpRaw("avgtime", seconds(value.count() == 0 ? 0 : value.value() / value.count()));
        f.close();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%d.%09d", nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    }

    public void dumpSchema(Formatter f) {
        f.openObject("perfcounter_collection");
        groups.forEach((each, counters) -> {
            f.openObject(each);
            counters.forEach((key, value) -> {
                PerfCounterType type = value.type();
                boolean pair = (type.type() & PerfCounterType.LONGRUNAVG) != 0;
                f.openObject(key).dump("type", type.type());
                f.dump("metric_type", (type.type() & PerfCounterType.COUNTER) != 0 ? "counter" : "gauge");
                f.dump("value_type", pair ? "real-integer-pair" : "integer");
                f.dump("description", type.description()).dump("nick", type.nick());
                f.dump("priority", type.priority()).dump("units", type.unit() == BYTES ? "bytes" : "none").close();
            });
            f.close();
        });
        f.close();
    }

    /// The answer to `perf dump`.
    public CommandResult.Done dump(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        dump(f, call.string("logger"), call.string("counter"));
        return CommandResult.data(f);
    }

    /// The answer to `perf schema`.
    public CommandResult.Done schema(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        dumpSchema(f);
        return CommandResult.data(f);
    }
}
