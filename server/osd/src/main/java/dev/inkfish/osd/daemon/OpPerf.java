package dev.inkfish.osd.daemon;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.mon.OsdPerfQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Counts operations apart by what the manager asked for (`DynamicPerfStats`). On the shard's thread.
final class OpPerf {
    /// Keys that are kept between two reports; others are not counted.
    private static final int MAX_KEYS = 16_384;

    private final int whoami;
    private final Map<OsdPerfQuery, List<Pattern>> patterns = new LinkedHashMap<>();
    private final Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> counted = new LinkedHashMap<>();

    OpPerf(int whoami, Collection<OsdPerfQuery> queries) {
        this.whoami = whoami;
        for (OsdPerfQuery query : queries) {
            try {
                patterns.put(query, query.keys().stream().map(key -> Pattern.compile(key.regex())).toList());
                counted.put(query, new TreeMap<>(OsdPerfQuery::compareKeys));
            } catch (PatternSyntaxException e) {
                // as Ceph: such a query counts nothing
            }
        }
    }

    void add(Caller session, MOSDOp op, TrackedOp tracked, long nanos) {
        patterns.forEach((query, regexes) -> {
            List<List<String>> key = key(query, regexes, session, op);
            NavigableMap<List<List<String>>, long[]> groups = counted.get(query);
            if (key == null || groups == null || groups.size() >= MAX_KEYS && !groups.containsKey(key)) {
                return;
            }
            long[] sums = groups.computeIfAbsent(key, k -> new long[query.counters().size() * 2]);
            for (int i = 0; i < query.counters().size(); i++) {
                count(query.counters().get(i), tracked, nanos, sums, i * 2);
            }
        });
    }

    private @Nullable List<List<String>> key(OsdPerfQuery query, List<Pattern> regexes, Caller session, MOSDOp op) {
        List<List<String>> key = new ArrayList<>(regexes.size());
        for (int i = 0; i < regexes.size(); i++) {
            Matcher matcher = regexes.get(i).matcher(text(query.keys().get(i).type(), session, op));
            if (!matcher.find() || matcher.groupCount() == 0) {
                return null;
            }
            List<String> part = new ArrayList<>(matcher.groupCount());
            for (int group = 1; group <= matcher.groupCount(); group++) {
                String found = matcher.group(group);
                part.add(found == null ? "" : found);
            }
            key.add(part);
        }
        return key;
    }

    private String text(int type, Caller session, MOSDOp op) {
        return switch (type) {
            case OsdPerfQuery.SubKey.CLIENT_ID -> session.name().toString();
            case OsdPerfQuery.SubKey.CLIENT_ADDRESS -> session.addr().toString();
            case OsdPerfQuery.SubKey.POOL_ID -> Long.toString(op.pgid().pgid().pool());
            case OsdPerfQuery.SubKey.NAMESPACE -> op.object().nspace();
            case OsdPerfQuery.SubKey.OSD_ID -> Integer.toString(whoami);
            case OsdPerfQuery.SubKey.PG_ID -> op.pgid().toString();
            case OsdPerfQuery.SubKey.OBJECT_NAME -> op.object().oid();
            case OsdPerfQuery.SubKey.SNAP_ID -> op.object().snap() == -2 ? "head" : Long.toHexString(op.object().snap());
            default -> "";
        };
    }

    private static void count(int kind, TrackedOp op, long nanos, long[] sums, int at) {
        switch (kind) {
            case OsdPerfQuery.OPS -> sums[at]++;
            case OsdPerfQuery.WRITE_OPS -> sums[at] += op.writes ? 1 : 0;
            case OsdPerfQuery.READ_OPS -> sums[at] += op.reads ? 1 : 0;
            case OsdPerfQuery.BYTES -> sums[at] += op.bytesIn + op.bytesOut;
            case OsdPerfQuery.WRITE_BYTES -> sums[at] += op.writes ? op.bytesIn : 0;
            case OsdPerfQuery.READ_BYTES -> sums[at] += op.reads ? op.bytesOut : 0;
            default -> {
                boolean counts = kind == OsdPerfQuery.LATENCY
                        || kind == OsdPerfQuery.WRITE_LATENCY && op.writes
                        || kind == OsdPerfQuery.READ_LATENCY && op.reads;
                if (counts) {
                    sums[at] += nanos;
                    sums[at + 1]++;
                }
            }
        }
    }

    /// What was counted since the last time.
    Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> take() {
        Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> taken = new LinkedHashMap<>(counted);
        counted.replaceAll((query, groups) -> new TreeMap<>(OsdPerfQuery::compareKeys));
        return taken;
    }

    static void merge(
            Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> into,
            Map<OsdPerfQuery, NavigableMap<List<List<String>>, long[]>> from) {
        from.forEach((query, groups) -> {
            var target = into.computeIfAbsent(query, q -> new TreeMap<>(OsdPerfQuery::compareKeys));
            groups.forEach((key, sums) -> target.merge(key, sums, (a, b) -> {
                for (int i = 0; i < a.length; i++) {
                    a[i] += b[i];
                }
                return a;
            }));
        });
    }

    /// Packs what is to be reported: within each limit, the keys with most of its counter.
    static OsdPerfQuery.Report report(
            OsdPerfQuery query, NavigableMap<List<List<String>>, long[]> groups, Collection<OsdPerfQuery.Limit> limits) {
        NavigableMap<List<List<String>>, Bytes> packed = new TreeMap<>(OsdPerfQuery::compareKeys);
        boolean all = limits.isEmpty() || limits.stream().anyMatch(limit -> limit.max() >= groups.size());
        if (all) {
            groups.forEach((key, sums) -> packed.put(key, pack(query, sums)));
        } else {
            for (OsdPerfQuery.Limit limit : limits) {
                int index = query.counters().indexOf(limit.orderBy());
                if (index >= 0) {
                    groups.entrySet().stream()
                            .sorted(Comparator.comparingLong((Map.Entry<?, long[]> e) -> -e.getValue()[index * 2]))
                            .limit(limit.max())
                            .forEach(each -> packed.put(each.getKey(), pack(query, each.getValue())));
                }
            }
        }
        return new OsdPerfQuery.Report(query.counters(), packed);
    }

    private static Bytes pack(OsdPerfQuery query, long[] sums) {
        WireWriter out = new WireWriter();
        for (int i = 0; i < query.counters().size(); i++) {
            out.u64(sums[i * 2]);
            if (OsdPerfQuery.isLatency(query.counters().get(i))) {
                out.u64(sums[i * 2 + 1]);
            }
        }
        return out.toBytes();
    }
}
