package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What an OSD reports of itself, and the sum over several of them (`osd_stat_t`).
///
/// @param hbPeers OSDs it exchanges heartbeats with
/// @param opAges how many operations wait since 2^i milliseconds
/// @param commitLatency nanoseconds from submitting a transaction to its commit
/// @param seq the epoch it is up from and the number of the report
/// @param pgs groups it is a member of
/// @param alerts of the store, by code
/// @param osds how many this is the sum of; 1 in a report
/// @param perPoolOsds how many of them count usage by pool
@CephType("osd_stat_t")
public record OsdStat(
        StoreStatfs statfs,
        int snapTrimQueue,
        int snapTrimming,
        List<Integer> hbPeers,
        List<Integer> opAges,
        long commitLatency,
        long applyLatency,
        int upFrom,
        long seq,
        int pgs,
        NavigableMap<Integer, NavigableMap<String, String>> alerts,
        long shardsRepaired,
        int osds,
        int perPoolOsds,
        int perPoolOmapOsds,
        NavigableMap<Integer, PingTimes> pingTimes) {
    public static final OsdStat ZERO = new OsdStat(
            StoreStatfs.ZERO, 0, 0, List.of(), List.of(), 0, 0, 0, 0, 0, new TreeMap<>(), 0, 0, 0, 0, new TreeMap<>());

    /// How long heartbeats take, in microseconds: averages over 1, 5 and 15 minutes, minima, maxima, the last.
    ///
    /// @param back 10 numbers for the cluster network
    /// @param front the same for the public one
    public record PingTimes(int lastUpdate, List<Integer> back, List<Integer> front) {
        private static final int COUNT = 10;

        static PingTimes decode(WireReader in) {
            return new PingTimes(in.u32(), numbers(in), numbers(in));
        }

        private static List<Integer> numbers(WireReader in) {
            List<Integer> result = new ArrayList<>(COUNT);
            for (int i = 0; i < COUNT; i++) {
                result.add(in.u32());
            }
            return result;
        }

        void encode(WireWriter out) {
            out.u32(lastUpdate);
            back.forEach(out::u32);
            front.forEach(out::u32);
        }
    }

    /// A report of one OSD with what every store can tell.
    public static OsdStat report(StoreStatfs statfs, List<Integer> hbPeers, int upFrom, long seq, int pgs) {
        return new OsdStat(
                statfs, 0, 0, hbPeers, List.of(), 0, 0, upFrom, seq, pgs, new TreeMap<>(), 0, 1, 1, 1, new TreeMap<>());
    }

    /// The sum; peers and what belongs to one OSD only are left out, except for the identity of the newest report.
    public OsdStat plus(OsdStat o) {
        List<Integer> ages = new ArrayList<>();
        for (int i = 0; i < Math.max(opAges.size(), o.opAges.size()); i++) {
            ages.add((i < opAges.size() ? opAges.get(i) : 0) + (i < o.opAges.size() ? o.opAges.get(i) : 0));
        }
        NavigableMap<Integer, NavigableMap<String, String>> allAlerts = new TreeMap<>(alerts);
        allAlerts.putAll(o.alerts);
        return new OsdStat(
                statfs.plus(o.statfs),
                snapTrimQueue + o.snapTrimQueue,
                snapTrimming + o.snapTrimming,
                List.of(),
                ages,
                commitLatency + o.commitLatency,
                applyLatency + o.applyLatency,
                0,
                0,
                pgs + o.pgs,
                allAlerts,
                shardsRepaired + o.shardsRepaired,
                osds + o.osds,
                perPoolOsds + o.perPoolOsds,
                perPoolOmapOsds + o.perPoolOmapOsds,
                new TreeMap<>());
    }

    public static OsdStat decode(WireReader in) {
        return in.versioned(14, (b, version) -> {
            b.skip(24); // sizes in KiB, repeated below
            int trimQueue = b.u32();
            int trimming = b.u32();
            List<Integer> peers = b.list(WireReader::u32);
            b.list(WireReader::u32);
            List<Integer> ages = b.versioned(1, (h, v) -> h.list(WireReader::u32));
            long[] latency = b.versioned(2, (p, v) -> v >= 2
                    ? new long[] {p.u64(), p.u64()}
                    : new long[] {p.u32() * 1_000_000L, p.u32() * 1_000_000L});
            int upFrom = b.u32();
            long seq = b.u64();
            int pgs = b.u32();
            b.skip(24);
            StoreStatfs statfs = StoreStatfs.decode(b);
            NavigableMap<Integer, NavigableMap<String, String>> alerts =
                    b.map(WireReader::u32, r -> r.map(WireReader::string, WireReader::string));
            long repaired = version >= 11 ? b.u64() : 0;
            int osds = version >= 12 ? b.u32() : 0;
            int perPool = version >= 12 ? b.u32() : 0;
            int perPoolOmap = version >= 13 ? b.u32() : 0;
            NavigableMap<Integer, PingTimes> pings =
                    version >= 14 ? b.map(WireReader::u32, PingTimes::decode) : new TreeMap<>();
            return new OsdStat(
                    statfs, trimQueue, trimming, peers, ages, latency[0], latency[1], upFrom, seq, pgs, alerts,
                    repaired, osds, perPool, perPoolOmap, pings);
        });
    }

    public void encode(WireWriter out) {
        out.versioned(14, 2, () -> {
            out.u64(statfs.total() >>> 10).u64(statfs.usedRaw() >>> 10).u64(statfs.available() >>> 10);
            out.u32(snapTrimQueue).u32(snapTrimming).list(hbPeers, WireWriter::u32).u32(0);
            out.versioned(1, 1, () -> out.list(opAges, WireWriter::u32));
            // milliseconds; peers of later releases understand nanoseconds as version 2
            out.versioned(1, 1, () -> out.u32((int) (commitLatency / 1_000_000)).u32((int) (applyLatency / 1_000_000)));
            out.u32(upFrom).u64(seq).u32(pgs);
            out.u64(statfs.allocated() >>> 10).u64(statfs.omapAllocated() >>> 10).u64(statfs.internalMetadata() >>> 10);
            statfs.encode(out);
            out.map(alerts, WireWriter::u32, (w, codes) ->
                    w.map(codes, WireWriter::string, WireWriter::string));
            out.u64(shardsRepaired).u32(osds).u32(perPoolOsds).u32(perPoolOmapOsds);
            out.map(pingTimes, WireWriter::u32, (w, times) -> times.encode(w));
        });
    }
}
