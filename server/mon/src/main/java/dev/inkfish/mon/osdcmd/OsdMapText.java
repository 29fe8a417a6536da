package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.GeneralFormat;
import dev.inkfish.command.Stamp;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.osdmap.OsdInfo;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdXinfo;
import dev.inkfish.osdmap.Release;
import dev.inkfish.osdmap.StretchMode;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/// `osd dump` (`OSDMap::print`, `OSDMap::dump`).
public final class OsdMapText {
    private static final String[] FLAGS = {
        "nearfull", "full", "pauserd", "pausewr", "pauserec", "noup", "nodown", "noout", "noin", "nobackfill",
        "norecover", "noscrub", "nodeep-scrub", "notieragent", "norebalance", "sortbitwise", "require_jewel_osds",
        "require_kraken_osds", "require_luminous_osds", "recovery_deletes", "purged_snapdirs", "nosnaptrim",
        "pglog_hardlimit", "noautoscale",
    };
    private static final String[] STATES = {
        "exists", "up", "autoout", "new", "full", "nearfull", "backfillfull", "destroyed", "noup", "nodown", "noin",
        "noout", "stop",
    };

    /// Flags that are listed before another one, though their bits come after it.
    private static final String[][] MOVED = {{"norebalance", "norecover"}, {"nosnaptrim", "sortbitwise"}};

    private OsdMapText() {}

    static List<String> names(int bits, String[] names) {
        List<String> set = new ArrayList<>();
        for (int bit = 0; bit < 32; bit++) {
            if ((bits >>> bit & 1) != 0) {
                set.add(bit < names.length ? names[bit] : "???");
            }
        }
        return set;
    }

    public static String flags(int flags) {
        List<String> set = new ArrayList<>(names(flags, FLAGS));
        // two bits came later than their names' places in the list
        for (String[] pair : MOVED) {
            if (set.remove(pair[0])) {
                int at = 0;
                while (at < set.size() && List.of(FLAGS).indexOf(set.get(at)) < List.of(FLAGS).indexOf(pair[1])) {
                    at++;
                }
                set.add(at, pair[0]);
            }
        }
        return String.join(",", set);
    }

    static List<String> states(int state) {
        return names(state, STATES);
    }

    /// The oldest release whose clients can use the map.
    static String minCompatClient(OsdMap map) {
        if (!map.pgUpmap().isEmpty() || !map.pgUpmapItems().isEmpty() || !map.crush().chooseArgs().isEmpty()) {
            return "luminous";
        }
        if (map.crush().tunables().hasNondefaultTunables5()) {
            return "jewel";
        }
        boolean straw2 = map.crush().buckets().stream()
                .anyMatch(b -> b != null && b.algorithm() == CrushBucket.Algorithm.STRAW2);
        return straw2 ? "hammer" : map.crush().tunables().hasNondefaultTunables3() ? "firefly" : "bobtail";
    }

    static String print(OsdMap m) {
        StringBuilder t = new StringBuilder();
        t.append("epoch ").append(m.epoch()).append("\nfsid ").append(m.fsid());
        t.append("\ncreated ").append(Stamp.text(m.created())).append("\nmodified ").append(Stamp.text(m.modified()));
        t.append("\nflags ").append(flags(m.flags())).append("\ncrush_version ").append(m.crushVersion());
        t.append("\nfull_ratio ").append(ratio(m.fullRatio()));
        t.append("\nbackfillfull_ratio ").append(ratio(m.backfillfullRatio()));
        t.append("\nnearfull_ratio ").append(ratio(m.nearfullRatio()));
        if (m.requireMinCompatClient() != Release.UNKNOWN) {
            t.append("\nrequire_min_compat_client ").append(Release.name(m.requireMinCompatClient()));
        }
        t.append("\nmin_compat_client ").append(minCompatClient(m));
        if (m.requireOsdRelease() != Release.UNKNOWN) {
            t.append("\nrequire_osd_release ").append(Release.name(m.requireOsdRelease()));
        }
        StretchMode stretch = m.stretchMode();
        t.append("\nstretch_mode_enabled ").append(stretch.enabled());
        if (stretch.enabled()) {
            t.append("\nstretch_bucket_count ").append(stretch.bucketCount());
            t.append("\ndegraded_stretch_mode ").append(stretch.degraded());
            t.append("\nrecovering_stretch_mode ").append(stretch.recovering());
            t.append("\nstretch_mode_bucket ").append(stretch.bucketType());
        }
        t.append('\n');
        if (!m.clusterSnapshot().isEmpty()) {
            t.append("cluster_snapshot ").append(m.clusterSnapshot()).append('\n');
        }
        t.append(pools(m));
        t.append("max_osd ").append(m.maxOsd()).append('\n');
        m.osds().forEach(osd -> t.append(osdLine(m, osd)).append('\n'));
        m.pgUpmap().forEach((pg, osds) -> t.append("pg_upmap ").append(pg).append(' ').append(list(osds)).append('\n'));
        m.pgUpmapItems().forEach((pg, items) -> t.append("pg_upmap_items ").append(pg).append(' ')
                .append(list(items.stream().flatMap(i -> List.of(i.from(), i.to()).stream()).toList())).append('\n'));
        m.pgTemp().forEach((pg, osds) -> t.append("pg_temp ").append(pg).append(' ').append(list(osds)).append('\n'));
        m.primaryTemp().forEach((pg, osd) -> t.append("primary_temp ").append(pg).append(' ').append(osd).append('\n'));
        blocklist(t, "blocklist ", m.blocklist());
        blocklist(t, "range blocklist ", m.rangeBlocklist());
        return t.toString();
    }

    private static void blocklist(StringBuilder t, String title, Map<EntityAddr, Utime> entries) {
        entries.forEach((addr, until) ->
                t.append(title).append(addr).append(" expires ").append(Stamp.text(until)).append('\n'));
    }

    /// The pools' lines with what hangs below them.
    static String pools(OsdMap m) {
        StringBuilder t = new StringBuilder();
        m.pools().forEach((id, pool) -> {
            t.append("pool ").append(id).append(" '").append(m.poolName(id)).append("' ");
            t.append(PoolText.line(pool)).append('\n');
            pool.snaps().values().forEach(snap -> t.append("\tsnap ").append(snap.id()).append(" '").append(snap.name())
                    .append("' ").append(Stamp.text(snap.stamp())).append('\n'));
            if (!pool.removedSnaps().isEmpty()) {
                t.append("\tremoved_snaps ").append(pool.removedSnaps()).append('\n');
            }
            IntervalSet queue = m.removedSnapsQueue().get(id);
            if (queue != null) {
                t.append("\tremoved_snaps_queue ").append(queue).append('\n');
            }
        });
        return t.toString();
    }

    static String list(List<Integer> osds) {
        return "[" + String.join(",", osds.stream().map(OsdMapText::osd).toList()) + "]";
    }

    private static String osd(int osd) {
        return osd == CrushMap.ITEM_NONE ? "NONE" : Integer.toString(osd);
    }

    private static String ratio(float ratio) {
        return GeneralFormat.format(ratio, 6);
    }

    static String osdLine(OsdMap m, int osd) {
        StringBuilder t = new StringBuilder("osd.").append(osd);
        t.append(m.isUp(osd) ? " up  " : " down").append(m.isIn(osd) ? " in " : " out");
        t.append(" weight ").append(GeneralFormat.format(m.weightFraction(osd), 6));
        if (m.primaryAffinity(osd) != OsdMap.DEFAULT_PRIMARY_AFFINITY) {
            t.append(" primary_affinity ").append(GeneralFormat.format(m.primaryAffinity(osd) / 65536.0, 6));
        }
        OsdInfo i = m.osdInfo(osd);
        t.append(" up_from ").append(i.upFrom()).append(" up_thru ").append(i.upThru());
        t.append(" down_at ").append(i.downAt());
        t.append(" last_clean_interval [").append(i.lastCleanBegin()).append(',').append(i.lastCleanEnd()).append(')');
        if (i.lostAt() != 0) {
            t.append(" lost_at ").append(i.lostAt());
        }
        t.append(' ').append(addrs(m.publicAddrs(osd))).append(' ').append(addrs(m.clusterAddrs(osd)));
        t.append(' ').append(String.join(",", new TreeSet<>(states(m.state(osd)))));
        if (!m.uuid(osd).equals(new UUID(0, 0))) {
            t.append(' ').append(m.uuid(osd));
        }
        return t.toString();
    }

    private static String addrs(EntityAddrVec addrs) {
        return addrs.isEmpty() ? "" : addrs.toString();
    }

    static void dumpAddrs(Formatter f, String name, EntityAddrVec addrs) {
        f.openObject(name).openArray("addrvec");
        for (EntityAddr addr : addrs.addrs()) {
            f.openObject("addr");
            f.dump("type", addr.kind() == EntityAddr.Kind.NONE ? "none" : addr.kind().text());
            f.dump("addr", addr.isBlank() ? "(unrecognized address family 0)" : addr.hostAndPort());
            f.dumpUnsigned("nonce", Integer.toUnsignedLong(addr.nonce())).close();
        }
        f.close().close();
    }

    /// The address that clients before Nautilus see.
    private static String legacy(EntityAddrVec addrs) {
        EntityAddr addr = addrs.legacy().isBlank() ? addrs.front() : addrs.legacy();
        return addr.isBlank() ? "(unrecognized address family 0)/0" : addr.bare();
    }

    static void dumpOsd(Formatter f, OsdMap m, int osd) {
        f.openObject("osd_info").dump("osd", osd).dump("uuid", m.uuid(osd).toString());
        f.dump("up", m.isUp(osd) ? 1 : 0).dump("in", m.isIn(osd) ? 1 : 0);
        f.dump("weight", m.weightFraction(osd)).dump("primary_affinity", m.primaryAffinity(osd) / 65536.0);
        OsdInfo i = m.osdInfo(osd);
        f.dump("last_clean_begin", i.lastCleanBegin()).dump("last_clean_end", i.lastCleanEnd());
        f.dump("up_from", i.upFrom()).dump("up_thru", i.upThru()).dump("down_at", i.downAt()).dump("lost_at", i.lostAt());
        dumpAddrs(f, "public_addrs", m.publicAddrs(osd));
        dumpAddrs(f, "cluster_addrs", m.clusterAddrs(osd));
        dumpAddrs(f, "heartbeat_back_addrs", m.hbBackAddrs(osd));
        dumpAddrs(f, "heartbeat_front_addrs", m.hbFrontAddrs(osd));
        f.dump("public_addr", legacy(m.publicAddrs(osd))).dump("cluster_addr", legacy(m.clusterAddrs(osd)));
        f.dump("heartbeat_back_addr", legacy(m.hbBackAddrs(osd)));
        f.dump("heartbeat_front_addr", legacy(m.hbFrontAddrs(osd)));
        f.openArray("state");
        new TreeSet<>(states(m.state(osd))).forEach(state -> f.dump("state", state));
        f.close().close();
    }

    public static void dump(Formatter f, OsdMap m) {
        f.dump("epoch", m.epoch()).dump("fsid", m.fsid().toString());
        f.dump("created", Stamp.text(m.created())).dump("modified", Stamp.text(m.modified()));
        f.dump("last_up_change", Stamp.text(m.lastUpChange())).dump("last_in_change", Stamp.text(m.lastInChange()));
        f.dump("flags", flags(m.flags())).dump("flags_num", m.flags());
        f.openArray("flags_set");
        new TreeSet<>(names(m.flags(), FLAGS)).forEach(flag -> f.dump("flag", flag));
        f.close();
        f.dump("crush_version", m.crushVersion()).dump("full_ratio", (double) m.fullRatio());
        f.dump("backfillfull_ratio", (double) m.backfillfullRatio());
        f.dump("nearfull_ratio", (double) m.nearfullRatio());
        f.dump("cluster_snapshot", m.clusterSnapshot()).dump("pool_max", m.poolMax()).dump("max_osd", m.maxOsd());
        f.dump("require_min_compat_client", Release.name(m.requireMinCompatClient()));
        f.dump("min_compat_client", minCompatClient(m));
        f.dump("require_osd_release", Release.name(m.requireOsdRelease()));
        f.openArray("pools");
        m.pools().forEach((id, pool) -> {
            f.openObject("pool").dump("pool", id).dump("pool_name", m.poolName(id));
            PoolText.dump(f, pool);
            f.close();
        });
        f.close().openArray("osds");
        m.osds().forEach(osd -> dumpOsd(f, m, osd));
        f.close().openArray("osd_xinfo");
        m.osds().forEach(osd -> dumpXinfo(f, osd, m.osdXinfo(osd)));
        f.close();
        dumpExceptions(f, m);
        dumpSnaps(f, m);
    }

    private static void dumpXinfo(Formatter f, int osd, OsdXinfo x) {
        f.openObject("xinfo").dump("osd", osd).dump("down_stamp", Stamp.text(x.downStamp()));
        f.dump("laggy_probability", x.laggy()).dump("laggy_interval", x.laggyInterval()).dump("features", x.features());
        f.dump("old_weight", (long) x.oldWeight());
        f.dump("last_purged_snaps_scrub", Stamp.text(x.lastPurgedSnapsScrub())).dump("dead_epoch", x.deadEpoch()).close();
    }

    private static void dumpExceptions(Formatter f, OsdMap m) {
        f.openArray("pg_upmap");
        m.pgUpmap().forEach((pg, osds) -> {
            f.openObject("mapping").dump("pgid", pg.toString());
            ints(f, "osds", osds);
            f.close();
        });
        f.close().openArray("pg_upmap_items");
        m.pgUpmapItems().forEach((pg, items) -> {
            f.openObject("mapping").dump("pgid", pg.toString()).openArray("mappings");
            items.forEach(i -> f.openObject("mapping").dump("from", i.from()).dump("to", i.to()).close());
            f.close().close();
        });
        f.close().openArray("pg_temp");
        m.pgTemp().forEach((pg, osds) -> {
            f.openObject("osds").dump("pgid", pg.toString());
            ints(f, "osds", osds);
            f.close();
        });
        f.close().openArray("primary_temp");
        m.primaryTemp().forEach((pg, osd) -> f.openObject("pg").dump("pgid", pg.toString()).dump("osd", osd).close());
        f.close().openObject("blocklist");
        m.blocklist().forEach((addr, until) -> f.dump(addr.bare(), Stamp.text(until)));
        f.close().openObject("range_blocklist");
        m.rangeBlocklist().forEach((addr, until) -> f.dump(addr.bare(), Stamp.text(until)));
        f.close().openObject("erasure_code_profiles");
        m.erasureProfiles().forEach((name, profile) -> {
            f.openObject(name);
            profile.forEach(f::dump);
            f.close();
        });
        f.close();
    }

    static void ints(Formatter f, String name, List<Integer> osds) {
        f.openArray(name);
        osds.forEach(osd -> f.dump("osd", osd));
        f.close();
    }

    private static void dumpSnaps(Formatter f, OsdMap m) {
        snaps(f, "removed_snaps_queue", m.removedSnapsQueue());
        snaps(f, "new_removed_snaps", m.newRemovedSnaps());
        snaps(f, "new_purged_snaps", m.newPurgedSnaps());
        f.openObject("crush_node_flags");
        m.crushNodeFlags().forEach((node, flags) -> {
            f.openArray(m.crush().itemNames().getOrDefault(node, "unknown"));
            new TreeSet<>(states(flags)).forEach(flag -> f.dump("flag", flag));
            f.close();
        });
        f.close().openObject("device_class_flags");
        m.deviceClassFlags().forEach((id, flags) -> {
            f.openArray(m.crush().classNames().getOrDefault(id, "unknown"));
            new TreeSet<>(states(flags)).forEach(flag -> f.dump("flag", flag));
            f.close();
        });
        f.close();
        StretchMode s = m.stretchMode();
        f.openObject("stretch_mode").dump("stretch_mode_enabled", s.enabled());
        f.dump("stretch_bucket_count", s.bucketCount()).dump("degraded_stretch_mode", s.degraded());
        f.dump("recovering_stretch_mode", s.recovering()).dump("stretch_mode_bucket", s.bucketType()).close();
    }

    private static void snaps(Formatter f, String name, Map<Long, IntervalSet> byPool) {
        f.openArray(name);
        byPool.forEach((pool, snaps) -> {
            f.openObject("pool").dump("pool", pool).openArray("snaps");
            snaps.intervals().forEach((begin, length) ->
                    f.openObject("interval").dump("begin", begin).dump("length", length).close());
            f.close().close();
        });
        f.close();
    }
}
