package dev.inkfish.mon.map;

import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.mgr.MgrStatService;
import dev.inkfish.mon.osd.OsdMapService;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum.Field;

/// The monitor's counters under Ceph's names, as far as they mean something here (`Monitor::init`).
final class MonCounters {
    private static final String CLUSTER = "cluster";

    private final MonCore mon;

    MonCounters(MonCore mon) {
        this.mon = mon;
    }

    PerfGroups now() {
        PerfGroups all = new PerfGroups();
        OsdMap map = mon.service(OsdMapService.class).map();
        all.gauge("mon", "num_sessions", "Open sessions", PerfGroups.NONE, mon.sessions().size());
        count(all, "num_mon", "Monitors", mon.service(MonMapService.class).map().ranks().size());
        count(all, "num_mon_quorum", "Monitors in quorum", mon.quorum().members().size());
        count(all, "num_osd", "OSDs", map.osds().size());
        count(all, "num_osd_up", "OSDs that are up", map.osds().stream().filter(map::isUp).count());
        count(all, "num_osd_in", "OSD in state \"in\" (they are in cluster)", map.osds().stream().filter(map::isIn).count());
        count(all, "osd_epoch", "Current epoch of OSD map", map.epoch());
        count(all, "num_pool", "Pools", map.pools().size());
        PgMapDigest digest = mon.service(MgrStatService.class).digest();
        bytes(all, "osd_bytes", "Total capacity of cluster", digest.osdSum().statfs().total());
        bytes(all, "osd_bytes_used", "Used space", digest.osdSum().statfs().total() - digest.osdSum().statfs().available());
        bytes(all, "osd_bytes_avail", "Available space", digest.osdSum().statfs().available());
        count(all, "num_pg", "Placement groups", digest.pgs());
        count(all, "num_pg_active", "Placement groups in active state", digest.activePgs());
        count(all, "num_object", "Objects", digest.sum().sum().get(Field.NUM_OBJECTS));
        count(all, "num_object_degraded", "Degraded (missing replicas) objects", digest.sum().sum().get(Field.NUM_OBJECTS_DEGRADED));
        count(all, "num_object_misplaced", "Misplaced (wrong location in the cluster) objects",
                digest.sum().sum().get(Field.NUM_OBJECTS_MISPLACED));
        count(all, "num_object_unfound", "Unfound objects", digest.sum().sum().get(Field.NUM_OBJECTS_UNFOUND));
        bytes(all, "num_bytes", "Size of all objects", digest.sum().sum().get(Field.NUM_BYTES));
        return all;
    }

    private static void bytes(PerfGroups all, String name, String description, long value) {
        all.gauge(CLUSTER, name, description, PerfGroups.BYTES, value);
    }

    private static void count(PerfGroups all, String name, String description, long value) {
        all.gauge(CLUSTER, name, description, PerfGroups.NONE, value);
    }
}
