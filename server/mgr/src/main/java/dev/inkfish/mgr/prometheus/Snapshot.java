package dev.inkfish.mgr.prometheus;

import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PoolStat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What the manager itself knows, taken at one moment on the core's thread.
///
/// @param digest has the pools' changes of late
/// @param counters by daemon, then by path
/// @param health by daemon
public record Snapshot(
        OsdMap osdMap,
        NavigableMap<PgId, PgStat> pgs,
        NavigableMap<Integer, OsdStat> osds,
        NavigableMap<Long, PoolStat> pools,
        ObjectStatSum sum,
        PgMapDigest digest,
        NavigableMap<String, NavigableMap<String, MgrSession.Counter>> counters,
        NavigableMap<String, List<DaemonHealthMetric>> health) {
    public static Snapshot of(MgrCore core) {
        NavigableMap<String, List<DaemonHealthMetric>> health = new TreeMap<>();
        reporting(core).forEach(session -> health.put(session.daemon(), session.health()));
        return new Snapshot(core.pgMap().osdMap(), new TreeMap<>(core.pgMap().pgs()), new TreeMap<>(core.pgMap().osds()),
                new TreeMap<>(core.pgMap().poolSums()), core.pgMap().sum().sum(), core.pgMap().digest(), counters(core), health);
    }

    public static NavigableMap<String, NavigableMap<String, MgrSession.Counter>> counters(MgrCore core) {
        NavigableMap<String, NavigableMap<String, MgrSession.Counter>> counters = new TreeMap<>();
        reporting(core).forEach(session -> counters.put(session.daemon(), new TreeMap<>(session.counters())));
        return counters;
    }

    /// OSDs and monitors.
    private static List<MgrSession> reporting(MgrCore core) {
        return core.sessions().stream()
                .filter(session -> session.peer().type() == EntityType.OSD || session.peer().type() == EntityType.MON)
                .filter(session -> !session.daemon().isEmpty()).toList();
    }
}
