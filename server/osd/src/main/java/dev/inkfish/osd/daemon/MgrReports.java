package dev.inkfish.osd.daemon;

import dev.inkfish.command.stats.CounterReport;
import dev.inkfish.conf.ReportedConfig;
import dev.inkfish.net.Connection;
import dev.inkfish.net.MessengerGroups;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.pg.PgShell;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.message.MMgrConfigure;
import dev.inkfish.wire.message.MMgrReport;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the manager gets every few seconds besides groups and space: counters, slow operations, and what it asked to have
/// counted apart (`MgrClient::_send_report`). On the control thread.
final class MgrReports {
    private final OsdDaemon daemon;
    private NavigableMap<OsdPerfQuery, NavigableSet<OsdPerfQuery.Limit>> queries = new TreeMap<>();
    private final CounterReport told = new CounterReport();
    private ReportedConfig config = ReportedConfig.NONE;

    /// What a shard tells.
    private record Part(
            OpCounters counters,
            List<TrackedOp> slow,
            @Nullable Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> perf) {}

    MgrReports(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    /// @param first in its first message
    void newSession(ReportedConfig first) {
        told.newSession();
        config = first;
    }

    /// The options, if they changed since they were last told; else nothing.
    private Bytes changedConfig() {
        ReportedConfig now = ReportedConfig.of(daemon.config().conf());
        if (now.values().equals(config.values())) {
            return Bytes.EMPTY;
        }
        config = now;
        return now.encodedValues();
    }

    void configure(MMgrConfigure wanted) {
        told.threshold(wanted.statsThreshold());
        if (!wanted.queries().keySet().equals(queries.keySet())) {
            List<OsdPerfQuery> asked = List.copyOf(wanted.queries().keySet());
            for (OsdShard shard : daemon.shards()) {
                shard.post(() -> shard.tracker().perf(asked.isEmpty() ? null : new OpPerf(daemon.whoami(), asked)));
            }
        }
        queries = wanted.queries();
    }

    void send(Connection to) {
        long complaint = daemon.complaintNanos();
        gather(shard -> {
            OpPerf perf = shard.tracker().perf();
            return new Part(shard.counted(), shard.tracker().slowerThan(complaint, System.nanoTime()),
                    perf == null ? null : perf.take());
        }, parts -> send(to, parts));
    }

    /// Asks each shard on its thread; the answers come on the control thread.
    private <T> void gather(java.util.function.Function<OsdShard, T> ask, Consumer<List<T>> then) {
        List<T> all = new ArrayList<>();
        for (OsdShard shard : daemon.shards()) {
            shard.post(() -> {
                T part = ask.apply(shard);
                daemon.control(() -> {
                    all.add(part);
                    if (all.size() == daemon.shards().size()) {
                        then.accept(all);
                    }
                });
            });
        }
    }

    /// The counters as they are now, on the control thread.
    void counters(Consumer<OsdCounters> then) {
        gather(OsdShard::counted, parts -> then.accept(counters(parts)));
    }

    private OsdCounters counters(List<OpCounters> parts) {
        OpCounters sum = new OpCounters();
        parts.forEach(sum::add);
        ObjectStore.StoreStats space = daemon.store().stats();
        Runtime runtime = Runtime.getRuntime();
        OsdCounters counters = new OsdCounters(new OsdCounters.Source(
                sum, daemon.heartbeats().peers().size(), space.total(), space.total() - space.available(), space.available(),
                new OsdCounters.Heap(
                        runtime.totalMemory() - runtime.freeMemory(), runtime.totalMemory(), runtime.maxMemory())));
        MessengerGroups.add(counters.groups(), List.of(daemon.publicMessenger(), daemon.clusterMessenger()));
        MessengerGroups.bytes(counters.groups(), "throttle-osd_client_bytes", daemon.throttle());
        MessengerGroups.requests(counters.groups(), "throttle-osd_client_messages", daemon.throttle());
        return counters;
    }

    private void send(Connection to, List<Part> parts) {
        CounterReport.Part counters = told.next(counters(parts.stream().map(Part::counters).toList()).groups());
        NavigableMap<OsdPerfQuery, OsdPerfQuery.Report> perf = new TreeMap<>();
        Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> counted = new LinkedHashMap<>();
        for (Part part : parts) {
            if (part.perf != null) {
                OpPerf.merge(counted, part.perf);
            }
        }
        counted.forEach((query, groups) -> {
            NavigableSet<OsdPerfQuery.Limit> limits = queries.get(query);
            if (limits != null) {
                perf.put(query, OpPerf.report(query, groups, limits));
            }
        });
        List<TrackedOp> slow = parts.stream().flatMap(part -> part.slow.stream()).toList();
        to.send(new MMgrReport(Integer.toString(daemon.whoami()), "", counters.declared(), List.of(), counters.packed(),
                null, null, health(slow), changedConfig(), perf));
    }

    private List<DaemonHealthMetric> health(List<TrackedOp> slow) {
        long now = System.nanoTime();
        long oldest = slow.stream().mapToLong(op -> now - op.arrived).max().orElse(0) / 1_000_000_000L;
        if (!slow.isEmpty()) {
            complain(slow);
        }
        return List.of(
                new DaemonHealthMetric(DaemonHealthMetric.SLOW_OPS, slow.size(), (int) oldest),
                new DaemonHealthMetric(DaemonHealthMetric.PENDING_CREATING_PGS, 0, 0));
    }

    private void complain(List<TrackedOp> slow) {
        TreeMap<String, Integer> kinds = new TreeMap<>();
        TreeMap<Long, Integer> pools = new TreeMap<>();
        for (TrackedOp op : slow) {
            kinds.merge(op.reachedGroup == 0 ? "delayed" : "reached pg", 1, Integer::sum);
            pools.merge(op.pool(), 1, Integer::sum);
        }
        StringBuilder text = new StringBuilder().append(slow.size()).append(" slow requests (by type [ ");
        kinds.forEach((kind, count) -> text.append('\'').append(kind).append("' : ").append(count).append(' '));
        var most = pools.entrySet().stream().max(Map.Entry.comparingByValue());
        text.append("] most affected pool [ '")
                .append(TrackedOp.poolName(daemon.map(), most.map(Map.Entry::getKey).orElse(-1L)))
                .append("' : ").append(most.map(Map.Entry::getValue).orElse(0)).append(" ])");
        daemon.clusterLog().add(PgShell.LogLevel.WARN, text.toString());
    }
}
