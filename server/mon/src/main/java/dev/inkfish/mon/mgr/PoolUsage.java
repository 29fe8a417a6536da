package dev.inkfish.mon.mgr;

import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import dev.inkfish.wire.osd.PoolStat;
import java.util.NavigableMap;

/// What a pool takes and what still fits, as `ceph df` counts it (`PGMapDigest::dump_object_stat_sum`).
///
/// @param rate bytes on disk for each byte of a user, degraded objects counted with the copies they have
/// @param availRaw what fits into the pool's OSDs, copies included
/// @param usedData bytes on disk
public record PoolUsage(
        PgPool pool,
        PoolStat stat,
        float rate,
        long availRaw,
        long usedData,
        long usedOmap,
        long storedData,
        long storedOmap) {
    public static PoolUsage of(OsdMap map, PgMapDigest digest, long id, PgPool pool) {
        PoolStat stat = digest.poolSum(id);
        ObjectStatSum sum = stat.sum();
        float rate = rawUsedRate(map, pool);
        long copies = sum.get(Field.NUM_OBJECT_COPIES);
        if (copies > 0) {
            rate *= (float) (copies - sum.get(Field.NUM_OBJECTS_DEGRADED)) / copies;
        }
        int rule = map.crush().findRule(pool.crushRule(), pool.type(), pool.size());
        long avail = Math.max(0, digest.availByRule().getOrDefault(rule, 0L));
        boolean perPool = digest.usePerPoolStats();
        boolean perPoolOmap = digest.usePerPoolOmapStats();
        long data = sum.get(Field.NUM_BYTES) + sum.get(Field.NUM_BYTES_HIT_SET_ARCHIVE);
        long omap = sum.get(Field.NUM_OMAP_BYTES);
        return new PoolUsage(
                pool,
                stat,
                rate,
                avail,
                perPool ? stat.store().allocated() : data,
                perPoolOmap ? stat.store().omapAllocated() : omap,
                perPool ? divided(stat.store().stored(), rate) : data,
                perPoolOmap ? divided(stat.store().omapAllocated(), rate) : omap);
    }

    private static long divided(long amount, float rate) {
        return rate == 0 ? 0 : (long) ((float) amount / rate);
    }

    /// Copies in a replicated pool; `(k + m) / k` in an erasure-coded one.
    public static float rawUsedRate(OsdMap map, PgPool pool) {
        if (!pool.isErasure()) {
            return pool.size();
        }
        NavigableMap<String, String> profile = map.erasureProfiles().get(pool.erasureCodeProfile());
        float k = profile == null ? 0 : Integer.parseInt(profile.getOrDefault("k", "0"));
        return k == 0 ? pool.size() : pool.size() / k;
    }

    public long used() {
        return usedData + usedOmap;
    }

    public long stored() {
        return storedData + storedOmap;
    }

    public float percentUsed() {
        if (availRaw > 0) {
            float used = used();
            return used / (used + availRaw);
        }
        return used() > 0 ? 1f : 0f;
    }

    public long maxAvail() {
        return rate == 0 ? 0 : (long) ((float) availRaw / rate);
    }

    public long storedRaw() {
        return (long) (stored() * rate);
    }
}
