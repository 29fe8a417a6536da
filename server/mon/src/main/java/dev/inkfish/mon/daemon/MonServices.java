package dev.inkfish.mon.daemon;

import dev.inkfish.command.Formatter;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.auth.AuthKeys;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.config.ConfigKeyService;
import dev.inkfish.mon.config.ConfigService;
import dev.inkfish.mon.health.DfCommand;
import dev.inkfish.mon.health.HealthService;
import dev.inkfish.mon.health.ReportCommand;
import dev.inkfish.mon.health.StatusCommands;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.map.ClusterCommands;
import dev.inkfish.mon.map.FsCommands;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.map.RefusedCommands;
import dev.inkfish.mon.map.TellCommands;
import dev.inkfish.mon.mgr.MgrMapService;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.osd.OsdMapService;
import dev.inkfish.mon.osd.OsdPlaces;
import dev.inkfish.mon.osdcmd.OsdCommands;
import dev.inkfish.mon.scrub.MonScrub;
import dev.inkfish.wire.mon.ServiceMap;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.PoolStat;
import dev.inkfish.wire.IntervalSet;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The list of a monitor's services. The order is that of their refreshing: a service reads only those before it.
public final class MonServices {
    private MonServices() {}

    /// @param keys what connections are authenticated by
    public static void addAll(MonCore core, AuthKeys keys) {
        MonMapService monMap = core.add(new MonMapService(core));
        AuthService auth = core.add(new AuthService(core, keys, AuthService.policy(core.conf())));
        core.add(new LogService(core));
        core.add(new ConfigKeyService(core));
        core.add(new MonScrub(core));
        ConfigService config = core.add(new ConfigService(core));
        OsdMapService osdMap = core.add(new OsdMapService(core));
        config.places(new OsdPlaces(osdMap));
        MgrMapService mgrMap = core.add(new MgrMapService(core));
        MgrStatService mgrStat = core.add(new MgrStatService(core, osdMap::map, () -> mgrMap.map().activeGid()));
        osdMap.purgedSnaps().reportedBy(() -> {
            NavigableMap<Long, IntervalSet> purged = new TreeMap<>();
            mgrStat.digest().purgedSnaps().forEach((pool, snaps) -> purged.put(pool, new IntervalSet(snaps)));
            return purged;
        });
        osdMap.quotas().reportedBy(pool -> {
            PoolStat stat = mgrStat.digest().poolSums().get((int) pool);
            return stat == null ? null : stat.sum();
        });
        HealthService health = core.add(new HealthService(core, osdMap::map, mgrMap, mgrStat, auth::badCaps));
        new StatusCommands(core, monMap, osdMap::map, mgrMap, mgrStat, health).register(core.commands());
        new ReportCommand(core, health, osdMap, mgrStat).register(core.commands());
        new DfCommand(osdMap::map, mgrStat).register(core.commands());
        ClusterCommands.Census census = new ClusterCommands.Census() {
            @Override
            public Map<String, Map<String, String>> metadata(String type) {
                Map<String, Map<String, String>> all = new TreeMap<>();
                switch (type) {
                    case "mon" -> all.putAll(monMap.metadata());
                    case "osd" -> osdMap.allMetadata().forEach((osd, facts) -> all.put(Integer.toString(osd), facts));
                    case "mgr" -> mgrMap.map().names().forEach(name ->
                            all.put(name, mgrMap.metadata().getOrDefault(name, new TreeMap<>())));
                    default -> {
                        ServiceMap.Service service = mgrStat.services().services().get(type);
                        if (service != null) {
                            service.daemons().forEach((name, daemon) -> all.put(name, daemon.metadata()));
                        }
                    }
                }
                return all;
            }

            @Override
            public Collection<String> services() {
                return mgrStat.services().services().keySet();
            }
        };
        ClusterCommands cluster = new ClusterCommands(core, monMap, census);
        cluster.register(core.commands());
        core.pong(() -> {
            Formatter f = Formatter.of("json-pretty", "json-pretty").openObject("pong");
            health.dump(f, false);
            cluster.dumpMonStatus(f);
            return f.close().text();
        });
        new OsdCommands(osdMap, core.conf(), pool -> use(mgrStat, pool)).register(core.commands());
        FsCommands.register(core.commands());
        RefusedCommands.register(core.commands());
        new TellCommands(core).register(core.tells());
    }

    private static OsdCommands.PoolUse.Use use(MgrStatService statistics, long pool) {
        ObjectStatSum sum = statistics.digest().poolSum(pool).sum();
        return new OsdCommands.PoolUse.Use(
                sum.get(ObjectStatSum.Field.NUM_OBJECTS), sum.get(ObjectStatSum.Field.NUM_BYTES));
    }
}
