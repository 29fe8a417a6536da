package dev.inkfish.mgr.core;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MPGStats;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.OsdStat;
import dev.inkfish.wire.osd.PgStat;
import dev.inkfish.wire.osd.PgStates;
import dev.inkfish.wire.osd.PoolStat;
import dev.inkfish.wire.osd.StoreStatfs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The statistics of all groups and OSDs, as last reported (`PGMap`), kept in step with the OSD map: there
/// is an entry for each group of each pool, unknown until its primary reports it.
public final class PgMap {
    private final NavigableMap<PgId, PgStat> pgs = new TreeMap<>();
    private final NavigableMap<Integer, OsdStat> osds = new TreeMap<>();
    private final NavigableMap<Long, NavigableMap<Integer, StoreStatfs>> poolStores = new TreeMap<>();
    private final Rates rates = new Rates();
    private OsdMap osdMap = OsdMap.empty();
    private Utime stamp = Utime.ZERO;
    private long version;

    /// Counts changes.
    public long version() {
        return version;
    }

    /// Of the newest change.
    public Utime stamp() {
        return stamp;
    }

    public OsdMap osdMap() {
        return osdMap;
    }

    public NavigableMap<PgId, PgStat> pgs() {
        return Collections.unmodifiableNavigableMap(pgs);
    }

    public NavigableMap<Integer, OsdStat> osds() {
        return Collections.unmodifiableNavigableMap(osds);
    }

    /// What each OSD holds of a pool.
    public NavigableMap<Integer, StoreStatfs> poolStores(long pool) {
        return poolStores.getOrDefault(pool, Collections.emptyNavigableMap());
    }

    /// A new OSD map: pools and OSDs come and go, groups whose primary is down become stale.
    public void osdMap(OsdMap map, Utime now) {
        osdMap = map;
        pgs.keySet().removeIf(pg -> !isGroup(pg));
        poolStores.keySet().removeIf(pool -> map.pool(pool) == null);
        map.pools().forEach((id, pool) -> {
            for (int seed = 0; seed < pool.pgNum(); seed++) {
                pgs.putIfAbsent(new PgId(id, seed), PgStats.unknown(now));
            }
        });
        osds.keySet().removeIf(osd -> !map.exists(osd));
        for (int osd : map.osds()) {
            // an OSD that is out does not count
            if (map.isOut(osd)) {
                osds.replace(osd, OsdStat.ZERO);
                poolStores.values().forEach(stores -> stores.remove(osd));
            }
        }
        pgs.replaceAll((id, pg) -> stale(pg, now));
        changed(now);
    }

    private boolean isGroup(PgId pg) {
        PgPool pool = osdMap.pool(pg.pool());
        return pool != null && Integer.compareUnsigned(pg.seed(), pool.pgNum()) < 0;
    }

    private PgStat stale(PgStat pg, Utime now) {
        boolean reachable = pg.actingPrimary() < 0 || osdMap.isUp(pg.actingPrimary());
        if (reachable || pg.state() == 0 || PgStates.STALE.in(pg.state())) {
            return pg;
        }
        return PgStats.withState(pg, pg.state() | PgStates.STALE.bit(), now);
    }

    /// An OSD's report. Groups that it knows less of than we do are left as they are.
    public void report(int osd, MPGStats report, Utime now) {
        if (!osdMap.exists(osd)) {
            return;
        }
        boolean out = osdMap.isOut(osd);
        osds.put(osd, out ? OsdStat.ZERO : report.osdStat());
        report.pgs().forEach((id, pg) -> {
            PgStat before = pgs.get(id);
            if (isGroup(id) && (before == null || isNewer(pg.reported(), before.reported()))) {
                pgs.put(id, before == null ? pg : PgStats.since(pg, before));
            }
        });
        poolStores.values().forEach(stores -> stores.remove(osd));
        if (!out) {
            report.pools().forEach((pool, store) -> {
                if (osdMap.pool(pool) != null) {
                    poolStores.computeIfAbsent(pool, p -> new TreeMap<>()).put(osd, store);
                }
            });
        }
        changed(now);
    }

    private static boolean isNewer(PgStat.Reported report, PgStat.Reported than) {
        int epochs = Integer.compareUnsigned(report.epoch(), than.epoch());
        return epochs > 0 || epochs == 0 && report.sequence() >= than.sequence();
    }

    private void changed(Utime now) {
        version++;
        stamp = now;
    }

    /// Ends an interval over which rates are computed.
    public void sampleRates(Utime now) {
        rates.sample(now, poolSums());
    }

    /// The change of all sums over the last intervals.
    public PgMapDigest.Delta change() {
        return rates.sum();
    }

    /// Sums over each pool's groups.
    public NavigableMap<Long, PoolStat> poolSums() {
        NavigableMap<Long, PoolStat> sums = new TreeMap<>();
        pgs.forEach((id, pg) -> sums.merge(id.pool(), PoolStat.of(pg), PoolStat::plus));
        poolStores.forEach((pool, stores) -> stores.values().forEach(
                store -> sums.computeIfPresent(pool, (p, sum) -> sum.plusStore(store))));
        return sums;
    }

    public PoolStat sum() {
        return poolSums().values().stream().reduce(PoolStat.ZERO, PoolStat::plus);
    }

    public OsdStat osdSum() {
        return osds.values().stream().reduce(OsdStat.ZERO, OsdStat::plus);
    }

    /// How many groups each OSD takes part in.
    public NavigableMap<Integer, PgMapDigest.PgCount> countsByOsd() {
        NavigableMap<Integer, int[]> counts = new TreeMap<>();
        for (PgStat pg : pgs.values()) {
            pg.acting().stream().filter(PgMap::isOsd).forEach(osd -> count(counts, osd)[0]++);
            pg.up().stream()
                    .filter(osd -> isOsd(osd) && !pg.acting().contains(osd))
                    .forEach(osd -> count(counts, osd)[1]++);
            if (pg.actingPrimary() >= 0) {
                count(counts, pg.actingPrimary())[2]++;
            }
        }
        NavigableMap<Integer, PgMapDigest.PgCount> result = new TreeMap<>();
        counts.forEach((osd, n) -> result.put(osd, new PgMapDigest.PgCount(n[0], n[1], n[2])));
        return result;
    }

    private static boolean isOsd(int osd) {
        return osd >= 0 && osd != Integer.MAX_VALUE;
    }

    private static int[] count(NavigableMap<Integer, int[]> counts, int osd) {
        return counts.computeIfAbsent(osd, o -> new int[3]);
    }

    /// What the monitors get.
    public PgMapDigest digest() {
        NavigableMap<Integer, PoolStat> pools = new TreeMap<>();
        PoolStat sum = PoolStat.ZERO;
        for (Map.Entry<Long, PoolStat> pool : poolSums().entrySet()) {
            pools.put(pool.getKey().intValue(), pool.getValue());
            sum = sum.plus(pool.getValue());
        }
        NavigableMap<Long, Integer> states = new TreeMap<>();
        NavigableMap<Long, Long> byPool = new TreeMap<>();
        pgs.forEach((id, pg) -> {
            states.merge(pg.state(), 1, Integer::sum);
            byPool.merge(id.pool(), 1L, Long::sum);
        });
        List<Long> seqs = new ArrayList<>();
        for (int osd = 0; osd < (osds.isEmpty() ? 0 : osds.lastKey() + 1); osd++) {
            seqs.add(osds.getOrDefault(osd, OsdStat.ZERO).seq());
        }
        return new PgMapDigest(
                pgs.size(),
                pgs.values().stream().filter(pg -> PgStates.ACTIVE.in(pg.state())).count(),
                states.getOrDefault(0L, 0),
                osds.size(),
                pools,
                sum,
                osdSum(),
                states,
                countsByOsd(),
                byPool,
                seqs,
                rates.pools(),
                rates.poolSpans(),
                rates.sum(),
                Capacity.byRule(osdMap, osds),
                purgedSnaps(),
                osdSumByClass());
    }

    /// Snapshots all of a pool's groups are rid of.
    private NavigableMap<Long, NavigableMap<Long, Long>> purgedSnaps() {
        NavigableMap<Long, IntervalSet> purged = new TreeMap<>();
        pgs.forEach((id, pg) -> {
            IntervalSet own = new IntervalSet(new TreeMap<>(pg.purgedSnaps()));
            // an unknown group has nothing to say: then nothing is purged
            purged.merge(id.pool(), own, IntervalSet::intersection);
        });
        NavigableMap<Long, NavigableMap<Long, Long>> result = new TreeMap<>();
        purged.forEach((pool, snaps) -> result.put(pool, snaps.intervals()));
        return result;
    }

    private NavigableMap<String, OsdStat> osdSumByClass() {
        NavigableMap<String, OsdStat> sums = new TreeMap<>();
        osds.forEach((osd, stat) -> {
            Integer number = osdMap.crush().deviceClasses().get(osd);
            String name = number == null ? null : osdMap.crush().classNames().get(number);
            if (name != null) {
                sums.merge(name, stat, OsdStat::plus);
            }
        });
        return sums;
    }

    /// Changes over the last intervals, of each pool and of all.
    private static final class Rates {
        /// `mon_stat_smooth_intervals`
        private static final int INTERVALS = 6;
        /// Twice `mon_delta_reset_interval`: a long silence does not count as one interval.
        private static final long LONGEST_NANOS = 20_000_000_000L;

        private record Sample(PoolStat change, long nanos) {}

        private static final class Series {
            private final List<Sample> samples = new ArrayList<>();
            private PoolStat last = PoolStat.ZERO;
            private Utime at = Utime.ZERO;

            void add(Utime now, PoolStat sum) {
                if (!last.equals(PoolStat.ZERO)) {
                    samples.add(new Sample(sum.minus(last), Math.min(now.toNanos() - at.toNanos(), LONGEST_NANOS)));
                }
                if (samples.size() > INTERVALS) {
                    samples.removeFirst();
                }
                last = sum;
                at = now;
            }

            PoolStat change() {
                PoolStat change = PoolStat.ZERO;
                for (Sample sample : samples) {
                    PoolStat one = sample.change;
                    change = change.plus(new PoolStat(one.sum(), StoreStatfs.ZERO, 0, 0, 0, 0, 0));
                }
                return change;
            }

            Utime span() {
                return Utime.ofNanos(samples.stream().mapToLong(Sample::nanos).sum());
            }
        }

        private final NavigableMap<Long, Series> pools = new TreeMap<>();
        private final Series all = new Series();

        void sample(Utime now, NavigableMap<Long, PoolStat> sums) {
            pools.keySet().retainAll(sums.keySet());
            sums.forEach((pool, sum) -> pools.computeIfAbsent(pool, p -> new Series()).add(now, sum));
            all.add(now, sums.values().stream().reduce(PoolStat.ZERO, PoolStat::plus));
        }

        PgMapDigest.Delta sum() {
            return new PgMapDigest.Delta(all.change(), all.span());
        }

        NavigableMap<Long, PgMapDigest.Delta> pools() {
            NavigableMap<Long, PgMapDigest.Delta> result = new TreeMap<>();
            pools.forEach((pool, series) -> result.put(pool, new PgMapDigest.Delta(series.change(), series.at)));
            return result;
        }

        NavigableMap<Long, Utime> poolSpans() {
            NavigableMap<Long, Utime> result = new TreeMap<>();
            pools.forEach((pool, series) -> result.put(pool, series.span()));
            return result;
        }
    }
}
