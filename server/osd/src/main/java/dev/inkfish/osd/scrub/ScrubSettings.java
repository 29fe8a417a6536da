package dev.inkfish.osd.scrub;

/// The options of scrubs, in Ceph's units unless said otherwise.
///
/// @param chunkMin `osd_scrub_chunk_min`
/// @param chunkMax `osd_scrub_chunk_max`
/// @param sleepMillis pause between chunks (`osd_scrub_sleep`)
/// @param maxPreemptions how often changes may interrupt a chunk before they must wait (`osd_scrub_max_preemptions`)
/// @param stride bytes looked at in one go (`osd_deep_scrub_stride`)
/// @param digestMinAge seconds an object must rest before its digests are noted (`osd_deep_scrub_update_digest_min_age`)
/// @param largeOmapKeys `osd_deep_scrub_large_omap_object_key_threshold`
/// @param largeOmapBytes `osd_deep_scrub_large_omap_object_value_sum_threshold`
/// @param maxObjectSize `osd_max_object_size`
/// @param minInterval `osd_scrub_min_interval`
/// @param maxInterval `osd_scrub_max_interval`
/// @param deepInterval `osd_deep_scrub_interval`
/// @param randomizeRatio `osd_scrub_interval_randomize_ratio`
/// @param deepRandomizeRatio `osd_deep_scrub_randomize_ratio`
/// @param autoRepair `osd_scrub_auto_repair`
/// @param autoRepairErrors `osd_scrub_auto_repair_num_errors`
public record ScrubSettings(
        int chunkMin,
        int chunkMax,
        long sleepMillis,
        int maxPreemptions,
        long stride,
        long digestMinAge,
        long largeOmapKeys,
        long largeOmapBytes,
        long maxObjectSize,
        double minInterval,
        double maxInterval,
        double deepInterval,
        double randomizeRatio,
        double deepRandomizeRatio,
        boolean autoRepair,
        int autoRepairErrors) {
    public static final ScrubSettings DEFAULT = new ScrubSettings(
            5, 25, 0, 5, 512 << 10, 7200, 200_000, 1L << 30, 128L << 20, 86_400, 604_800, 604_800, 0.5, 0.15, false, 5);
}
