package dev.inkfish.osd.pg;

/// The options that groups look at, in Ceph's units.
///
/// @param logEntries `osd_min_pg_log_entries`
/// @param logEntriesDegraded `osd_max_pg_log_entries`
/// @param dupsTracked `osd_pg_log_dups_tracked`
/// @param recoveryActive objects that one group recovers at a time (`osd_recovery_max_active`)
/// @param recoveryChunk bytes in one push (`osd_recovery_max_chunk`)
/// @param scanMax objects in one backfill scan (`osd_backfill_scan_max`)
/// @param asyncRecovery a member behind by more changes than this is caught up while clients write (`osd_async_recovery_min_cost`)
/// @param ownLogPrimary one behind by more is not primary (`osd_force_auth_primary_missing_objects`)
public record PgSettings(
        int logEntries,
        int logEntriesDegraded,
        int dupsTracked,
        int recoveryActive,
        long recoveryChunk,
        int scanMax,
        long asyncRecovery,
        long ownLogPrimary) {
    /// However many groups there are, each remembers this many requests behind its log, or what is configured if that is less.
    private static final int LEAST_DUPS = 1000;

    public static final PgSettings DEFAULT = new PgSettings(250, 10_000, 3000, 10, 8 << 20, 512, 100, 100);

    /// Of an OSD with so many groups, which remembers `perOsd` requests behind all logs (`osd_target_pg_log_entries_per_osd`).
    public PgSettings sharedBy(int groups, long perOsd) {
        int share = (int) Math.max(LEAST_DUPS, perOsd / Math.max(1, groups));
        return new PgSettings(
                logEntries,
                logEntriesDegraded,
                Math.min(dupsTracked, share),
                recoveryActive,
                recoveryChunk,
                scanMax,
                asyncRecovery,
                ownLogPrimary);
    }
}
