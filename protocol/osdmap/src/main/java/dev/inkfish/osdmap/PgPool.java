package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushHash;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A pool (`pg_pool_t`); immutable, changed through [#edit].
///
/// @param autoscaleMode 0 off, 1 warn, 2 on, 255 unknown
/// @param pgNumPending what `pgNum` is about to be merged down to
/// @param pgNumTarget what `pgNum` converges to
/// @param lastChange the epoch of the last change other than of snapshots
/// @param hitSetParams in its own encoding, whole
@CephType("pg_pool_t")
public record PgPool(
        Utime createTime,
        long flags,
        int type,
        int size,
        int minSize,
        int crushRule,
        int objectHash,
        int autoscaleMode,
        int pgNum,
        int pgpNum,
        int pgNumPending,
        int pgNumTarget,
        int pgpNumTarget,
        NavigableMap<String, String> properties,
        String erasureCodeProfile,
        int lastChange,
        int lastForceOpResend,
        int lastForceOpResendPrenautilus,
        int lastForceOpResendPreluminous,
        PgMergeMeta lastPgMergeMeta,
        long snapSeq,
        int snapEpoch,
        long auid,
        long quotaMaxBytes,
        long quotaMaxObjects,
        NavigableMap<Long, PoolSnap> snaps,
        IntervalSet removedSnaps,
        NavigableSet<Long> tiers,
        long tierOf,
        long readTier,
        long writeTier,
        int cacheMode,
        long targetMaxBytes,
        long targetMaxObjects,
        int cacheTargetDirtyRatioMicro,
        int cacheTargetDirtyHighRatioMicro,
        int cacheTargetFullRatioMicro,
        int cacheMinFlushAge,
        int cacheMinEvictAge,
        Bytes hitSetParams,
        int hitSetPeriod,
        int hitSetCount,
        boolean useGmtHitset,
        int minReadRecencyForPromote,
        int minWriteRecencyForPromote,
        int hitSetGradeDecayRate,
        int hitSetSearchLastN,
        int stripeWidth,
        long expectedNumObjects,
        boolean fastRead,
        PoolOptions opts,
        NavigableMap<String, NavigableMap<String, String>> applicationMetadata,
        int peeringCrushBucketCount,
        int peeringCrushBucketTarget,
        int peeringCrushBucketBarrier,
        int peeringCrushMandatoryMember) {
    public static final int TYPE_REPLICATED = 1;
    public static final int TYPE_ERASURE = 3;

    public static final int CACHE_MODE_NONE = 0;
    /// By number.
    public static final List<String> CACHE_MODES =
            List.of("none", "writeback", "forward", "readonly", "readforward", "readproxy", "proxy");

    public static final long FLAG_HASHPSPOOL = 1;
    public static final long FLAG_FULL = 1 << 1;
    public static final long FLAG_EC_OVERWRITES = 1 << 2;
    public static final long FLAG_INCOMPLETE_CLONES = 1 << 3;
    public static final long FLAG_NODELETE = 1 << 4;
    public static final long FLAG_NOPGCHANGE = 1 << 5;
    public static final long FLAG_NOSIZECHANGE = 1 << 6;
    public static final long FLAG_WRITE_FADVISE_DONTNEED = 1 << 7;
    public static final long FLAG_NOSCRUB = 1 << 8;
    public static final long FLAG_NODEEP_SCRUB = 1 << 9;
    public static final long FLAG_FULL_QUOTA = 1 << 10;
    public static final long FLAG_NEARFULL = 1 << 11;
    public static final long FLAG_BACKFILLFULL = 1 << 12;
    public static final long FLAG_SELFMANAGED_SNAPS = 1 << 13;
    public static final long FLAG_POOL_SNAPS = 1 << 14;
    public static final long FLAG_CREATING = 1 << 15;
    public static final long FLAG_EIO = 1 << 16;
    public static final long FLAG_BULK = 1 << 17;

    /// `HitSet::Params` of no type.
    public static final Bytes NO_HIT_SET = Bytes.hex("01010100000000");

    private static final String[] FLAG_NAMES = {
        "hashpspool", "full", "ec_overwrites", "incomplete_clones", "nodelete", "nopgchange", "nosizechange",
        "write_fadvise_dontneed", "noscrub", "nodeep-scrub", "full_quota", "nearfull", "backfillfull",
        "selfmanaged_snaps", "pool_snaps", "creating", "eio", "bulk",
    };

    public PgPool {
        properties = Collections.unmodifiableNavigableMap(properties);
        snaps = Collections.unmodifiableNavigableMap(snaps);
        tiers = Collections.unmodifiableNavigableSet(tiers);
        applicationMetadata = Collections.unmodifiableNavigableMap(applicationMetadata);
    }

    public boolean isReplicated() {
        return type == TYPE_REPLICATED;
    }

    public boolean isErasure() {
        return type == TYPE_ERASURE;
    }

    /// Whether OSDs move up in the list when one before them is missing; else it leaves a hole.
    public boolean canShiftOsds() {
        return type != TYPE_ERASURE;
    }

    public boolean hasFlag(long flag) {
        return (flags & flag) != 0;
    }

    public boolean isTier() {
        return tierOf >= 0;
    }

    public boolean isStretchPool() {
        return peeringCrushBucketCount != 0;
    }

    public boolean isPoolSnapsMode() {
        return hasFlag(FLAG_POOL_SNAPS);
    }

    public boolean isUnmanagedSnapsMode() {
        return hasFlag(FLAG_SELFMANAGED_SNAPS);
    }

    public @Nullable PoolSnap snapNamed(String name) {
        for (PoolSnap snap : snaps.values()) {
            if (snap.name().equals(name)) {
                return snap;
            }
        }
        return null;
    }

    /// Whether a snapshot was removed, as the pool itself knows it (pools of clusters before Octopus keep all).
    public boolean isRemovedSnap(long snap) {
        return isPoolSnapsMode() ? !snaps.containsKey(snap) : removedSnaps.contains(snap);
    }

    /// The hash of an object's name or locator key in a namespace: the seed of its raw placement group.
    public int hashKey(String key, String namespace) {
        return ObjectHash.hash(objectHash, key, namespace);
    }

    public PgId rawPgToPg(PgId raw) {
        return new PgId(raw.pool(), ObjectHash.stableMod(raw.seed(), pgNum, mask(pgNum)));
    }

    /// The input of CRUSH for a placement group.
    public int placementSeed(PgId raw) {
        int seed = ObjectHash.stableMod(raw.seed(), pgpNum, mask(pgpNum));
        return hasFlag(FLAG_HASHPSPOOL) ? CrushHash.hash(seed, (int) raw.pool()) : seed + (int) raw.pool();
    }

    public int pgNumMask() {
        return mask(pgNum);
    }

    /// What share (one n-th) of the pool a placement group holds, when `pgNum` is no power of two.
    public int pgNumDivisor(PgId pg) {
        int mask = mask(pgNum);
        if (pgNum == mask + 1) {
            return pgNum;
        }
        int half = mask >>> 1;
        return (pg.seed() & half) < (pgNum & half) ? mask + 1 : mask + 1 >>> 1;
    }

    static int mask(int count) {
        return count <= 1 ? 0 : -1 >>> Integer.numberOfLeadingZeros(count - 1);
    }

    public String typeName() {
        return isReplicated() ? "replicated" : isErasure() ? "erasure" : "???";
    }

    /// `hashpspool,selfmanaged_snaps`
    public String flagsText() {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < 64; bit++) {
            if ((flags >>> bit & 1) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(bit < FLAG_NAMES.length ? FLAG_NAMES[bit] : "???");
            }
        }
        return text.toString();
    }

    /// The flag of that name, or 0.
    public static long flagNamed(String name) {
        for (int bit = 0; bit < FLAG_NAMES.length; bit++) {
            if (FLAG_NAMES[bit].equals(name)) {
                return 1L << bit;
            }
        }
        return 0;
    }

    public String autoscaleModeName() {
        return switch (autoscaleMode) {
            case 0 -> "off";
            case 1 -> "warn";
            case 2 -> "on";
            default -> "???";
        };
    }

    public String cacheModeName() {
        return cacheMode >= 0 && cacheMode < CACHE_MODES.size() ? CACHE_MODES.get(cacheMode) : "unknown";
    }

    public static PgPool decode(WireReader in) {
        return PgPoolCodec.decode(in);
    }

    public void encode(WireWriter out, long features) {
        PgPoolCodec.encode(this, out, features);
    }

    /// A draft that starts as this pool.
    public Draft edit() {
        return new Draft(this);
    }

    /// A pool in the making: write its fields, then [#pool].
    public static final class Draft {
        public Utime createTime = Utime.ZERO;
        public long flags = 0;
        public int type = 1;
        public int size = 0;
        public int minSize = 0;
        public int crushRule = 0;
        public int objectHash = 2;
        public int autoscaleMode = 255;
        public int pgNum = 0;
        public int pgpNum = 0;
        public int pgNumPending = 0;
        public int pgNumTarget = 0;
        public int pgpNumTarget = 0;
        public NavigableMap<String, String> properties = new TreeMap<>();
        public String erasureCodeProfile = "";
        public int lastChange = 0;
        public int lastForceOpResend = 0;
        public int lastForceOpResendPrenautilus = 0;
        public int lastForceOpResendPreluminous = 0;
        public PgMergeMeta lastPgMergeMeta = PgMergeMeta.NONE;
        public long snapSeq = 0;
        public int snapEpoch = 0;
        public long auid = 0;
        public long quotaMaxBytes = 0;
        public long quotaMaxObjects = 0;
        public NavigableMap<Long, PoolSnap> snaps = new TreeMap<>();
        public IntervalSet removedSnaps = IntervalSet.EMPTY;
        public NavigableSet<Long> tiers = new TreeSet<>();
        public long tierOf = -1;
        public long readTier = -1;
        public long writeTier = -1;
        public int cacheMode = 0;
        public long targetMaxBytes = 0;
        public long targetMaxObjects = 0;
        public int cacheTargetDirtyRatioMicro = 0;
        public int cacheTargetDirtyHighRatioMicro = 0;
        public int cacheTargetFullRatioMicro = 0;
        public int cacheMinFlushAge = 0;
        public int cacheMinEvictAge = 0;
        public Bytes hitSetParams = NO_HIT_SET;
        public int hitSetPeriod = 0;
        public int hitSetCount = 0;
        public boolean useGmtHitset = true;
        public int minReadRecencyForPromote = 0;
        public int minWriteRecencyForPromote = 0;
        public int hitSetGradeDecayRate = 0;
        public int hitSetSearchLastN = 0;
        public int stripeWidth = 0;
        public long expectedNumObjects = 0;
        public boolean fastRead = false;
        public PoolOptions opts = PoolOptions.NONE;
        public NavigableMap<String, NavigableMap<String, String>> applicationMetadata = new TreeMap<>();
        public int peeringCrushBucketCount = 0;
        public int peeringCrushBucketTarget = 0;
        public int peeringCrushBucketBarrier = 0;
        public int peeringCrushMandatoryMember = CrushMap.ITEM_NONE;

        /// Ceph's `pg_pool_t()`: all unset.
        public Draft() {
            type = 0;
            objectHash = 0;
        }

        private Draft(PgPool from) {
            createTime = from.createTime;
            flags = from.flags;
            type = from.type;
            size = from.size;
            minSize = from.minSize;
            crushRule = from.crushRule;
            objectHash = from.objectHash;
            autoscaleMode = from.autoscaleMode;
            pgNum = from.pgNum;
            pgpNum = from.pgpNum;
            pgNumPending = from.pgNumPending;
            pgNumTarget = from.pgNumTarget;
            pgpNumTarget = from.pgpNumTarget;
            properties = new TreeMap<>(from.properties);
            erasureCodeProfile = from.erasureCodeProfile;
            lastChange = from.lastChange;
            lastForceOpResend = from.lastForceOpResend;
            lastForceOpResendPrenautilus = from.lastForceOpResendPrenautilus;
            lastForceOpResendPreluminous = from.lastForceOpResendPreluminous;
            lastPgMergeMeta = from.lastPgMergeMeta;
            snapSeq = from.snapSeq;
            snapEpoch = from.snapEpoch;
            auid = from.auid;
            quotaMaxBytes = from.quotaMaxBytes;
            quotaMaxObjects = from.quotaMaxObjects;
            snaps = new TreeMap<>(from.snaps);
            removedSnaps = from.removedSnaps;
            tiers = new TreeSet<>(from.tiers);
            tierOf = from.tierOf;
            readTier = from.readTier;
            writeTier = from.writeTier;
            cacheMode = from.cacheMode;
            targetMaxBytes = from.targetMaxBytes;
            targetMaxObjects = from.targetMaxObjects;
            cacheTargetDirtyRatioMicro = from.cacheTargetDirtyRatioMicro;
            cacheTargetDirtyHighRatioMicro = from.cacheTargetDirtyHighRatioMicro;
            cacheTargetFullRatioMicro = from.cacheTargetFullRatioMicro;
            cacheMinFlushAge = from.cacheMinFlushAge;
            cacheMinEvictAge = from.cacheMinEvictAge;
            hitSetParams = from.hitSetParams;
            hitSetPeriod = from.hitSetPeriod;
            hitSetCount = from.hitSetCount;
            useGmtHitset = from.useGmtHitset;
            minReadRecencyForPromote = from.minReadRecencyForPromote;
            minWriteRecencyForPromote = from.minWriteRecencyForPromote;
            hitSetGradeDecayRate = from.hitSetGradeDecayRate;
            hitSetSearchLastN = from.hitSetSearchLastN;
            stripeWidth = from.stripeWidth;
            expectedNumObjects = from.expectedNumObjects;
            fastRead = from.fastRead;
            opts = from.opts;
            applicationMetadata = new TreeMap<>(from.applicationMetadata);
            peeringCrushBucketCount = from.peeringCrushBucketCount;
            peeringCrushBucketTarget = from.peeringCrushBucketTarget;
            peeringCrushBucketBarrier = from.peeringCrushBucketBarrier;
            peeringCrushMandatoryMember = from.peeringCrushMandatoryMember;
        }

        public Draft pgNum(int count) {
            pgNum = count;
            pgNumPending = count;
            return this;
        }

        public Draft setFlag(long flag) {
            flags |= flag;
            return this;
        }

        public Draft clearFlag(long flag) {
            flags &= ~flag;
            return this;
        }

        public PgPool pool() {
            return new PgPool(
                    createTime,
                    flags,
                    type,
                    size,
                    minSize,
                    crushRule,
                    objectHash,
                    autoscaleMode,
                    pgNum,
                    pgpNum,
                    pgNumPending,
                    pgNumTarget,
                    pgpNumTarget,
                    new TreeMap<>(properties),
                    erasureCodeProfile,
                    lastChange,
                    lastForceOpResend,
                    lastForceOpResendPrenautilus,
                    lastForceOpResendPreluminous,
                    lastPgMergeMeta,
                    snapSeq,
                    snapEpoch,
                    auid,
                    quotaMaxBytes,
                    quotaMaxObjects,
                    new TreeMap<>(snaps),
                    removedSnaps,
                    new TreeSet<>(tiers),
                    tierOf,
                    readTier,
                    writeTier,
                    cacheMode,
                    targetMaxBytes,
                    targetMaxObjects,
                    cacheTargetDirtyRatioMicro,
                    cacheTargetDirtyHighRatioMicro,
                    cacheTargetFullRatioMicro,
                    cacheMinFlushAge,
                    cacheMinEvictAge,
                    hitSetParams,
                    hitSetPeriod,
                    hitSetCount,
                    useGmtHitset,
                    minReadRecencyForPromote,
                    minWriteRecencyForPromote,
                    hitSetGradeDecayRate,
                    hitSetSearchLastN,
                    stripeWidth,
                    expectedNumObjects,
                    fastRead,
                    opts,
                    new TreeMap<>(applicationMetadata),
                    peeringCrushBucketCount,
                    peeringCrushBucketTarget,
                    peeringCrushBucketBarrier,
                    peeringCrushMandatoryMember);
        }
    }
}
