package dev.inkfish.mon.daemon;

import dev.inkfish.command.stats.CounterReport;
import dev.inkfish.conf.ReportedConfig;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.Requests;
import dev.inkfish.mon.map.MonCounters;
import dev.inkfish.mon.mgr.MgrMapService;
import dev.inkfish.net.Connection;
import dev.inkfish.net.ConnectionPolicy;
import dev.inkfish.net.Dispatcher;
import dev.inkfish.net.Messenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.message.MMgrConfigure;
import dev.inkfish.wire.message.MMgrOpen;
import dev.inkfish.wire.message.MMgrReport;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import dev.inkfish.wire.mon.MgrMap;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Tells the active manager every few seconds what this monitor counts, its slow requests and its options (`MgrClient`, of which
/// a monitor has one). On the monitor's thread.
final class ManagerLink {
    /// Until the manager says how often it wants to hear.
    private static final int PERIOD_SECONDS = 5;

    private final MonCore mon;
    private final MonLoop loop;
    private final Messenger messenger;
    private final MonCounters counters;
    private final CounterReport told = new CounterReport();
    private ReportedConfig config = ReportedConfig.NONE;
    private MgrMap map = MgrMap.EMPTY;
    private @Nullable Connection connection;
    private int period = PERIOD_SECONDS;
    private int sinceReport;

    ManagerLink(MonCore mon, MonLoop loop, Messenger messenger) {
        this.mon = mon;
        this.loop = loop;
        this.messenger = messenger;
        this.counters = new MonCounters(mon);
    }

    /// Once a second.
    void tick() {
        MgrMap now = mon.service(MgrMapService.class).map();
        boolean same = now.activeGid() == map.activeGid() && now.activeAddrs().equals(map.activeAddrs());
        boolean there = now.available() && !now.activeAddrs().addrs().isEmpty();
        map = now;
        Connection to = connection;
        if (to != null && !(same && there)) {
            to.close();
            connection = null;
        }
        if (connection == null && there) {
            connect();
        } else if (connection != null && ++sinceReport >= period) {
            report(connection);
        }
    }

    private void connect() {
        Connection to = messenger.connect(EntityType.MGR, map.activeAddrs(), ConnectionPolicy.LOSSY, new Dispatcher() {
            @Override
            public void onMessage(Connection from, Message message, long tid) {
                if (message instanceof MMgrConfigure wanted) {
                    loop.post(() -> configure(from, wanted));
                }
            }

            @Override
            public void onReset(Connection lost) {
                loop.post(() -> forget(lost));
            }
        });
        connection = to;
        config = ReportedConfig.of(mon.conf());
        told.newSession();
        to.send(new MMgrOpen(mon.name(), "", false, new TreeMap<>(), new TreeMap<>(), config.encodedValues(), config.encodedDefaults()));
        report(to);
    }

    private void forget(Connection lost) {
        if (connection == lost) {
            connection = null;
        }
    }

    private void configure(Connection from, MMgrConfigure wanted) {
        if (connection == from) {
            period = Math.max(1, wanted.statsPeriod());
            told.threshold(wanted.statsThreshold());
        }
    }

    private void report(Connection to) {
        sinceReport = 0;
        CounterReport.Part part = told.next(counters.now());
        to.send(new MMgrReport(mon.name(), "", part.declared(), List.of(), part.packed(), null, null, List.of(slow()), changedConfig(),
                new TreeMap<>()));
    }

    private DaemonHealthMetric slow() {
        double complaint = mon.conf().seconds("mon_op_complaint_time");
        List<Double> ages = mon.requests().open(mon.now()).stream().map(Requests.Past::seconds).filter(age -> age > complaint).toList();
        double oldest = ages.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        return new DaemonHealthMetric(DaemonHealthMetric.SLOW_OPS, ages.size(), (int) oldest);
    }

    private Bytes changedConfig() {
        ReportedConfig now = ReportedConfig.of(mon.conf());
        if (now.values().equals(config.values())) {
            return Bytes.EMPTY;
        }
        config = now;
        return now.encodedValues();
    }
}
