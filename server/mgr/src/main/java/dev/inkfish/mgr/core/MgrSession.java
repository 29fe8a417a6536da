package dev.inkfish.mgr.core;

import dev.inkfish.cephx.caps.MgrCap;
import dev.inkfish.conf.ReportedConfig;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MMgrOpen;
import dev.inkfish.wire.message.MMgrReport;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A peer's session with the manager (`MgrSession`): a daemon that reports, or a client. Belongs to the core's thread.
public final class MgrSession {
    private final long id;
    private final EntityName peer;
    private final EntityAuthName authName;
    private final EntityAddr address;
    private final MgrCap caps;
    private String daemon = "";
    private ReportedConfig config = ReportedConfig.NONE;
    private List<DaemonHealthMetric> health = List.of();
    private final TreeMap<String, Counter> counters = new TreeMap<>();
    private final TreeMap<String, Counter> countersBefore = new TreeMap<>();
    private Utime reportedAt = Utime.ZERO;
    private Utime reportedBefore = Utime.ZERO;

    /// @param id unique within the daemon's life
    public MgrSession(long id, EntityName peer, EntityAuthName authName, EntityAddr address, MgrCap caps) {
        this.id = id;
        this.peer = peer;
        this.authName = authName;
        this.address = address;
        this.caps = caps;
    }

    public long id() {
        return id;
    }

    public EntityName peer() {
        return peer;
    }

    public EntityAuthName authName() {
        return authName;
    }

    public EntityAddr address() {
        return address;
    }

    public MgrCap caps() {
        return caps;
    }

    /// `osd.0`; empty before it has introduced itself.
    public String daemon() {
        return daemon;
    }

    void opened(MMgrOpen open) {
        daemon = (open.service().isEmpty() ? peer.type().text() : open.service()) + "." + open.daemon();
        config = ReportedConfig.decode(open.config(), open.configDefaults());
    }

    /// Its options, as it last told.
    public ReportedConfig config() {
        return config;
    }

    /// What it last reported of its health.
    public List<DaemonHealthMetric> health() {
        return health;
    }

    void report(MMgrReport report, Utime now) {
        health = List.copyOf(report.health());
        config = config.with(report.config());
        report.undeclared().forEach(counters::remove);
        report.declared().forEach(type -> counters.put(type.path(), new Counter(type, 0, 0)));
        if (counters.isEmpty()) {
            return;
        }
        countersBefore.clear();
        countersBefore.putAll(counters);
        reportedBefore = reportedAt;
        reportedAt = now;
        report.packed().reader().versioned(1, (in, version) -> {
            counters.replaceAll((path, counter) -> {
                long value = in.u64();
                if ((counter.type.type() & PerfCounterType.LONGRUNAVG) == 0) {
                    return new Counter(counter.type, value, 0);
                }
                long count = in.u64();
                in.u64(); // again the count, by which a torn read shows
                return new Counter(counter.type, value, count);
            });
            return true;
        });
    }

    /// A performance counter as it was last reported.
    ///
    /// @param value of an average, the sum
    /// @param count of an average
    public record Counter(PerfCounterType type, long value, long count) {}

    /// How much a counter grew a second, between the last two reports.
    public double rate(String path) {
        Counter before = countersBefore.get(path);
        Counter after = counters.get(path);
        double seconds = reportedAt.toSeconds() - reportedBefore.toSeconds();
        return before == null || after == null || reportedBefore.isZero() || seconds <= 0
                ? 0 : (after.value - before.value) / seconds;
    }

    /// By path.
    public NavigableMap<String, Counter> counters() {
        return Collections.unmodifiableNavigableMap(counters);
    }
}
