package dev.inkfish.mgr.core;

import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What OSDs are asked to count apart, and the sums of what they report until they are taken (`OSDPerfMetricCollector`). On the
/// core's thread.
public final class PerfCollector {
    private final NavigableMap<OsdPerfQuery, NavigableSet<OsdPerfQuery.Limit>> queries = new TreeMap<>();
    private final Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> sums = new LinkedHashMap<>();

    NavigableMap<OsdPerfQuery, NavigableSet<OsdPerfQuery.Limit>> queries() {
        return new TreeMap<>(queries);
    }

    void add(OsdPerfQuery query, Collection<OsdPerfQuery.Limit> limits) {
        queries.computeIfAbsent(query, q -> new TreeSet<>()).addAll(limits);
    }

    void remove(OsdPerfQuery query) {
        queries.remove(query);
        sums.remove(query);
    }

    void report(NavigableMap<OsdPerfQuery, OsdPerfQuery.Report> reports) {
        reports.forEach((query, report) -> {
            if (!queries.containsKey(query)) {
                return; // not any more
            }
            var into = sums.computeIfAbsent(query, q -> new TreeMap<>(OsdPerfQuery::compareKeys));
            report.groups().forEach((key, packed) -> {
                long[] counters = into.computeIfAbsent(key, k -> new long[query.counters().size()]);
                WireReader in = packed.reader();
                for (int i = 0; i < counters.length; i++) {
                    counters[i] += in.u64();
                    if (OsdPerfQuery.isLatency(query.counters().get(i))) {
                        in.u64();
                    }
                }
            });
        });
    }

    /// What was counted since the last time: by key, a number for each of the query's counters, of latencies the sum in
    /// nanoseconds.
    public NavigableMap<List<List<String>>, long[]> take(OsdPerfQuery query) {
        NavigableMap<List<List<String>>, long[]> taken = sums.remove(query);
        return taken == null ? new TreeMap<>(OsdPerfQuery::compareKeys) : taken;
    }
}
