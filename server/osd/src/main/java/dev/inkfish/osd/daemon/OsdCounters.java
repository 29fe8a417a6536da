package dev.inkfish.osd.daemon;

import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.wire.mon.PerfCounterType;

/// The OSD's performance counters under Ceph's names, as far as they mean something here (`src/osd/osd_perf_counters.cc`),
/// by group and name, at one moment.
final class OsdCounters {
    private static final int COUNTER = PerfGroups.COUNTER;
    private static final int GAUGE = PerfGroups.GAUGE;
    private static final int LATENCY = PerfGroups.LATENCY;
    private static final int NONE = PerfGroups.NONE;
    private static final int BYTES = PerfGroups.BYTES;

    private final PerfGroups groups = new PerfGroups();

    /// What the numbers come from.
    ///
    /// @param ops the sum of all shards
    record Source(OpCounters ops, int peers, long size, long used, long available, Heap heap) {}

    /// Of the whole process.
    record Heap(long used, long committed, long max) {}

    OsdCounters(Source source) {
        OpCounters ops = source.ops();
        OpCounters.Kind both = ops.readWrites;
        gauge("op_wip", "Replication operations currently being processed (primary)", "", 5, NONE, ops.inFlight);
        counter("op", "Client operations", "ops", 10, NONE, ops.all.count);
        counter("op_in_bytes", "Client operations total write size", "wr", 8, BYTES, ops.all.bytesIn);
        counter("op_out_bytes", "Client operations total read size", "rd", 8, BYTES, ops.all.bytesOut);
        latency("op_latency", "Latency of client operations (including queue time)", "l", 9, ops.all);
        counter("op_r", "Client read operations", "", 5, NONE, ops.reads.count);
        counter("op_r_out_bytes", "Client data read", "", 5, BYTES, ops.reads.bytesOut);
        latency("op_r_latency", "Latency of read operation (including queue time)", "", 5, ops.reads);
        counter("op_w", "Client write operations", "", 5, NONE, ops.writes.count);
        counter("op_w_in_bytes", "Client data written", "", 5, NONE, ops.writes.bytesIn);
        latency("op_w_latency", "Latency of write operation (including queue time)", "", 5, ops.writes);
        counter("op_rw", "Client read-modify-write operations", "", 5, NONE, both.count);
        counter("op_rw_in_bytes", "Client read-modify-write operations write in", "", 5, BYTES, both.bytesIn);
        counter("op_rw_out_bytes", "Client read-modify-write operations read out ", "", 5, BYTES, both.bytesOut);
        latency("op_rw_latency", "Latency of read-modify-write operation (including queue time)", "", 5, both);
        counter("subop", "Suboperations", "", 0, NONE, ops.replicated.count);
        counter("subop_in_bytes", "Suboperations total size", "", 0, BYTES, ops.replicated.bytesIn);
        counter("subop_w", "Replicated writes", "", 0, NONE, ops.replicated.count);
        counter("subop_w_in_bytes", "Replicated written data size", "", 0, BYTES, ops.replicated.bytesIn);
        counter("recovery_ops", "Started recovery operations", "rop", 8, NONE, ops.recoveries);
        counter("recovery_bytes", "recovery bytes", "rbt", 8, NONE, ops.recoveryBytes);
        gauge("numpg", "Placement groups", "pgs", 5, NONE, ops.groups);
        gauge("numpg_primary", "Placement groups for which this osd is primary", "", 0, NONE, ops.primaries);
        gauge("numpg_replica", "Placement groups for which this osd is replica", "", 0, NONE, ops.groups - ops.primaries);
        gauge("heartbeat_to_peers", "Heartbeat (ping) peers we send to", "", 0, NONE, source.peers());
        counter("messages_delayed_for_map", "Operations waiting for OSD map", "", 0, NONE, ops.delayedForMap);
        gauge("stat_bytes", "OSD size", "size", 5, BYTES, source.size());
        gauge("stat_bytes_used", "Used space", "used", 5, BYTES, source.used());
        gauge("stat_bytes_avail", "Available space", "", 0, BYTES, source.available());
        groups.histogram("osd", "op_r_latency_out_bytes_histogram",
                "Histogram of operation latency (including queue time) + data read", ops.readOut);
        groups.histogram("osd", "op_w_latency_in_bytes_histogram",
                "Histogram of operation latency (including queue time) + data written", ops.writeIn);
        groups.histogram("osd", "op_rw_latency_in_bytes_histogram",
                "Histogram of rw operation latency (including queue time) + data written", ops.readWriteIn);
        groups.histogram("osd", "op_rw_latency_out_bytes_histogram",
                "Histogram of rw operation latency (including queue time) + data read", ops.readWriteOut);
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
        groups.add(group, new PerfCounterType(name, description, nick, type, priority, unit), value, count);
    }

    PerfGroups groups() {
        return groups;
    }
}
