package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// Applies an increment (`OSDMap::apply_incremental`).
final class IncrementalApply {
    /// Far above `mon_max_osd`: what is kept for each could not be had.
    private static final int MOST_OSDS = 1 << 20;

    private final OsdMapFields m;
    private final OsdMapIncremental inc;

    private IncrementalApply(OsdMapFields fields, OsdMapIncremental inc) {
        this.m = fields;
        this.inc = inc;
    }

    static OsdMapFields apply(OsdMapFields before, OsdMapIncremental inc) {
        if (inc.epoch != before.epoch + 1) {
            throw new DecodeException("increment to epoch " + inc.epoch + " on a map of epoch " + before.epoch);
        }
        if (inc.epoch != 1 && !inc.fsid.equals(before.fsid)) {
            throw new DecodeException("increment of another cluster");
        }
        if (!inc.fullmap.isEmpty()) {
            return OsdMapCodec.decode(inc.fullmap);
        }
        OsdMapFields fields = new OsdMapFields(before);
        fields.fsid = inc.fsid;
        fields.epoch = inc.epoch;
        fields.modified = inc.modified;
        IncrementalApply apply = new IncrementalApply(fields, inc);
        apply.general();
        apply.pools();
        apply.snapshots();
        apply.weights();
        apply.states();
        apply.osdFacts();
        apply.exceptions();
        apply.limits();
        apply.crush();
        return fields;
    }

    private void general() {
        if (inc.newFlags >= 0) {
            m.flags = inc.newFlags;
            if ((m.flags & OsdMap.REQUIRE_KRAKEN) != 0) {
                m.requireOsdRelease = Math.max(m.requireOsdRelease, Release.KRAKEN);
            } else if ((m.flags & OsdMap.REQUIRE_JEWEL) != 0) {
                m.requireOsdRelease = Math.max(m.requireOsdRelease, Release.JEWEL);
            }
        }
        if (inc.newMaxOsd >= 0) {
            if (inc.newMaxOsd > MOST_OSDS) {
                throw new DecodeException("increment sets max_osd " + inc.newMaxOsd);
            }
            m.setMaxOsd(inc.newMaxOsd);
        }
        if (inc.newPoolMax != OsdMapIncremental.UNCHANGED) {
            m.poolMax = (int) inc.newPoolMax;
        }
        m.lastUpChange = inc.newLastUpChange.equals(Utime.ZERO) ? m.lastUpChange : inc.newLastUpChange;
        m.lastInChange = inc.newLastInChange.equals(Utime.ZERO) ? m.lastInChange : inc.newLastInChange;
        m.clusterSnapshot = inc.clusterSnapshot;
        m.clusterSnapshotEpoch = inc.clusterSnapshot.isEmpty() ? 0 : inc.epoch;
    }

    private void pools() {
        inc.newPools.forEach((id, pool) -> {
            PgPool.Draft draft = pool.edit();
            draft.lastChange = m.epoch;
            m.pools.put(id, draft.pool());
        });
        m.poolNames.putAll(inc.newPoolNames);
        for (Long id : inc.oldPools) {
            m.pools.remove(id);
            m.poolNames.remove(id);
        }
        inc.oldErasureCodeProfiles.forEach(m.erasureProfiles::remove);
        m.erasureProfiles.putAll(inc.newErasureCodeProfiles);
    }

    private void snapshots() {
        m.newRemovedSnaps = inc.newRemovedSnaps;
        m.newPurgedSnaps = inc.newPurgedSnaps;
        inc.newRemovedSnaps.forEach(
                (pool, snaps) -> m.removedSnapsQueue.merge(pool, snaps, IntervalSet::union));
        inc.newPurgedSnaps.forEach((pool, snaps) ->
                m.removedSnapsQueue.computeIfPresent(pool, (p, queue) -> {
                    IntervalSet rest = queue.minus(snaps);
                    return rest.isEmpty() ? null : rest;
                }));
    }

    private void weights() {
        inc.newWeight.forEach((osd, weight) -> change(osd, weight, (e, w) -> {
            if (w == 0) {
                return e.withWeight(0);
            }
            int state = (e.state() | OsdMap.EXISTS) & ~(OsdMap.AUTOOUT | OsdMap.NEW);
            return e.withWeight(w).withState(state).withXinfo(e.xinfo().withOldWeight(0));
        }));
        inc.newPrimaryAffinity.forEach((osd, affinity) -> {
            check(osd);
            m.setPrimaryAffinity(osd, affinity);
        });
    }

    private void states() {
        inc.newState.forEach((osd, bits) -> change(osd, bits == 0 ? OsdMap.UP : bits, (e, flip) -> {
            OsdEntry entry = e;
            if ((e.state() & flip & OsdMap.UP) != 0) {
                entry = e.withInfo(e.info().withDownAt(m.epoch)).withXinfo(e.xinfo().withDownStamp(m.modified));
            }
            if ((e.state() & flip & OsdMap.EXISTS) != 0) {
                // destroyed: all that made it this one goes
                m.setPrimaryAffinity(osd, OsdMap.DEFAULT_PRIMARY_AFFINITY);
                return OsdEntry.NONE.withWeight(e.weight());
            }
            return entry.withState(e.state() ^ flip);
        }));
        inc.newUpClient.forEach((osd, addrs) -> change(osd, addrs, (e, a) -> e.withPublicAddrs(a)
                .withState((e.state() | OsdMap.EXISTS | OsdMap.UP) & ~OsdMap.STOP)
                .withHbBackAddrs(inc.newHbBackUp.getOrDefault(osd, EntityAddrVec.EMPTY))
                .withHbFrontAddrs(inc.newHbFrontUp.getOrDefault(osd, EntityAddrVec.EMPTY))
                .withInfo(e.info().withUpFrom(m.epoch))));
        inc.newUpCluster.forEach((osd, addrs) -> change(osd, addrs, OsdEntry::withClusterAddrs));
    }

    private void osdFacts() {
        inc.newUpThru.forEach((osd, epoch) -> change(osd, epoch, (e, x) -> e.withInfo(e.info().withUpThru(x))));
        inc.newLastCleanInterval.forEach((osd, clean) ->
                change(osd, clean, (e, x) -> e.withInfo(e.info().withLastClean(x.begin(), x.end()))));
        inc.newLost.forEach((osd, epoch) -> change(osd, epoch, (e, x) -> e.withInfo(e.info().withLostAt(x))));
        inc.newXinfo.forEach((osd, xinfo) -> change(osd, xinfo, OsdEntry::withXinfo));
        inc.newUuid.forEach((osd, uuid) -> change(osd, uuid, OsdEntry::withUuid));
    }

    private void exceptions() {
        inc.newPgTemp.forEach((pg, osds) -> {
            if (osds.isEmpty()) {
                m.pgTemp.remove(pg);
            } else {
                m.pgTemp.put(pg, List.copyOf(osds));
            }
        });
        inc.newPrimaryTemp.forEach((pg, osd) -> {
            if (osd == -1) {
                m.primaryTemp.remove(pg);
            } else {
                m.primaryTemp.put(pg, osd);
            }
        });
        m.pgUpmap.putAll(inc.newPgUpmap);
        inc.oldPgUpmap.forEach(m.pgUpmap::remove);
        m.pgUpmapItems.putAll(inc.newPgUpmapItems);
        inc.oldPgUpmapItems.forEach(m.pgUpmapItems::remove);
        inc.newBlocklist.forEach(m.blocklist::putIfAbsent);
        inc.oldBlocklist.forEach(m.blocklist::remove);
        inc.newRangeBlocklist.forEach(m.rangeBlocklist::putIfAbsent);
        inc.oldRangeBlocklist.forEach(m.rangeBlocklist::remove);
        putOrClear(m.crushNodeFlags, inc.newCrushNodeFlags);
        putOrClear(m.deviceClassFlags, inc.newDeviceClassFlags);
    }

    private static void putOrClear(Map<Integer, Integer> target, Map<Integer, Integer> changes) {
        changes.forEach((key, flags) -> {
            if (flags == 0) {
                target.remove(key);
            } else {
                target.put(key, flags);
            }
        });
    }

    private void limits() {
        m.nearfullRatio = inc.newNearfullRatio >= 0 ? inc.newNearfullRatio : m.nearfullRatio;
        m.backfillfullRatio = inc.newBackfillfullRatio >= 0 ? inc.newBackfillfullRatio : m.backfillfullRatio;
        m.fullRatio = inc.newFullRatio >= 0 ? inc.newFullRatio : m.fullRatio;
        if (inc.newRequireMinCompatClient != Release.UNCHANGED && inc.newRequireMinCompatClient != Release.UNKNOWN) {
            m.requireMinCompatClient = inc.newRequireMinCompatClient;
        }
        if (inc.newRequireOsdRelease != Release.UNCHANGED) {
            m.requireOsdRelease = inc.newRequireOsdRelease;
            if (m.requireOsdRelease >= Release.LUMINOUS) {
                m.flags = m.flags & ~OsdMap.LEGACY_REQUIRE_FLAGS | OsdMap.RECOVERY_DELETES;
            }
            if (m.requireOsdRelease >= Release.NAUTILUS) {
                m.flags |= OsdMap.PGLOG_HARDLIMIT;
            }
        }
        if (inc.newStretchMode != null) {
            m.stretch = inc.newStretchMode;
        }
    }

    private void crush() {
        if (inc.crush.isEmpty()) {
            return;
        }
        m.crush = CrushMap.decode(inc.crush);
        if (m.requireOsdRelease >= Release.LUMINOUS) {
            m.crushVersion++;
        }
        m.deviceClassFlags.keySet().retainAll(m.crush.classNames().keySet());
    }

    private void check(int osd) {
        if (osd < 0 || osd >= m.maxOsd) {
            throw new DecodeException("increment names osd." + osd + ", max_osd is " + m.maxOsd);
        }
    }

    private <T> void change(int osd, T value, BiFunction<OsdEntry, T, OsdEntry> change) {
        check(osd);
        m.osds.set(osd, change.apply(m.osds.get(osd), value));
    }
}
