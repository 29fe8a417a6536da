package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a group's primary reports of it (`pg_stat_t`).
///
/// @param state bits of [PgStates]
/// @param reported sequence and epoch of this report
/// @param blockedBy OSDs without which it cannot go on
/// @param purgedSnaps removed snapshots whose clones are gone: start to length
@CephType("pg_stat_t")
public record PgStat(
        Eversion version,
        Reported reported,
        long state,
        Eversion logStart,
        Eversion ondiskLogStart,
        int created,
        int lastEpochClean,
        PgId parent,
        int parentSplitBits,
        PgHistory.ScrubStamps scrubs,
        ObjectStatSum sum,
        long logSize,
        long ondiskLogSize,
        List<Integer> up,
        List<Integer> acting,
        int upPrimary,
        int actingPrimary,
        int mappingEpoch,
        Stamps stamps,
        Invalid invalid,
        List<Integer> blockedBy,
        int snapTrimQueueLength,
        Map<Long, Long> purgedSnaps,
        List<PgShard> availNoMissing,
        Map<List<PgShard>, Integer> objectLocationCounts) {
    public record Reported(long sequence, int epoch) {}

    /// When the group was last seen in a state.
    public record Stamps(
            Utime fresh,
            Utime change,
            Utime active,
            Utime peered,
            Utime clean,
            Utime unstale,
            Utime undegraded,
            Utime fullsized,
            Utime becameActive,
            Utime becamePeered) {
        public static final Stamps ZERO = new Stamps(
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO,
                Utime.ZERO);
    }

    /// Which sums are known to be wrong until the next scrub.
    public record Invalid(
            boolean stats,
            boolean dirty,
            boolean omap,
            boolean hitset,
            boolean hitsetBytes,
            boolean pin,
            boolean manifest) {
        public static final Invalid NONE = new Invalid(false, false, false, false, false, false, false);
        public static final Invalid STATS = new Invalid(true, false, false, false, false, false, false);
    }

    public static final PgStat EMPTY = new PgStat(
            Eversion.ZERO,
            new Reported(0, 0),
            0,
            Eversion.ZERO,
            Eversion.ZERO,
            0,
            0,
            new PgId(0, 0),
            0,
            PgHistory.ScrubStamps.NEVER,
            ObjectStatSum.ZERO,
            0,
            0,
            List.of(),
            List.of(),
            -1,
            -1,
            0,
            Stamps.ZERO,
            Invalid.NONE,
            List.of(),
            0,
            new TreeMap<>(),
            List.of(),
            new TreeMap<>());

    public PgStat withSum(ObjectStatSum other) {
        return new PgStat(
                version,
                reported,
                state,
                logStart,
                ondiskLogStart,
                created,
                lastEpochClean,
                parent,
                parentSplitBits,
                scrubs,
                other,
                logSize,
                ondiskLogSize,
                up,
                acting,
                upPrimary,
                actingPrimary,
                mappingEpoch,
                stamps,
                invalid,
                blockedBy,
                snapTrimQueueLength,
                purgedSnaps,
                availNoMissing,
                objectLocationCounts);
    }

    public PgStat withInvalid(Invalid other) {
        return new PgStat(
                version,
                reported,
                state,
                logStart,
                ondiskLogStart,
                created,
                lastEpochClean,
                parent,
                parentSplitBits,
                scrubs,
                sum,
                logSize,
                ondiskLogSize,
                up,
                acting,
                upPrimary,
                actingPrimary,
                mappingEpoch,
                stamps,
                other,
                blockedBy,
                snapTrimQueueLength,
                purgedSnaps,
                availNoMissing,
                objectLocationCounts);
    }

    public static PgStat decode(WireReader in) {
        return in.versioned(26, (body, structVersion) -> {
            Eversion version = Eversion.decode(body);
            Reported reported = new Reported(body.u64(), body.u32());
            long state = Integer.toUnsignedLong(body.u32());
            Eversion logStart = Eversion.decode(body);
            Eversion ondiskLogStart = Eversion.decode(body);
            int created = body.u32();
            int lastClean = body.u32();
            PgId parent = PgId.decode(body);
            int splitBits = body.u32();
            Eversion scrub = Eversion.decode(body);
            Utime scrubStamp = Utime.decode(body);
            ObjectStatSum sum = body.versioned(2, (stats, v) -> {
                ObjectStatSum decoded = ObjectStatSum.decode(stats);
                stats.rest();
                return decoded;
            });
            long logSize = body.u64();
            long ondiskLogSize = body.u64();
            List<Integer> up = body.list(WireReader::u32);
            List<Integer> acting = body.list(WireReader::u32);
            Utime fresh = Utime.decode(body);
            Utime change = Utime.decode(body);
            Utime active = Utime.decode(body);
            Utime clean = Utime.decode(body);
            Utime unstale = Utime.decode(body);
            int mappingEpoch = body.u32();
            Eversion deep = Eversion.decode(body);
            Utime deepStamp = Utime.decode(body);
            boolean statsInvalid = body.bool();
            Utime cleanStamp = Utime.decode(body);
            Utime becameActive = Utime.decode(body);
            boolean dirtyInvalid = body.bool();
            int upPrimary = body.u32();
            int actingPrimary = body.u32();
            boolean omapInvalid = body.bool();
            boolean hitsetInvalid = body.bool();
            List<Integer> blockedBy = body.list(WireReader::u32);
            Utime undegraded = Utime.decode(body);
            Utime fullsized = Utime.decode(body);
            boolean hitsetBytesInvalid = body.bool();
            Utime peered = Utime.decode(body);
            Utime becamePeered = Utime.decode(body);
            boolean pinInvalid = body.bool();
            int trimQueue = structVersion >= 23 ? body.u32() : 0;
            if (structVersion >= 24) {
                state |= Integer.toUnsignedLong(body.u32()) << 32;
            }
            Map<Long, Long> purged =
                    structVersion >= 24 ? body.map(WireReader::u64, WireReader::u64) : new TreeMap<>();
            boolean manifestInvalid = structVersion < 25 || body.bool();
            List<PgShard> avail = structVersion >= 26 ? body.list(PgShard::decode) : List.of();
            return new PgStat(
                    version,
                    reported,
                    state,
                    logStart,
                    ondiskLogStart,
                    created,
                    lastClean,
                    parent,
                    splitBits,
                    new PgHistory.ScrubStamps(scrub, deep, scrubStamp, deepStamp, cleanStamp),
                    sum,
                    logSize,
                    ondiskLogSize,
                    up,
                    acting,
                    upPrimary,
                    actingPrimary,
                    mappingEpoch,
                    new Stamps(
                            fresh, change, active, peered, clean, unstale, undegraded, fullsized, becameActive,
                            becamePeered),
                    new Invalid(
                            statsInvalid, dirtyInvalid, omapInvalid, hitsetInvalid, hitsetBytesInvalid, pinInvalid,
                            manifestInvalid),
                    blockedBy,
                    trimQueue,
                    purged,
                    avail,
                    structVersion >= 26 ? decodeLocations(body) : new TreeMap<>());
        });
    }

    private static Map<List<PgShard>, Integer> decodeLocations(WireReader in) {
        Map<List<PgShard>, Integer> counts = new TreeMap<>(PgStat::compareLists);
        int count = in.count(4);
        for (int i = 0; i < count; i++) {
            List<PgShard> shards = new ArrayList<>(in.list(PgShard::decode));
            counts.put(shards, in.u32());
        }
        return counts;
    }

    private static int compareLists(List<PgShard> a, List<PgShard> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int c = a.get(i).compareTo(b.get(i));
            if (c != 0) {
                return c;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    public void encode(WireWriter out) {
        out.versioned(26, 22, () -> {
            version.encode(out);
            out.u64(reported.sequence).u32(reported.epoch).u32((int) state);
            logStart.encode(out);
            ondiskLogStart.encode(out);
            out.u32(created).u32(lastEpochClean);
            parent.encode(out);
            out.u32(parentSplitBits);
            scrubs.lastScrub().encode(out);
            scrubs.lastScrubStamp().encode(out);
            out.versioned(2, 2, () -> {
                sum.encode(out);
                out.u32(0);
            });
            out.u64(logSize).u64(ondiskLogSize);
            out.list(up, WireWriter::u32).list(acting, WireWriter::u32);
            stamps.fresh.encode(out);
            stamps.change.encode(out);
            stamps.active.encode(out);
            stamps.clean.encode(out);
            stamps.unstale.encode(out);
            out.u32(mappingEpoch);
            scrubs.lastDeepScrub().encode(out);
            scrubs.lastDeepScrubStamp().encode(out);
            out.bool(invalid.stats);
            scrubs.lastCleanScrubStamp().encode(out);
            stamps.becameActive.encode(out);
            out.bool(invalid.dirty).u32(upPrimary).u32(actingPrimary);
            out.bool(invalid.omap).bool(invalid.hitset).list(blockedBy, WireWriter::u32);
            stamps.undegraded.encode(out);
            stamps.fullsized.encode(out);
            out.bool(invalid.hitsetBytes);
            stamps.peered.encode(out);
            stamps.becamePeered.encode(out);
            out.bool(invalid.pin).u32(snapTrimQueueLength).u32((int) (state >>> 32));
            out.map(purgedSnaps, WireWriter::u64, WireWriter::u64).bool(invalid.manifest);
            out.list(availNoMissing, (w, s) -> s.encode(w));
            out.map(objectLocationCounts, (w, k) -> w.list(k, (x, s) -> s.encode(x)), WireWriter::u32);
        });
    }
}
