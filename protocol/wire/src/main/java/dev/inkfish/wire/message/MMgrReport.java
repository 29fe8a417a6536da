package dev.inkfish.wire.message;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.mon.OsdPerfQuery;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A daemon's counters, status and health (`MSG_MGR_REPORT`).
///
/// @param declared counters that were not declared in this session before
/// @param packed values of all declared counters, in the order of their paths
/// @param status null where it did not change
/// @param taskStatus null where it did not change
/// @param perfReports what was asked for with [MMgrConfigure]
public record MMgrReport(
        String daemon,
        String service,
        List<PerfCounterType> declared,
        List<String> undeclared,
        Bytes packed,
        @Nullable Map<String, String> status,
        @Nullable Map<String, String> taskStatus,
        List<DaemonHealthMetric> health,
        Bytes config,
        NavigableMap<OsdPerfQuery, OsdPerfQuery.Report> perfReports) implements Message {
    public static final int TYPE = 0x702;
    private static final int VERSION = 9;
    private static final int COMPAT = 1;

    static MMgrReport decode(MessageHeader header, WireReader in, Bytes middle, Bytes data) {
        String daemon = in.string();
        List<PerfCounterType> declared = in.list(PerfCounterType::decode);
        Bytes packed = in.bytes();
        List<String> undeclared = header.version() >= 2 ? in.list(WireReader::string) : List.of();
        String service = header.version() >= 3 ? in.string() : "";
        Map<String, String> status = header.version() >= 3 ? optionalMap(in) : null;
        List<DaemonHealthMetric> health = header.version() >= 5 ? in.list(DaemonHealthMetric::decode) : List.of();
        Bytes config = header.version() >= 6 ? in.bytes() : Bytes.EMPTY;
        NavigableMap<OsdPerfQuery, OsdPerfQuery.Report> perf = header.version() >= 7
                ? in.map(OsdPerfQuery::decode, OsdPerfQuery.Report::decode)
                : new TreeMap<>();
        Map<String, String> tasks = header.version() >= 8 ? optionalMap(in) : null;
        return new MMgrReport(daemon, service, declared, undeclared, packed, status, tasks, health, config, perf);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int version(long features) {
        return VERSION;
    }

    @Override
    public int compatVersion(long features) {
        return COMPAT;
    }

    @Override
    public void encodeFront(WireWriter out, long features) {
        out.string(daemon).list(declared, (w, type) -> type.encode(w)).bytes(packed).list(undeclared, WireWriter::string);
        out.string(service);
        encodeOptional(out, status);
        out.list(health, (w, metric) -> metric.encode(w)).bytes(config);
        out.map(perfReports, (w, query) -> query.encode(w), (w, report) -> report.encode(w));
        encodeOptional(out, taskStatus);
        out.bool(false);
    }

    /// A report of health alone.
    public static MMgrReport of(String daemon, List<DaemonHealthMetric> health) {
        WireWriter packed = new WireWriter(6);
        packed.versioned(1, 1, () -> {});
        return new MMgrReport(daemon, "", List.of(), List.of(), packed.toBytes(), null, null, health, Bytes.EMPTY, new TreeMap<>());
    }

    private static @Nullable Map<String, String> optionalMap(WireReader in) {
        return in.bool() ? in.map(WireReader::string, WireReader::string) : null;
    }

    private static void encodeOptional(WireWriter out, @Nullable Map<String, String> map) {
        out.bool(map != null);
        if (map != null) {
            out.map(map, WireWriter::string, WireWriter::string);
        }
    }
}
