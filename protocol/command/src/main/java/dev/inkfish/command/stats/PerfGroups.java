package dev.inkfish.command.stats;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Performance counters of a daemon by group and name at one moment, in the forms that `perf dump`, `perf schema` and reports
/// to the manager want (`src/common/perf_counters.cc`).
public final class PerfGroups {
    public static final int COUNTER = PerfCounterType.U64 | PerfCounterType.COUNTER;
    public static final int GAUGE = PerfCounterType.U64;
    public static final int LATENCY = PerfCounterType.TIME | PerfCounterType.LONGRUNAVG;
    /// How many there were, and the sum of something that each had.
    public static final int AVERAGE = PerfCounterType.U64 | PerfCounterType.LONGRUNAVG;
    /// Units.
    public static final int NONE = 1;
    public static final int BYTES = 0;
    private static final int USEFUL = 5;

    /// @param value of a latency, the sum in nanoseconds; of another average, the sum
    /// @param count of an average
    public record Value(PerfCounterType type, long value, long count) {}

    private record Histogram(PerfCounterType type, LatencyHistogram counts) {}

    private final Map<String, Map<String, Value>> groups = new TreeMap<>();
    private final Map<String, Map<String, Histogram>> histograms = new TreeMap<>();

    /// @param type its path is the name within the group
    public void add(String group, PerfCounterType type, long value, long count) {
        groups.computeIfAbsent(group, g -> new LinkedHashMap<>()).put(type.path(), new Value(
                new PerfCounterType(group + "." + type.path(), type.description(), type.nick(), type.type(), type.priority(),
                        type.unit()), value, count));
    }

    /// A plain number that goes up and down.
    public void gauge(String group, String name, String description, int unit, long value) {
        add(group, new PerfCounterType(name, description, "", GAUGE, 0, unit), value, 0);
    }

    /// Told of by `perf histogram` only.
    public void histogram(String group, String name, String description, LatencyHistogram counts) {
        PerfCounterType type = new PerfCounterType(name, description, "", COUNTER | PerfCounterType.HISTOGRAM, USEFUL, NONE);
        histograms.computeIfAbsent(group, g -> new LinkedHashMap<>()).put(name, new Histogram(type, counts));
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
        boolean time = (value.type().type() & PerfCounterType.TIME) != 0;
        if ((value.type().type() & PerfCounterType.LONGRUNAVG) == 0) {
            f.dump(key, value.value());
            return;
        }
        f.openObject(key).dump("avgcount", value.count());
        if (!time) {
            f.dump("sum", value.value()).close();
            return;
        }
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
            counters.forEach((key, value) -> dumpSchema(f, key, value.type()));
            f.close();
        });
        f.close();
    }

    private static void dumpSchema(Formatter f, String key, PerfCounterType type) {
        String number = (type.type() & PerfCounterType.TIME) != 0 ? "real" : "integer";
        boolean pair = (type.type() & PerfCounterType.LONGRUNAVG) != 0;
        boolean histogram = (type.type() & PerfCounterType.HISTOGRAM) != 0;
        f.openObject(key).dump("type", type.type());
        f.dump("metric_type", (type.type() & PerfCounterType.COUNTER) != 0 ? "counter" : "gauge");
        f.dump("value_type", histogram ? "integer-2d-histogram" : pair ? number + "-integer-pair" : number);
        f.dump("description", type.description()).dump("nick", type.nick());
        f.dump("priority", type.priority()).dump("units", type.unit() == BYTES ? "bytes" : "none").close();
    }

    private CommandResult.Done histograms(CommandContext call, BiConsumer<Formatter, Map.Entry<String, Histogram>> dump) {
        Formatter f = call.formatter("json-pretty").openObject("perfcounter_collection");
        for (String group : groups.keySet()) {
            if (!call.has("logger") || call.string("logger").equals(group)) {
                f.openObject(group);
                histograms.getOrDefault(group, Map.of()).entrySet().stream()
                        .filter(each -> !call.has("counter") || call.string("counter").equals(each.getKey()))
                        .forEach(each -> dump.accept(f, each));
                f.close();
            }
        }
        return CommandResult.data(f.close());
    }

    /// The answer to `perf histogram dump`.
    public CommandResult.Done histogramDump(CommandContext call) {
        return histograms(call, (f, each) -> each.getValue().counts().dump(f, each.getKey()));
    }

    /// The answer to `perf histogram schema`.
    public CommandResult.Done histogramSchema(CommandContext call) {
        return histograms(call, (f, each) -> dumpSchema(f, each.getKey(), each.getValue().type()));
    }

    /// The answer to `perf reset`.
    ///
    /// @param begin has the counters of a group begin anew
    public CommandResult.Done reset(CommandContext call, Consumer<String> begin) {
        String wanted = call.string("var");
        Formatter f = call.formatter("json-pretty").openObject("perf_reset");
        if (!wanted.equals("all") && !groups.containsKey(wanted)) {
            return CommandResult.data(f.dump("error", "Not find: " + wanted).close());
        }
        groups.keySet().stream().filter(group -> wanted.equals("all") || wanted.equals(group)).forEach(begin);
        return CommandResult.data(f.dump("success", "perf reset " + wanted).close());
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
