package dev.inkfish.osd.daemon;

import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The OSD's performance counters under Ceph's names, as far as they mean something here (`src/osd/osd_perf_counters.cc`),
/// by group and name, at one moment.
final class OsdCounters {
    private static final int COUNTER = PerfCounterType.U64 | PerfCounterType.COUNTER;
    private static final int GAUGE = PerfCounterType.U64;
    private static final int LATENCY = PerfCounterType.TIME | PerfCounterType.LONGRUNAVG;
    private static final int NONE = 1;
    private static final int BYTES = 0;

    /// @param value of a latency, the sum in nanoseconds
    /// @param count of a latency
    record Value(PerfCounterType type, long value, long count) {}

    private final Map<String, TreeMap<String, Value>> groups = new TreeMap<>();

    /// What the numbers come from.
    ///
    /// @param ops the sum of all shards
    record Source(OpCounters ops, int peers, long size, long used, long available, Heap heap) {}

    /// Of the whole process.
    record Heap(long used, long committed, long max) {}

    OsdCounters(Source source) {
        OpCounters ops = source.ops();
        counter("op", "Client operations", "ops", 10, NONE, ops.all.count);
        counter("op_in_bytes", "Client operations total write size", "wr", 8, BYTES, ops.all.bytesIn);
        counter("op_out_bytes", "Client operations total read size", "rd", 8, BYTES, ops.all.bytesOut);
        latency("op_latency", "Latency of client operations (including queue time)", "l", 9, ops.all);
        gauge("op_wip", "Replication operations currently being processed (primary)", "", 5, NONE, ops.inFlight);
        counter("op_r", "Client read operations", "", 5, NONE, ops.reads.count);
        counter("op_r_out_bytes", "Client data read", "", 5, BYTES, ops.reads.bytesOut);
        latency("op_r_latency", "Latency of read operation (including queue time)", "", 5, ops.reads);
        counter("op_w", "Client write operations", "", 5, NONE, ops.writes.count);
        counter("op_w_in_bytes", "Client data written", "", 5, NONE, ops.writes.bytesIn);
        latency("op_w_latency", "Latency of write operation (including queue time)", "", 5, ops.writes);
        OpCounters.Kind both = ops.readWrites;
        counter("op_rw", "Client read-modify-write operations", "", 5, NONE, both.count);
        counter("op_rw_in_bytes", "Client read-modify-write operations write in", "", 5, BYTES, both.bytesIn);
        counter("op_rw_out_bytes", "Client read-modify-write operations read out ", "", 5, BYTES, both.bytesOut);
        latency("op_rw_latency", "Latency of read-modify-write operation (including queue time)", "", 5, both);
        counter("subop", "Suboperations", "", 0, NONE, ops.replicated.count);
        counter("subop_in_bytes", "Suboperations total size", "", 0, BYTES, ops.replicated.bytesIn);
        counter("subop_w", "Replicated writes", "", 0, NONE, ops.replicated.count);
        counter("subop_w_in_bytes", "Replicated written data size", "", 0, BYTES, ops.replicated.bytesIn);
        gauge("numpg", "Placement groups", "pgs", 5, NONE, ops.groups);
        gauge("numpg_primary", "Placement groups for which this osd is primary", "", 0, NONE, ops.primaries);
        gauge("numpg_replica", "Placement groups for which this osd is replica", "", 0, NONE, ops.groups - ops.primaries);
        gauge("heartbeat_to_peers", "Heartbeat (ping) peers we send to", "", 0, NONE, source.peers());
        counter("messages_delayed_for_map", "Operations waiting for OSD map", "", 0, NONE, ops.delayedForMap);
        gauge("stat_bytes", "OSD size", "size", 5, BYTES, source.size());
        gauge("stat_bytes_used", "Used space", "used", 5, BYTES, source.used());
        gauge("stat_bytes_avail", "Available space", "", 0, BYTES, source.available());
        add("java", "heap_used", "Heap of the process that is in use", "", GAUGE, 5, BYTES, source.heap().used(), 0);
        add("java", "heap_committed", "Heap of the process", "", GAUGE, 5, BYTES, source.heap().committed(), 0);
        add("java", "heap_max", "Largest heap of the process", "", GAUGE, 5, BYTES, source.heap().max(), 0);
    }

    private void counter(String name, String description, String nick, int priority, int unit, long value) {
        add("osd", name, description, nick, COUNTER, priority, unit, value, 0);
    }

    private void gauge(String name, String description, String nick, int priority, int unit, long value) {
        add("osd", name, description, nick, GAUGE, priority, unit, value, 0);
    }

    private void latency(String name, String description, String nick, int priority, OpCounters.Kind kind) {
        add("osd", name, description, nick, LATENCY, priority, NONE, kind.nanos, kind.count);
    }

    private void add(
            String group, String name, String description, String nick, int type, int priority, int unit, long value, long count) {
        groups.computeIfAbsent(group, g -> new TreeMap<>()).put(name, new Value(
                new PerfCounterType(group + "." + name, description, nick, type, priority, unit), value, count));
    }

    /// In the order of their paths, in which values travel; those of at least this priority.
    List<Value> values(int priority) {
        return groups.values().stream()
                .flatMap(group -> group.values().stream())
                .filter(value -> value.type().priority() >= priority)
                .sorted(java.util.Comparator.comparing((Value value) -> value.type().path()))
                .toList();
    }

    /// As reports carry them.
    static Bytes pack(List<Value> values) {
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
    void dump(Formatter f, String group, String name) {
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

    void dumpSchema(Formatter f) {
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
}
