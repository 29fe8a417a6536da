package dev.inkfish.osd.daemon;

import dev.inkfish.conf.ReportedConfig;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.message.MMgrConfigure;
import dev.inkfish.wire.message.MMgrOpen;
import dev.inkfish.wire.message.MPGStats;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reports groups and space to the active manager: those whose state changed soon after, all every few
/// seconds. On the control thread.
final class Reporter {
    private static final long UP_MILLIS = 700;
    private static final long SOON_MILLIS = 50;
    private static final long PERIOD_MILLIS = 5000;

    private final OsdDaemon daemon;
    private MgrMap mgrMap = MgrMap.EMPTY;
    private @Nullable Connection connection;
    private boolean scheduled;
    private Extent next = Extent.CHANGED;
    private long sequence;
    private long lastReport;
    private final MgrReports mgrReports;

    /// Which groups are reported.
    enum Extent {
        ALL,
        CHANGED
    }

    Reporter(OsdDaemon daemon) {
        this.daemon = daemon;
        this.mgrReports = new MgrReports(daemon);
    }

    void onMgrMap(MgrMap map) {
        boolean same = connection != null
                && map.activeGid() == mgrMap.activeGid()
                && map.activeAddrs().equals(mgrMap.activeAddrs());
        mgrMap = map;
        if (same) {
            return;
        }
        close();
        connect();
    }

    private void connect() {
        if (!mgrMap.available() || mgrMap.activeAddrs().addrs().isEmpty()) {
            return;
        }
        connection = daemon.publicMessenger()
                .connect(EntityType.MGR, mgrMap.activeAddrs(), ConnectionPolicy.LOSSY, new Dispatcher() {
                    @Override
                    public void onMessage(Connection from, Message message, long tid) {
                        if (message instanceof MMgrConfigure wanted) {
                            daemon.control(() -> mgrReports.configure(wanted));
                        }
                    }

                    @Override
                    public void onReset(Connection lost) {
                        daemon.control(() -> reconnect(lost));
                    }
                });
        ReportedConfig config = ReportedConfig.of(daemon.config().conf());
        connection.send(new MMgrOpen(Integer.toString(daemon.whoami()), "", false, new TreeMap<>(), new TreeMap<>(),
                config.encodedValues(), config.encodedDefaults()));
        mgrReports.newSession(config);
        report(Extent.ALL);
    }

    private void reconnect(Connection lost) {
        if (lost == connection) {
            connection = null;
            daemon.later(1000, () -> daemon.control(() -> {
                if (connection == null) {
                    connect();
                }
            }));
        }
    }

    void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /// Within a moment, together with what else changes until then.
    void soon() {
        if (!scheduled) {
            scheduled = true;
            daemon.later(SOON_MILLIS, () -> daemon.control(() -> {
                scheduled = false;
                report(next);
            }));
        }
    }

    /// What was reported before counts for nothing; and the manager may hear of us a moment after we do.
    void onUp() {
        allSoon();
        daemon.later(UP_MILLIS, () -> daemon.control(this::allSoon));
    }

    private void allSoon() {
        next = Extent.ALL;
        soon();
    }

    void periodically() {
        report(Extent.ALL);
        Connection to = connection;
        if (to != null) {
            mgrReports.send(to);
        }
        daemon.later(PERIOD_MILLIS, () -> daemon.control(this::periodically));
    }

    void reportAll() {
        report(Extent.ALL);
    }

    private void report(Extent extent) {
        if (connection == null) {
            return;
        }
        next = Extent.CHANGED;
        TreeMap<PgId, PgStat> all = new TreeMap<>();
        int[] left = {daemon.shards().size()};
        int[] held = {0};
        for (OsdShard shard : daemon.shards()) {
            shard.post(() -> {
                NavigableMap<PgId, PgStat> stats = shard.stats(extent);
                int groups = shard.table().groups().size();
                daemon.control(() -> {
                    all.putAll(stats);
                    held[0] += groups;
                    if (--left[0] == 0) {
                        send(all, held[0]);
                    }
                });
            });
        }
    }

    /// @param groups how many the OSD holds
    private void send(NavigableMap<PgId, PgStat> stats, int groups) {
        OsdMap map = daemon.map();
        Connection to = connection;
        if (to == null) {
            return;
        }
        ObjectStore.StoreStats space = daemon.config().store().stats();
        StoreStatfs statfs = new StoreStatfs(
                space.total(),
                space.available(),
                0,
                space.allocated(),
                space.dataStored(),
                0,
                0,
                0,
                space.omap(),
                space.metadata());
        int upFrom = map.osdInfo(daemon.whoami()).upFrom();
        lastReport = ((long) upFrom << 32) | ++sequence;
        OsdStat osd = new OsdStat(
                statfs,
                0,
                0,
                daemon.heartbeats().peers(),
                List.of(),
                0,
                0,
                upFrom,
                lastReport,
                groups,
                new TreeMap<>(),
                daemon.repaired(),
                1,
                1,
                0,
                daemon.heartbeats().reported());
        to.send(new MPGStats(daemon.fsid(), osd, stats, map.epoch(), pools()));
    }

    private NavigableMap<Long, StoreStatfs> pools() {
        NavigableMap<Long, StoreStatfs> pools = new TreeMap<>();
        daemon.store().poolStats().forEach((pool, usage) -> pools.put(
                pool, new StoreStatfs(0, 0, 0, usage.allocated(), usage.dataStored(), 0, 0, 0, 0, 0)));
        return pools;
    }

    MgrReports mgrReports() {
        return mgrReports;
    }

    /// Of the last report: the epoch in which this instance came up, and a count.
    long lastReport() {
        return lastReport;
    }
}
