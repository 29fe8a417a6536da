package dev.inkfish.osdmap;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What changes from one epoch of the map to the next (`OSDMap::Incremental`).
///
/// A draft: the monitor that owns it writes its fields until it is encoded; one that was decoded is only
/// read. Field names are Ceph's.
@CephType("OSDMap::Incremental")
public final class OsdMapIncremental {
    public static final int UNCHANGED = -1;

    /// The features it was encoded with; the full map's crc is of an encoding with the same.
    public long encodeFeatures;
    public UUID fsid = OsdEntry.NO_UUID;
    public int epoch;
    public Utime modified = Utime.ZERO;
    public long newPoolMax = UNCHANGED;
    public int newFlags = UNCHANGED;
    /// A whole map in place of changes; rare, the first.
    public Bytes fullmap = Bytes.EMPTY;
    /// A whole CRUSH map, encoded.
    public Bytes crush = Bytes.EMPTY;
    public int newMaxOsd = UNCHANGED;
    public NavigableMap<Long, PgPool> newPools = new TreeMap<>();
    public NavigableMap<Long, String> newPoolNames = new TreeMap<>();
    public NavigableSet<Long> oldPools = new TreeSet<>();
    public NavigableMap<String, NavigableMap<String, String>> newErasureCodeProfiles = new TreeMap<>();
    public List<String> oldErasureCodeProfiles = new ArrayList<>();
    public NavigableMap<Integer, EntityAddrVec> newUpClient = new TreeMap<>();
    public NavigableMap<Integer, EntityAddrVec> newUpCluster = new TreeMap<>();
    public NavigableMap<Integer, EntityAddrVec> newHbBackUp = new TreeMap<>();
    public NavigableMap<Integer, EntityAddrVec> newHbFrontUp = new TreeMap<>();
    /// Bits to flip; 0 stands for UP.
    public NavigableMap<Integer, Integer> newState = new TreeMap<>();
    public NavigableMap<Integer, Integer> newWeight = new TreeMap<>();
    /// An empty list removes.
    public NavigableMap<PgId, List<Integer>> newPgTemp = new TreeMap<>();
    /// -1 removes.
    public NavigableMap<PgId, Integer> newPrimaryTemp = new TreeMap<>();
    public NavigableMap<Integer, Integer> newPrimaryAffinity = new TreeMap<>();
    public NavigableMap<Integer, Integer> newUpThru = new TreeMap<>();
    public NavigableMap<Integer, CleanInterval> newLastCleanInterval = new TreeMap<>();
    public NavigableMap<Integer, Integer> newLost = new TreeMap<>();
    public NavigableMap<Integer, UUID> newUuid = new TreeMap<>();
    public NavigableMap<Integer, OsdXinfo> newXinfo = new TreeMap<>();
    public NavigableMap<EntityAddr, Utime> newBlocklist = new TreeMap<>();
    public List<EntityAddr> oldBlocklist = new ArrayList<>();
    public NavigableMap<EntityAddr, Utime> newRangeBlocklist = new TreeMap<>();
    public List<EntityAddr> oldRangeBlocklist = new ArrayList<>();
    public NavigableMap<PgId, List<Integer>> newPgUpmap = new TreeMap<>();
    public NavigableMap<PgId, List<UpmapItem>> newPgUpmapItems = new TreeMap<>();
    public NavigableSet<PgId> oldPgUpmap = new TreeSet<>();
    public NavigableSet<PgId> oldPgUpmapItems = new TreeSet<>();
    public NavigableMap<Long, IntervalSet> newRemovedSnaps = new TreeMap<>();
    public NavigableMap<Long, IntervalSet> newPurgedSnaps = new TreeMap<>();
    public NavigableMap<Integer, Integer> newCrushNodeFlags = new TreeMap<>();
    public NavigableMap<Integer, Integer> newDeviceClassFlags = new TreeMap<>();
    public String clusterSnapshot = "";
    public float newNearfullRatio = UNCHANGED;
    public float newFullRatio = UNCHANGED;
    public float newBackfillfullRatio = UNCHANGED;
    public int newRequireMinCompatClient = Release.UNCHANGED;
    public int newRequireOsdRelease = Release.UNCHANGED;
    public Utime newLastUpChange = Utime.ZERO;
    public Utime newLastInChange = Utime.ZERO;
    /// Null: no change.
    public @Nullable StretchMode newStretchMode;
    /// The crc of the full map that results, 0 if not known.
    public int fullCrc;

    /// The epochs of an interval that ended in a clean shutdown.
    public record CleanInterval(int begin, int end) {}

    public OsdMapIncremental() {}

    public OsdMapIncremental(UUID fsid, int epoch) {
        this.fsid = fsid;
        this.epoch = epoch;
    }

    /// The next epoch of a map, with nothing changed yet.
    public static OsdMapIncremental after(OsdMap map) {
        return new OsdMapIncremental(map.fsid(), map.epoch() + 1);
    }

    /// The pool as it will be: from this draft, or else from the map; null if in neither.
    public @Nullable PgPool pool(OsdMap map, long id) {
        PgPool pool = newPools.get(id);
        return pool != null ? pool : map.pool(id);
    }

    /// Adds bits to flip in an OSD's state.
    public void flipState(int osd, int bits) {
        newState.merge(osd, bits, (a, b) -> a ^ b);
    }

    public static OsdMapIncremental decode(Bytes bytes) {
        return IncrementalCodec.decode(bytes);
    }

    /// Encodes for peers with these features; the bytes carry their own crc, and [#fullCrc] as it is.
    public Bytes encode(long features) {
        return IncrementalCodec.encode(this, features & MapCodec.SIGNIFICANT);
    }
}
