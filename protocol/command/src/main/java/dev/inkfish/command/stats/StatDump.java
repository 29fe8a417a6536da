package dev.inkfish.command.stats;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgShard;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.PoolStat;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.Locale;

/// Statistics as members of the section that is open (`dump` of `pg_stat_t`, `osd_stat_t`, …).
public final class StatDump {
    private StatDump() {}

    public static void objects(ObjectStatSum sum, Formatter f) {
        for (Field field : Field.values()) {
            switch (field) {
                case NUM_RD -> f.dump("num_read", sum.get(field));
                case NUM_RD_KB -> f.dump("num_read_kb", sum.get(field));
                case NUM_WR -> f.dump("num_write", sum.get(field));
                case NUM_WR_KB -> f.dump("num_write_kb", sum.get(field));
                case NUM_OBJECTS_MISSING_ON_PRIMARY -> {
                    f.dump("num_objects_missing_on_primary", sum.get(field));
                    f.dump("num_objects_missing", sum.get(Field.NUM_OBJECTS_MISSING));
                }
                case NUM_OBJECTS_DEGRADED -> {
                    f.dump("num_objects_degraded", sum.get(field));
                    f.dump("num_objects_misplaced", sum.get(Field.NUM_OBJECTS_MISPLACED));
                }
                case NUM_OBJECTS_UNFOUND -> {
                    f.dump("num_objects_unfound", sum.get(field));
                    f.dump("num_objects_dirty", sum.get(Field.NUM_OBJECTS_DIRTY));
                    f.dump("num_whiteouts", sum.get(Field.NUM_WHITEOUTS));
                }
                case NUM_SCRUB_ERRORS -> {
                    f.dump("num_scrub_errors", sum.get(field));
                    f.dump("num_shallow_scrub_errors", sum.get(Field.NUM_SHALLOW_SCRUB_ERRORS));
                    f.dump("num_deep_scrub_errors", sum.get(Field.NUM_DEEP_SCRUB_ERRORS));
                }
                case NUM_SHALLOW_SCRUB_ERRORS, NUM_DEEP_SCRUB_ERRORS, NUM_OBJECTS_DIRTY, NUM_WHITEOUTS,
                        NUM_OBJECTS_MISPLACED, NUM_OBJECTS_MISSING -> {}
                case NUM_FLUSH_MODE_HIGH -> f.dump("num_flush_mode_high", sum.get(field));
                case NUM_EVICT_MODE_FULL -> f.dump("num_evict_mode_full", sum.get(field));
                default -> f.dump(field.name().toLowerCase(Locale.ROOT), sum.get(field));
            }
        }
    }

    public static void store(StoreStatfs statfs, Formatter f) {
        f.dump("total", statfs.total());
        f.dump("available", statfs.available());
        f.dump("internally_reserved", statfs.reserved());
        f.dump("allocated", statfs.allocated());
        f.dump("data_stored", statfs.stored());
        f.dump("data_compressed", statfs.compressed());
        f.dump("data_compressed_allocated", statfs.compressedAllocated());
        f.dump("data_compressed_original", statfs.compressedOriginal());
        f.dump("omap_allocated", statfs.omapAllocated());
        f.dump("internal_metadata", statfs.internalMetadata());
    }

    public static void pool(PoolStat stat, Formatter f) {
        f.openObject("stat_sum");
        objects(stat.sum(), f);
        f.close();
        f.openObject("store_stats");
        store(stat.store(), f);
        f.close();
        f.dump("log_size", stat.logSize());
        f.dump("ondisk_log_size", stat.ondiskLogSize());
        f.dump("up", stat.up());
        f.dump("acting", stat.acting());
        f.dump("num_store_stats", stat.stores());
    }

    public static void osd(OsdStat stat, Formatter f) {
        StoreStatfs statfs = stat.statfs();
        f.dump("up_from", stat.upFrom());
        f.dump("seq", stat.seq());
        f.dump("num_pgs", stat.pgs());
        f.dump("num_osds", stat.osds());
        f.dump("num_per_pool_osds", stat.perPoolOsds());
        f.dump("num_per_pool_omap_osds", stat.perPoolOmapOsds());
        f.dump("kb", statfs.total() >>> 10);
        f.dump("kb_used", statfs.usedRaw() >>> 10);
        f.dump("kb_used_data", statfs.allocated() >>> 10);
        f.dump("kb_used_omap", statfs.omapAllocated() >>> 10);
        f.dump("kb_used_meta", statfs.internalMetadata() >>> 10);
        f.dump("kb_avail", statfs.available() >>> 10);
        f.openObject("statfs");
        store(statfs, f);
        f.close();
        f.openArray("hb_peers");
        stat.hbPeers().forEach(peer -> f.dump("osd", peer));
        f.close();
        f.dump("snap_trim_queue_len", stat.snapTrimQueue());
        f.dump("num_snap_trimming", stat.snapTrimming());
        f.dump("num_shards_repaired", stat.shardsRepaired());
        f.openObject("op_queue_age_hist").openArray("histogram");
        stat.opAges().forEach(count -> f.dump("count", count));
        f.close().dump("upper_bound", 1L << stat.opAges().size()).close();
        f.openObject("perf_stat");
        perf(stat, f);
        f.close();
        f.openArray("alerts");
        stat.alerts().forEach((osd, codes) -> {
            f.openObject("alert").dump("osd", osd);
            f.openArray("alerts");
            codes.forEach((code, text) -> f.dump(code, text));
            f.close().close();
        });
        f.close();
        PingDump.peers(f, stat.pingTimes());
    }

    public static void perf(OsdStat stat, Formatter f) {
        f.dump("commit_latency_ms", stat.commitLatency() / 1_000_000);
        f.dump("apply_latency_ms", stat.applyLatency() / 1_000_000);
        f.dump("commit_latency_ns", stat.commitLatency());
        f.dump("apply_latency_ns", stat.applyLatency());
    }

    public static void pg(PgStat pg, Formatter f) {
        f.dump("version", pg.version().toString());
        f.dump("reported_seq", pg.reported().sequence());
        f.dump("reported_epoch", pg.reported().epoch());
        f.dump("state", PgStates.text(pg.state()));
        PgStat.Stamps stamps = pg.stamps();
        stamp(f, "last_fresh", stamps.fresh());
        stamp(f, "last_change", stamps.change());
        stamp(f, "last_active", stamps.active());
        stamp(f, "last_peered", stamps.peered());
        stamp(f, "last_clean", stamps.clean());
        stamp(f, "last_became_active", stamps.becameActive());
        stamp(f, "last_became_peered", stamps.becamePeered());
        stamp(f, "last_unstale", stamps.unstale());
        stamp(f, "last_undegraded", stamps.undegraded());
        stamp(f, "last_fullsized", stamps.fullsized());
        f.dump("mapping_epoch", pg.mappingEpoch());
        f.dump("log_start", pg.logStart().toString());
        f.dump("ondisk_log_start", pg.ondiskLogStart().toString());
        f.dump("created", pg.created());
        f.dump("last_epoch_clean", pg.lastEpochClean());
        f.dump("parent", pg.parent().toString());
        f.dump("parent_split_bits", pg.parentSplitBits());
        f.dump("last_scrub", pg.scrubs().lastScrub().toString());
        stamp(f, "last_scrub_stamp", pg.scrubs().lastScrubStamp());
        f.dump("last_deep_scrub", pg.scrubs().lastDeepScrub().toString());
        stamp(f, "last_deep_scrub_stamp", pg.scrubs().lastDeepScrubStamp());
        stamp(f, "last_clean_scrub_stamp", pg.scrubs().lastCleanScrubStamp());
        f.dump("log_size", pg.logSize());
        f.dump("ondisk_log_size", pg.ondiskLogSize());
        f.dump("stats_invalid", pg.invalid().stats());
        f.dump("dirty_stats_invalid", pg.invalid().dirty());
        f.dump("omap_stats_invalid", pg.invalid().omap());
        f.dump("hitset_stats_invalid", pg.invalid().hitset());
        f.dump("hitset_bytes_stats_invalid", pg.invalid().hitsetBytes());
        f.dump("pin_stats_invalid", pg.invalid().pin());
        f.dump("manifest_stats_invalid", pg.invalid().manifest());
        f.dump("snaptrimq_len", pg.snapTrimQueueLength());
        f.openObject("stat_sum");
        objects(pg.sum(), f);
        f.close();
        pgSets(pg, f);
        f.openArray("blocked_by");
        pg.blockedBy().forEach(osd -> f.dump("osd", osd));
        f.close();
        f.dump("up_primary", pg.upPrimary());
        f.dump("acting_primary", pg.actingPrimary());
        f.openArray("purged_snaps");
        pg.purgedSnaps().forEach((start, length) -> f.openObject("interval")
                .dump("start", Long.toHexString(start))
                .dump("length", Long.toHexString(length))
                .close());
        f.close();
    }

    private static void pgSets(PgStat pg, Formatter f) {
        f.openArray("up");
        pg.up().forEach(osd -> f.dump("osd", osd));
        f.close();
        f.openArray("acting");
        pg.acting().forEach(osd -> f.dump("osd", osd));
        f.close();
        f.openArray("avail_no_missing");
        pg.availNoMissing().forEach(shard -> f.dump("shard", shard.toString()));
        f.close();
        f.openArray("object_location_counts");
        pg.objectLocationCounts().forEach((shards, objects) -> f.openObject("entry")
                .dump("shards", String.join(",", shards.stream().map(PgShard::toString).toList()))
                .dump("objects", objects)
                .close());
        f.close();
    }

    public static void pgBrief(PgStat pg, Formatter f) {
        f.dump("state", PgStates.text(pg.state()));
        f.openArray("up");
        pg.up().forEach(osd -> f.dump("osd", osd));
        f.close();
        f.openArray("acting");
        pg.acting().forEach(osd -> f.dump("osd", osd));
        f.close();
        f.dump("up_primary", pg.upPrimary());
        f.dump("acting_primary", pg.actingPrimary());
    }

    private static void stamp(Formatter f, String name, Utime time) {
        f.dump(name, Stamp.text(time));
    }
}
