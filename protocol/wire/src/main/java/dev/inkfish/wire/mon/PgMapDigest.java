package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PoolStat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What the monitors know of the groups: the manager's sums (`PGMapDigest`).
///
/// @param poolSums by pool
/// @param byState how many groups are in each combination of [dev.inkfish.wire.osd.PgStates]
/// @param osdLastSeq the last report's number, by OSD
/// @param poolDeltas the change of a pool's sum, and over which time
/// @param sumDelta the change of all pools' sum
/// @param availByRule bytes that may still be written by pools of a CRUSH rule, before replication
/// @param purgedSnaps by pool: start to length
/// @param osdSumByClass by device class
@CephType("PGMapDigest")
public record PgMapDigest(
        long pgs,
        long activePgs,
        long unknownPgs,
        long osds,
        NavigableMap<Integer, PoolStat> poolSums,
        PoolStat sum,
        OsdStat osdSum,
        NavigableMap<Long, Integer> byState,
        NavigableMap<Integer, PgCount> byOsd,
        NavigableMap<Long, Long> byPool,
        List<Long> osdLastSeq,
        NavigableMap<Long, Delta> poolDeltas,
        NavigableMap<Long, Utime> poolDeltaStamps,
        Delta sumDelta,
        NavigableMap<Integer, Long> availByRule,
        NavigableMap<Long, NavigableMap<Long, Long>> purgedSnaps,
        NavigableMap<String, OsdStat> osdSumByClass) {
    public static final PgMapDigest EMPTY = new PgMapDigest(
            0,
            0,
            0,
            0,
            new TreeMap<>(),
            PoolStat.ZERO,
            OsdStat.ZERO,
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            List.of(),
            new TreeMap<>(),
            new TreeMap<>(),
            new Delta(PoolStat.ZERO, Utime.ZERO),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>());

    /// A change and the time it took.
    public record Delta(PoolStat change, Utime over) {
        static Delta decode(WireReader in) {
            return new Delta(PoolStat.decode(in), Utime.decode(in));
        }

        void encode(WireWriter out) {
            change.encode(out);
            over.encode(out);
        }
    }

    /// How many groups an OSD takes part in.
    public record PgCount(int acting, int upNotActing, int primary) {}

    public PoolStat poolSum(long pool) {
        return poolSums.getOrDefault((int) pool, PoolStat.ZERO);
    }

    /// All OSDs report usage by pool.
    public boolean usePerPoolStats() {
        return osdSum.osds() == osdSum.perPoolOsds();
    }

    public boolean usePerPoolOmapStats() {
        return osdSum.osds() == osdSum.perPoolOmapOsds();
    }

    public static PgMapDigest decode(WireReader in) {
        return in.versioned(4, (b, version) -> {
            if (version < 4) {
                throw new DecodeException("PGMapDigest of version " + version);
            }
            long pgs = b.u64();
            long active = b.u64();
            long unknown = b.u64();
            long osds = b.u64();
            NavigableMap<Integer, PoolStat> pools = b.map(WireReader::u32, PoolStat::decode);
            PoolStat sum = PoolStat.decode(b);
            OsdStat osdSum = OsdStat.decode(b);
            NavigableMap<Long, Integer> states = b.map(WireReader::u64, WireReader::u32);
            NavigableMap<Integer, PgCount> byOsd =
                    b.map(WireReader::u32, r -> new PgCount(r.u32(), r.u32(), r.u32()));
            NavigableMap<Long, Long> byPool = b.map(WireReader::u64, WireReader::u64);
            List<Long> seqs = b.list(WireReader::u64);
            NavigableMap<Long, Delta> deltas = b.map(WireReader::u64, Delta::decode);
            NavigableMap<Long, Utime> stamps = b.map(WireReader::u64, Utime::decode);
            Delta delta = Delta.decode(b);
            NavigableMap<Integer, Long> avail = b.map(WireReader::u32, WireReader::u64);
            NavigableMap<Long, NavigableMap<Long, Long>> purged =
                    b.map(WireReader::u64, r -> r.map(WireReader::u64, WireReader::u64));
            return new PgMapDigest(
                    pgs, active, unknown, osds, pools, sum, osdSum, states, byOsd, byPool, seqs, deltas, stamps, delta,
                    avail, purged, b.map(WireReader::string, OsdStat::decode));
        });
    }

    public void encode(WireWriter out) {
        out.versioned(4, 1, () -> {
            out.u64(pgs).u64(activePgs).u64(unknownPgs).u64(osds);
            out.map(poolSums, WireWriter::u32, (w, stat) -> stat.encode(w));
            sum.encode(out);
            osdSum.encode(out);
            out.map(byState, WireWriter::u64, WireWriter::u32);
            out.map(byOsd, WireWriter::u32, (w, c) -> w.u32(c.acting).u32(c.upNotActing).u32(c.primary));
            out.map(byPool, WireWriter::u64, WireWriter::u64);
            out.list(osdLastSeq, WireWriter::u64);
            out.map(poolDeltas, WireWriter::u64, (w, delta) -> delta.encode(w));
            out.map(poolDeltaStamps, WireWriter::u64, (w, stamp) -> stamp.encode(w));
            sumDelta.encode(out);
            out.map(availByRule, WireWriter::u32, WireWriter::u64);
            out.map(purgedSnaps, WireWriter::u64, (w, snaps) -> w.map(snaps, WireWriter::u64, WireWriter::u64));
            out.map(osdSumByClass, WireWriter::string, (w, stat) -> stat.encode(w));
        });
    }
}
