package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Map;

/// What a member of a group has (`pg_info_t`).
///
/// @param lastUpdate the newest entry of its log
/// @param lastComplete up to here it lacks no object
/// @param logTail its log begins behind this
/// @param lastUserVersion the newest version that clients were told
/// @param lastBackfill it has all objects up to this one; [HObject#MAX] when it is not being filled
/// @param lastEpochStarted the last epoch in which it was active, as it has committed itself
/// @param purgedSnaps removed snapshots whose clones are gone: start to length
@CephType("pg_info_t")
public record PgInfo(
        SpgId pgid,
        Eversion lastUpdate,
        Eversion lastComplete,
        Eversion logTail,
        long lastUserVersion,
        HObject lastBackfill,
        int lastEpochStarted,
        int lastIntervalStarted,
        PgHistory history,
        Map<Long, Long> purgedSnaps,
        PgStat stats) {
    /// Nothing was ever written: the member is new.
    public boolean isEmpty() {
        return lastUpdate.version() == 0;
    }

    /// The group does not exist there.
    public boolean isAbsent() {
        return history.epochCreated() == 0;
    }

    /// Backfill has not reached the end.
    public boolean isIncomplete() {
        return !lastBackfill.max();
    }

    public static PgInfo absent(SpgId pgid) {
        return new PgInfo(
                pgid,
                Eversion.ZERO,
                Eversion.ZERO,
                Eversion.ZERO,
                0,
                HObject.MAX,
                0,
                0,
                PgHistory.EMPTY,
                new java.util.TreeMap<>(),
                PgStat.EMPTY);
    }

    public PgInfo withHistory(PgHistory other) {
        return new PgInfo(
                pgid,
                lastUpdate,
                lastComplete,
                logTail,
                lastUserVersion,
                lastBackfill,
                lastEpochStarted,
                lastIntervalStarted,
                other,
                purgedSnaps,
                stats);
    }

    public PgInfo withVersions(Eversion update, Eversion complete, Eversion tail) {
        return new PgInfo(
                pgid,
                update,
                complete,
                tail,
                lastUserVersion,
                lastBackfill,
                lastEpochStarted,
                lastIntervalStarted,
                history,
                purgedSnaps,
                stats);
    }

    public PgInfo withLastBackfill(HObject upTo) {
        return new PgInfo(
                pgid,
                lastUpdate,
                lastComplete,
                logTail,
                lastUserVersion,
                upTo,
                lastEpochStarted,
                lastIntervalStarted,
                history,
                purgedSnaps,
                stats);
    }

    public PgInfo withStarted(int epoch, int interval) {
        return new PgInfo(
                pgid,
                lastUpdate,
                lastComplete,
                logTail,
                lastUserVersion,
                lastBackfill,
                epoch,
                interval,
                history,
                purgedSnaps,
                stats);
    }

    public static PgInfo decode(WireReader in) {
        return in.versioned(32, (body, version) -> {
            PgId pgid = PgId.decode(body);
            Eversion update = Eversion.decode(body);
            Eversion complete = Eversion.decode(body);
            Eversion tail = Eversion.decode(body);
            HObject.decode(body); // last_backfill in the order of before Jewel
            PgStat stats = PgStat.decode(body);
            PgHistory history = PgHistory.decode(body);
            Map<Long, Long> purged = body.map(WireReader::u64, WireReader::u64);
            int started = body.u32();
            long userVersion = body.u64();
            body.versioned(1, (hitSets, v) -> hitSets.rest());
            int shard = (byte) body.u8();
            HObject backfill = HObject.decode(body);
            body.bool();
            int interval = version >= 32 ? body.u32() : started;
            return new PgInfo(
                    new SpgId(pgid, shard),
                    update,
                    complete,
                    tail,
                    userVersion,
                    backfill,
                    started,
                    interval,
                    history,
                    purged,
                    stats);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(32, 26, () -> {
            pgid.pgid().encode(out);
            lastUpdate.encode(out);
            lastComplete.encode(out);
            logTail.encode(out);
            HObject.MIN.encode(out);
            stats.encode(out);
            history.encode(out);
            out.map(purgedSnaps, WireWriter::u64, WireWriter::u64);
            out.u32(lastEpochStarted).u64(lastUserVersion);
            encodeNoHitSets(out);
            out.u8(pgid.shard());
            lastBackfill.encode(out);
            out.bool(true).u32(lastIntervalStarted);
        });
    }

    /// `pg_hit_set_history_t`, of cache pools only.
    private static void encodeNoHitSets(WireWriter out) {
        out.versioned(1, 1, () -> {
            Eversion.ZERO.encode(out);
            Utime.ZERO.encode(out);
            out.versioned(2, 1, () -> {
                Utime.ZERO.encode(out);
                Utime.ZERO.encode(out);
                Eversion.ZERO.encode(out);
                out.bool(true);
            });
            out.u32(0);
        });
    }

    @Override
    public String toString() {
        return pgid + "( v " + lastUpdate + " (" + logTail + "," + lastUpdate + "] lc " + lastComplete + " les "
                + lastEpochStarted + "/" + history.lastEpochStarted() + (isIncomplete() ? " lb " + lastBackfill : "")
                + ")";
    }
}
