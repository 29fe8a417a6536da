package dev.inkfish.wire.osd;

/// The bits of a group's state (`PG_STATE_*`), in the order in which they are written.
public enum PgStates {
    STALE(17, "stale"),
    CREATING(0, "creating"),
    ACTIVE(1, "active"),
    ACTIVATING(24, "activating"),
    CLEAN(2, "clean"),
    RECOVERY_WAIT(22, "recovery_wait"),
    RECOVERY_TOOFULL(28, "recovery_toofull"),
    RECOVERING(14, "recovering"),
    FORCED_RECOVERY(30, "forced_recovery"),
    DOWN(4, "down"),
    RECOVERY_UNFOUND(5, "recovery_unfound"),
    BACKFILL_UNFOUND(6, "backfill_unfound"),
    UNDERSIZED(23, "undersized"),
    DEGRADED(10, "degraded"),
    REMAPPED(18, "remapped"),
    PREMERGE(7, "premerge"),
    SCRUBBING(8, "scrubbing"),
    DEEP_SCRUB(19, "deep"),
    INCONSISTENT(11, "inconsistent"),
    PEERING(12, "peering"),
    REPAIR(13, "repair"),
    BACKFILL_WAIT(15, "backfill_wait"),
    BACKFILLING(20, "backfilling"),
    FORCED_BACKFILL(31, "forced_backfill"),
    BACKFILL_TOOFULL(21, "backfill_toofull"),
    INCOMPLETE(16, "incomplete"),
    PEERED(25, "peered"),
    SNAPTRIM(26, "snaptrim"),
    SNAPTRIM_WAIT(27, "snaptrim_wait"),
    SNAPTRIM_ERROR(29, "snaptrim_error"),
    FAILED_REPAIR(32, "failed_repair"),
    LAGGY(33, "laggy"),
    WAIT(34, "wait");

    private static final PgStates[] ALL = values();

    private final long bit;
    private final String text;

    PgStates(int bit, String text) {
        this.bit = 1L << bit;
        this.text = text;
    }

    public long bit() {
        return bit;
    }

    public boolean in(long state) {
        return (state & bit) != 0;
    }

    /// `active+clean`; `unknown` for no bit at all.
    public static String text(long state) {
        StringBuilder out = new StringBuilder();
        for (PgStates each : ALL) {
            if (each.in(state)) {
                out.append(out.isEmpty() ? "" : "+").append(each.text);
            }
        }
        return out.isEmpty() ? "unknown" : out.toString();
    }
}
