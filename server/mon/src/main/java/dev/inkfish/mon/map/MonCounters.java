package dev.inkfish.mon.map;

import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.osd.OsdMapService;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.mon.PerfCounterType;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.Map;

/// The monitor's counters under Ceph's names, as far as they mean something here (`Monitor::preinit`).
public final class MonCounters {
    private static final String CLUSTER = "cluster";

    private final MonCore mon;

    public MonCounters(MonCore mon) {
        this.mon = mon;
    }

    public PerfGroups now() {
        PerfGroups all = new PerfGroups();
        all.add("mon", new PerfCounterType("num_sessions", "Open sessions", "sess", PerfGroups.GAUGE, 5, PerfGroups.NONE),
                mon.sessions().size(), 0);
        mon.tally().addTo(all);
        cluster(all);
        mon.effects().counters(all);
        return all;
    }

    private void cluster(PerfGroups all) {
        OsdMap map = mon.service(OsdMapService.class).map();
        count(all, "num_mon", "Monitors", mon.service(MonMapService.class).map().ranks().size());
        count(all, "num_mon_quorum", "Monitors in quorum", mon.quorum().members().size());
        count(all, "num_osd", "OSDs", map.osds().size());
        count(all, "num_osd_up", "OSDs that are up", map.osds().stream().filter(map::isUp).count());
        count(all, "num_osd_in", "OSD in state \"in\" (they are in cluster)", map.osds().stream().filter(map::isIn).count());
        count(all, "osd_epoch", "Current epoch of OSD map", map.epoch());
        PgMapDigest digest = mon.service(MgrStatService.class).digest();
        StoreStatfs space = digest.osdSum().statfs();
        bytes(all, "osd_bytes", "Total capacity of cluster", space.total());
        bytes(all, "osd_bytes_used", "Used space", space.total() - space.available());
        bytes(all, "osd_bytes_avail", "Available space", space.available());
        count(all, "num_pool", "Pools", map.pools().size());
        count(all, "num_pg", "Placement groups", digest.pgs());
        count(all, "num_pg_active_clean", "Placement groups in active+clean state",
                groups(digest, PgStates.ACTIVE.bit() | PgStates.CLEAN.bit()));
        count(all, "num_pg_active", "Placement groups in active state", groups(digest, PgStates.ACTIVE.bit()));
        count(all, "num_pg_peering", "Placement groups in peering state", groups(digest, PgStates.PEERING.bit()));
        ObjectStatSum sum = digest.sum().sum();
        count(all, "num_object", "Objects", sum.get(Field.NUM_OBJECTS));
        count(all, "num_object_degraded", "Degraded (missing replicas) objects", sum.get(Field.NUM_OBJECTS_DEGRADED));
        count(all, "num_object_misplaced", "Misplaced (wrong location in the cluster) objects",
                sum.get(Field.NUM_OBJECTS_MISPLACED));
        count(all, "num_object_unfound", "Unfound objects", sum.get(Field.NUM_OBJECTS_UNFOUND));
        bytes(all, "num_bytes", "Size of all objects", sum.get(Field.NUM_BYTES));
    }

    /// How many have all of these states.
    private static long groups(PgMapDigest digest, long states) {
        return digest.byState().entrySet().stream().filter(each -> (each.getKey() & states) == states)
                .mapToLong(Map.Entry::getValue).sum();
    }

    private static void bytes(PerfGroups all, String name, String description, long value) {
        all.gauge(CLUSTER, name, description, PerfGroups.BYTES, value);
    }

    private static void count(PerfGroups all, String name, String description, long value) {
        all.gauge(CLUSTER, name, description, PerfGroups.NONE, value);
    }
}
