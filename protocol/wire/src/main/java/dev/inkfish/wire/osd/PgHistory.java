package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What is known of a group's past, the same for all of its members once they have talked (`pg_history_t`).
/// Epochs are map epochs.
///
/// @param epochCreated when the group was made
/// @param lastEpochStarted a lower bound of the last epoch in which it was active: all its acting set had committed that
/// @param lastEpochClean likewise, of the last epoch in which it was clean
/// @param sameIntervalSince when the present interval began, as the one who keeps this record sees it
/// @param lastIntervalStarted the beginning of the interval of `lastEpochStarted`
@CephType("pg_history_t")
public record PgHistory(
        int epochCreated,
        int epochPoolCreated,
        int lastEpochStarted,
        int lastIntervalStarted,
        int lastEpochClean,
        int lastIntervalClean,
        int lastEpochSplit,
        int sameUpSince,
        int sameIntervalSince,
        int samePrimarySince,
        int lastEpochMarkedFull,
        ScrubStamps scrubs) {
    /// When the group was checked last.
    public record ScrubStamps(
            Eversion lastScrub,
            Eversion lastDeepScrub,
            Utime lastScrubStamp,
            Utime lastDeepScrubStamp,
            Utime lastCleanScrubStamp) {
        public static final ScrubStamps NEVER =
                new ScrubStamps(Eversion.ZERO, Eversion.ZERO, Utime.ZERO, Utime.ZERO, Utime.ZERO);
    }

    public static final PgHistory EMPTY = created(0);

    public static PgHistory created(int epoch) {
        return new PgHistory(epoch, epoch, 0, 0, 0, 0, 0, epoch, epoch, epoch, 0, ScrubStamps.NEVER);
    }

    public PgHistory withInterval(int sameUp, int sameInterval, int samePrimary) {
        return new PgHistory(
                epochCreated,
                epochPoolCreated,
                lastEpochStarted,
                lastIntervalStarted,
                lastEpochClean,
                lastIntervalClean,
                lastEpochSplit,
                sameUp,
                sameInterval,
                samePrimary,
                lastEpochMarkedFull,
                scrubs);
    }

    public PgHistory withStarted(int epoch, int interval) {
        return new PgHistory(
                epochCreated,
                epochPoolCreated,
                epoch,
                interval,
                lastEpochClean,
                lastIntervalClean,
                lastEpochSplit,
                sameUpSince,
                sameIntervalSince,
                samePrimarySince,
                lastEpochMarkedFull,
                scrubs);
    }

    public PgHistory withClean(int epoch, int interval) {
        return new PgHistory(
                epochCreated,
                epochPoolCreated,
                lastEpochStarted,
                lastIntervalStarted,
                epoch,
                interval,
                lastEpochSplit,
                sameUpSince,
                sameIntervalSince,
                samePrimarySince,
                lastEpochMarkedFull,
                scrubs);
    }

    /// Part of the group became groups of their own, or this is one of them.
    public PgHistory withSplit(int epoch, int created) {
        return new PgHistory(
                created,
                epochPoolCreated,
                lastEpochStarted,
                lastIntervalStarted,
                lastEpochClean,
                lastIntervalClean,
                epoch,
                sameUpSince,
                sameIntervalSince,
                samePrimarySince,
                lastEpochMarkedFull,
                scrubs);
    }

    public PgHistory withScrubs(ScrubStamps stamps) {
        return new PgHistory(
                epochCreated,
                epochPoolCreated,
                lastEpochStarted,
                lastIntervalStarted,
                lastEpochClean,
                lastIntervalClean,
                lastEpochSplit,
                sameUpSince,
                sameIntervalSince,
                samePrimarySince,
                lastEpochMarkedFull,
                stamps);
    }

    /// What two members know together: the later of each fact. When the interval began is each one's own.
    public PgHistory merge(PgHistory other) {
        boolean started = Integer.compareUnsigned(other.lastEpochStarted, lastEpochStarted) > 0;
        boolean clean = Integer.compareUnsigned(other.lastEpochClean, lastEpochClean) > 0;
        return new PgHistory(
                Math.max(epochCreated, other.epochCreated),
                Math.max(epochPoolCreated, other.epochPoolCreated),
                started ? other.lastEpochStarted : lastEpochStarted,
                Math.max(lastIntervalStarted, other.lastIntervalStarted),
                clean ? other.lastEpochClean : lastEpochClean,
                Math.max(lastIntervalClean, other.lastIntervalClean),
                Math.max(lastEpochSplit, other.lastEpochSplit),
                sameUpSince,
                sameIntervalSince,
                samePrimarySince,
                Math.max(lastEpochMarkedFull, other.lastEpochMarkedFull),
                mergeScrubs(scrubs, other.scrubs));
    }

    private static ScrubStamps mergeScrubs(ScrubStamps a, ScrubStamps b) {
        return new ScrubStamps(
                later(a.lastScrub, b.lastScrub),
                later(a.lastDeepScrub, b.lastDeepScrub),
                later(a.lastScrubStamp, b.lastScrubStamp),
                later(a.lastDeepScrubStamp, b.lastDeepScrubStamp),
                later(a.lastCleanScrubStamp, b.lastCleanScrubStamp));
    }

    private static <T extends Comparable<T>> T later(T a, T b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    // version 10 added prior_readable_until_ub, which only leases use
    public static PgHistory decode(WireReader in) {
        return in.versioned(10, (body, version) -> {
            int created = body.u32();
            int started = body.u32();
            int clean = body.u32();
            int split = body.u32();
            int interval = body.u32();
            int up = body.u32();
            int primary = body.u32();
            Eversion scrub = Eversion.decode(body);
            Utime scrubStamp = Utime.decode(body);
            Eversion deep = Eversion.decode(body);
            Utime deepStamp = Utime.decode(body);
            Utime cleanStamp = Utime.decode(body);
            int full = body.u32();
            int intervalStarted = version >= 8 ? body.u32() : started;
            int intervalClean = version >= 8 ? body.u32() : clean;
            int poolCreated = version >= 9 ? body.u32() : created;
            return new PgHistory(
                    created,
                    poolCreated,
                    started,
                    intervalStarted,
                    clean,
                    intervalClean,
                    split,
                    up,
                    interval,
                    primary,
                    full,
                    new ScrubStamps(scrub, deep, scrubStamp, deepStamp, cleanStamp));
        });
    }

    public void encode(WireWriter out) {
        out.versioned(10, 4, () -> {
            out.u32(epochCreated).u32(lastEpochStarted).u32(lastEpochClean).u32(lastEpochSplit);
            out.u32(sameIntervalSince).u32(sameUpSince).u32(samePrimarySince);
            scrubs.lastScrub.encode(out);
            scrubs.lastScrubStamp.encode(out);
            scrubs.lastDeepScrub.encode(out);
            scrubs.lastDeepScrubStamp.encode(out);
            scrubs.lastCleanScrubStamp.encode(out);
            out.u32(lastEpochMarkedFull).u32(lastIntervalStarted).u32(lastIntervalClean);
            out.u32(epochPoolCreated).u64(0);
        });
    }
}
