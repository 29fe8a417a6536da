package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The OSD map (`OSDMap`): OSDs, pools, CRUSH and the exceptions to it, at one epoch. Immutable; the next
/// epoch is [#apply] of an [OsdMapIncremental].
@CephType("OSDMap")
public final class OsdMap {
    public static final int EXISTS = 1;
    public static final int UP = 1 << 1;
    public static final int AUTOOUT = 1 << 2;
    public static final int NEW = 1 << 3;
    public static final int STATE_FULL = 1 << 4;
    public static final int STATE_NEARFULL = 1 << 5;
    public static final int STATE_BACKFILLFULL = 1 << 6;
    public static final int DESTROYED = 1 << 7;
    public static final int STATE_NOUP = 1 << 8;
    public static final int STATE_NODOWN = 1 << 9;
    public static final int STATE_NOIN = 1 << 10;
    public static final int STATE_NOOUT = 1 << 11;
    public static final int STOP = 1 << 12;

    public static final int NEARFULL = 1;
    public static final int FULL = 1 << 1;
    public static final int PAUSERD = 1 << 2;
    public static final int PAUSEWR = 1 << 3;
    public static final int PAUSEREC = 1 << 4;
    public static final int NOUP = 1 << 5;
    public static final int NODOWN = 1 << 6;
    public static final int NOOUT = 1 << 7;
    public static final int NOIN = 1 << 8;
    public static final int NOBACKFILL = 1 << 9;
    public static final int NORECOVER = 1 << 10;
    public static final int NOSCRUB = 1 << 11;
    public static final int NODEEP_SCRUB = 1 << 12;
    public static final int NOTIERAGENT = 1 << 13;
    public static final int NOREBALANCE = 1 << 14;
    public static final int SORTBITWISE = 1 << 15;
    public static final int REQUIRE_JEWEL = 1 << 16;
    public static final int REQUIRE_KRAKEN = 1 << 17;
    public static final int REQUIRE_LUMINOUS = 1 << 18;
    public static final int RECOVERY_DELETES = 1 << 19;
    public static final int PURGED_SNAPDIRS = 1 << 20;
    public static final int NOSNAPTRIM = 1 << 21;
    public static final int PGLOG_HARDLIMIT = 1 << 22;
    public static final int NOAUTOSCALE = 1 << 23;
    static final int LEGACY_REQUIRE_FLAGS = REQUIRE_JEWEL | REQUIRE_KRAKEN | REQUIRE_LUMINOUS;
    /// Flags that summaries leave out.
    public static final int SEMIHIDDEN_FLAGS =
            LEGACY_REQUIRE_FLAGS | RECOVERY_DELETES | SORTBITWISE | PURGED_SNAPDIRS | PGLOG_HARDLIMIT;

    /// The weight of an OSD that is in.
    public static final int IN = 0x10000;
    public static final int OUT = 0;
    public static final int DEFAULT_PRIMARY_AFFINITY = 0x10000;

    private final OsdMapFields m;
    private final PgPlacement placement;

    private OsdMap(OsdMapFields fields) {
        this.m = fields;
        this.placement = new PgPlacement(this, fields);
    }

    /// A map of epoch 0 without anything, for the first increment to be applied to.
    public static OsdMap empty() {
        return new OsdMap(new OsdMapFields());
    }

    /// A map of epoch 0 with what cannot be set by an increment.
    public static OsdMap initial(UUID fsid, Utime created) {
        OsdMapFields fields = new OsdMapFields();
        fields.fsid = fsid;
        fields.created = created;
        return new OsdMap(fields);
    }

    public static OsdMap decode(Bytes bytes) {
        return new OsdMap(OsdMapCodec.decode(bytes));
    }

    /// Encodes for peers with these features, exactly as Ceph 16, with crc.
    public Bytes encode(long features) {
        return OsdMapCodec.encode(m, features & MapCodec.SIGNIFICANT);
    }

    /// The crc that [#encode] put into its result.
    public static int crcOf(Bytes encodedMap) {
        return encodedMap.slice(encodedMap.length() - 4).reader().u32();
    }

    /// The next epoch. Throws [dev.inkfish.wire.DecodeException] if the increment does not follow this map.
    public OsdMap apply(OsdMapIncremental inc) {
        return new OsdMap(IncrementalApply.apply(m, inc));
    }

    /// The features that this map's canonical encoding uses: what all OSDs are required to know.
    public long encodingFeatures() {
        long features = MapCodec.SIGNIFICANT;
        if (m.requireOsdRelease < Release.OCTOPUS) {
            features &= ~(1L << 16);
        }
        if (m.requireOsdRelease < Release.NAUTILUS) {
            features &= ~(1L << 2);
        }
        if (m.requireOsdRelease < Release.MIMIC) {
            features &= ~(1L << 28);
        }
        if (m.requireOsdRelease < Release.LUMINOUS) {
            features &= ~(1L << 21);
        }
        if (m.requireOsdRelease < Release.KRAKEN) {
            features &= ~(1L << 14 | 1L << 59);
        }
        if (m.requireOsdRelease < Release.JEWEL) {
            features &= ~(1L << 56 | 1L << 57 | 1L << 58);
        }
        return features;
    }

    /// The features of a peer that change how a map is encoded for it.
    public static long significantFeatures(long features) {
        return features & MapCodec.SIGNIFICANT;
    }

    // -- identity

    public UUID fsid() {
        return m.fsid;
    }

    public int epoch() {
        return m.epoch;
    }

    public Utime created() {
        return m.created;
    }

    public Utime modified() {
        return m.modified;
    }

    public int flags() {
        return m.flags;
    }

    public boolean hasFlag(int flag) {
        return (m.flags & flag) != 0;
    }

    public Utime lastUpChange() {
        return m.lastUpChange;
    }

    public Utime lastInChange() {
        return m.lastInChange;
    }

    public float fullRatio() {
        return m.fullRatio;
    }

    public float nearfullRatio() {
        return m.nearfullRatio;
    }

    public float backfillfullRatio() {
        return m.backfillfullRatio;
    }

    /// A number of [Release].
    public int requireOsdRelease() {
        return m.requireOsdRelease;
    }

    public int requireMinCompatClient() {
        return m.requireMinCompatClient;
    }

    public StretchMode stretchMode() {
        return m.stretch;
    }

    public String clusterSnapshot() {
        return m.clusterSnapshotEpoch == m.epoch ? m.clusterSnapshot : "";
    }

    // -- pools

    public NavigableMap<Long, PgPool> pools() {
        return Collections.unmodifiableNavigableMap(m.pools);
    }

    public @Nullable PgPool pool(long id) {
        return m.pools.get(id);
    }

    public NavigableMap<Long, String> poolNames() {
        return Collections.unmodifiableNavigableMap(m.poolNames);
    }

    public @Nullable String poolName(long id) {
        return m.poolNames.get(id);
    }

    /// The id of the pool of that name, or -1.
    public long poolId(String name) {
        for (Map.Entry<Long, String> each : m.poolNames.entrySet()) {
            if (each.getValue().equals(name)) {
                return each.getKey();
            }
        }
        return -1;
    }

    public @Nullable PgPool poolByName(String name) {
        return m.pools.get(poolId(name));
    }

    /// The largest pool id ever given out; -1 if none.
    public int poolMax() {
        return m.poolMax;
    }

    public NavigableMap<String, NavigableMap<String, String>> erasureProfiles() {
        return Collections.unmodifiableNavigableMap(m.erasureProfiles);
    }

    // -- OSDs

    public int maxOsd() {
        return m.maxOsd;
    }

    private OsdEntry osd(int osd) {
        return osd >= 0 && osd < m.maxOsd ? m.osds.get(osd) : OsdEntry.NONE;
    }

    public int state(int osd) {
        return osd(osd).state();
    }

    public boolean hasState(int osd, int bits) {
        return (osd(osd).state() & bits) != 0;
    }

    public boolean exists(int osd) {
        return (osd(osd).state() & EXISTS) != 0;
    }

    public boolean isUp(int osd) {
        return exists(osd) && (osd(osd).state() & UP) != 0;
    }

    public boolean isDown(int osd) {
        return !isUp(osd);
    }

    public boolean isNew(int osd) {
        return exists(osd) && (osd(osd).state() & NEW) != 0;
    }

    public boolean isDestroyed(int osd) {
        return exists(osd) && (osd(osd).state() & DESTROYED) != 0;
    }

    public boolean isOut(int osd) {
        return !exists(osd) || osd(osd).weight() == OUT;
    }

    public boolean isIn(int osd) {
        return !isOut(osd);
    }

    /// 16.16 fixed point.
    public int weight(int osd) {
        return osd(osd).weight();
    }

    public double weightFraction(int osd) {
        return Integer.toUnsignedLong(weight(osd)) / (double) IN;
    }

    public EntityAddrVec publicAddrs(int osd) {
        return osd(osd).publicAddrs();
    }

    public EntityAddrVec clusterAddrs(int osd) {
        return osd(osd).clusterAddrs();
    }

    public EntityAddrVec hbBackAddrs(int osd) {
        return osd(osd).hbBackAddrs();
    }

    public EntityAddrVec hbFrontAddrs(int osd) {
        return osd(osd).hbFrontAddrs();
    }

    public OsdInfo osdInfo(int osd) {
        return osd(osd).info();
    }

    public OsdXinfo osdXinfo(int osd) {
        return osd(osd).xinfo();
    }

    public UUID uuid(int osd) {
        return osd(osd).uuid();
    }

    public int primaryAffinity(int osd) {
        int[] affinity = m.primaryAffinity;
        return affinity != null && osd >= 0 && osd < affinity.length ? affinity[osd] : DEFAULT_PRIMARY_AFFINITY;
    }

    /// The OSDs that exist.
    public List<Integer> osds() {
        List<Integer> osds = new ArrayList<>();
        for (int osd = 0; osd < m.maxOsd; osd++) {
            if (exists(osd)) {
                osds.add(osd);
            }
        }
        return osds;
    }

    public int countUp() {
        return (int) osds().stream().filter(this::isUp).count();
    }

    public int countIn() {
        return (int) osds().stream().filter(this::isIn).count();
    }

    /// The OSD with that uuid, or -1.
    public int osdByUuid(UUID uuid) {
        for (int osd = 0; osd < m.maxOsd; osd++) {
            if (exists(osd) && m.osds.get(osd).uuid().equals(uuid)) {
                return osd;
            }
        }
        return -1;
    }

    /// The OSD that is up at that address, or -1.
    public int osdByAddr(EntityAddr addr) {
        for (int osd = 0; osd < m.maxOsd; osd++) {
            if (isUp(osd) && (publicAddrs(osd).addrs().contains(addr) || clusterAddrs(osd).addrs().contains(addr))) {
                return osd;
            }
        }
        return -1;
    }

    // -- exceptions

    public NavigableMap<PgId, List<Integer>> pgTemp() {
        return Collections.unmodifiableNavigableMap(m.pgTemp);
    }

    public NavigableMap<PgId, Integer> primaryTemp() {
        return Collections.unmodifiableNavigableMap(m.primaryTemp);
    }

    public NavigableMap<PgId, List<Integer>> pgUpmap() {
        return Collections.unmodifiableNavigableMap(m.pgUpmap);
    }

    public NavigableMap<PgId, List<UpmapItem>> pgUpmapItems() {
        return Collections.unmodifiableNavigableMap(m.pgUpmapItems);
    }

    /// Address to when it is forgiven.
    public NavigableMap<EntityAddr, Utime> blocklist() {
        return Collections.unmodifiableNavigableMap(m.blocklist);
    }

    public NavigableMap<EntityAddr, Utime> rangeBlocklist() {
        return Collections.unmodifiableNavigableMap(m.rangeBlocklist);
    }

    /// Whether a client at this address is shut out: itself, or its whole host (an entry without port and nonce).
    public boolean isBlocklisted(EntityAddr addr) {
        if (m.blocklist.isEmpty()) {
            return false;
        }
        EntityAddr any = addr.withKind(EntityAddr.Kind.ANY);
        return m.blocklist.containsKey(addr)
                || m.blocklist.containsKey(any)
                || m.blocklist.containsKey(any.withPort(0).withNonce(0))
                || m.blocklist.containsKey(addr.withPort(0).withNonce(0));
    }

    public boolean isBlocklisted(EntityAddrVec addrs) {
        return addrs.addrs().stream().anyMatch(this::isBlocklisted);
    }

    // -- snapshots

    /// Snapshots removed at this epoch.
    public NavigableMap<Long, IntervalSet> newRemovedSnaps() {
        return Collections.unmodifiableNavigableMap(m.newRemovedSnaps);
    }

    public NavigableMap<Long, IntervalSet> newPurgedSnaps() {
        return Collections.unmodifiableNavigableMap(m.newPurgedSnaps);
    }

    /// Snapshots that are removed but not purged from all placement groups.
    public NavigableMap<Long, IntervalSet> removedSnapsQueue() {
        return Collections.unmodifiableNavigableMap(m.removedSnapsQueue);
    }

    public boolean inRemovedSnapsQueue(long pool, long snap) {
        return m.removedSnapsQueue.getOrDefault(pool, IntervalSet.EMPTY).contains(snap);
    }

    // -- CRUSH and placement

    public CrushMap crush() {
        return m.crush;
    }

    public int crushVersion() {
        return m.crushVersion;
    }

    public NavigableMap<Integer, Integer> crushNodeFlags() {
        return Collections.unmodifiableNavigableMap(m.crushNodeFlags);
    }

    public NavigableMap<Integer, Integer> deviceClassFlags() {
        return Collections.unmodifiableNavigableMap(m.deviceClassFlags);
    }

    /// Where a placement group lives. Takes a raw id (any seed) as well as an actual one.
    public Placement place(PgId pg) {
        return placement.place(pg);
    }

    /// What CRUSH gives, before upmaps and before anyone's being down counts.
    public List<Integer> rawPlacement(PgId pg) {
        PgPool pool = pool(pg.pool());
        return pool == null ? List.of() : placement.raw(pool, pg);
    }

    /// What CRUSH and upmaps give, before anyone's being down counts.
    public List<Integer> upmappedPlacement(PgId pg) {
        PgPool pool = pool(pg.pool());
        if (pool == null) {
            return List.of();
        }
        List<Integer> osds = placement.raw(pool, pg);
        placement.applyUpmap(pool, pg, osds);
        return osds;
    }

    /// The actual placement group of an object.
    ///
    /// @param key the locator key, empty to hash the name
    public @Nullable PgId objectToPg(long poolId, String name, String key, String namespace) {
        PgPool pool = pool(poolId);
        if (pool == null) {
            return null;
        }
        int hash = pool.hashKey(key.isEmpty() ? name : key, namespace);
        return pool.rawPgToPg(new PgId(poolId, hash));
    }
}
