package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/// One thing that is wrong (`health_check_t`).
///
/// @param count how many of what the summary speaks of
@CephType("health_check_t")
public record HealthCheck(HealthStatus severity, String summary, List<String> detail, long count) {
    public HealthCheck {
        detail = List.copyOf(detail);
    }

    public static HealthCheck warn(String summary, long count, List<String> detail) {
        return new HealthCheck(HealthStatus.HEALTH_WARN, summary, detail, count);
    }

    public static HealthCheck error(String summary, long count, List<String> detail) {
        return new HealthCheck(HealthStatus.HEALTH_ERR, summary, detail, count);
    }

    /// The same check found by two daemons.
    public HealthCheck merge(HealthCheck other) {
        List<String> both = new ArrayList<>(detail);
        both.addAll(other.detail);
        return new HealthCheck(severity.worse(other.severity), summary, both, count + other.count);
    }

    public static HealthCheck decode(WireReader in) {
        return in.versioned(2, (b, version) -> {
            HealthStatus severity = HealthStatus.of(b.u8());
            String summary = b.string();
            List<String> detail = b.list(WireReader::string);
            return new HealthCheck(severity, summary, detail, version >= 2 ? b.u64() : 0);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(2, 1, () -> out.u8(severity.ordinal())
                .string(summary)
                .list(detail, WireWriter::string)
                .u64(count));
    }

    /// A map of them by code (`health_check_map_t`).
    public static NavigableMap<String, HealthCheck> decodeMap(WireReader in) {
        return in.versioned(1, (b, version) -> b.map(WireReader::string, HealthCheck::decode));
    }

    public static void encodeMap(WireWriter out, Map<String, HealthCheck> checks) {
        out.versioned(1, 1, () -> out.map(checks, WireWriter::string, (w, check) -> check.encode(w)));
    }
}
