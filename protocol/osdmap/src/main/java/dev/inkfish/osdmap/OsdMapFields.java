package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The fields of a map while it is being made; afterwards owned by one [OsdMap] and not written any more.
final class OsdMapFields {
    UUID fsid = OsdEntry.NO_UUID;
    int epoch;
    Utime created = Utime.ZERO;
    Utime modified = Utime.ZERO;
    NavigableMap<Long, PgPool> pools = new TreeMap<>();
    NavigableMap<Long, String> poolNames = new TreeMap<>();
    int poolMax = -1;
    int flags;
    int maxOsd;
    List<OsdEntry> osds = new ArrayList<>();
    NavigableMap<PgId, List<Integer>> pgTemp = new TreeMap<>();
    NavigableMap<PgId, Integer> primaryTemp = new TreeMap<>();
    /// By OSD; null while all are the default.
    int @Nullable [] primaryAffinity;
    CrushMap crush = CrushMap.EMPTY;
    int crushVersion = 1;
    NavigableMap<String, NavigableMap<String, String>> erasureProfiles = new TreeMap<>();
    NavigableMap<PgId, List<Integer>> pgUpmap = new TreeMap<>();
    NavigableMap<PgId, List<UpmapItem>> pgUpmapItems = new TreeMap<>();
    NavigableMap<Long, IntervalSet> newRemovedSnaps = new TreeMap<>();
    NavigableMap<Long, IntervalSet> newPurgedSnaps = new TreeMap<>();
    NavigableMap<Long, IntervalSet> removedSnapsQueue = new TreeMap<>();
    Utime lastUpChange = Utime.ZERO;
    Utime lastInChange = Utime.ZERO;
    NavigableMap<EntityAddr, Utime> blocklist = new TreeMap<>();
    NavigableMap<EntityAddr, Utime> rangeBlocklist = new TreeMap<>();
    int clusterSnapshotEpoch;
    String clusterSnapshot = "";
    float nearfullRatio;
    float fullRatio;
    float backfillfullRatio;
    int requireMinCompatClient;
    int requireOsdRelease;
    NavigableMap<Integer, Integer> crushNodeFlags = new TreeMap<>();
    NavigableMap<Integer, Integer> deviceClassFlags = new TreeMap<>();
    StretchMode stretch = StretchMode.OFF;

    OsdMapFields() {}

    OsdMapFields(OsdMapFields from) {
        fsid = from.fsid;
        epoch = from.epoch;
        created = from.created;
        modified = from.modified;
        pools = new TreeMap<>(from.pools);
        poolNames = new TreeMap<>(from.poolNames);
        poolMax = from.poolMax;
        flags = from.flags;
        maxOsd = from.maxOsd;
        osds = new ArrayList<>(from.osds);
        pgTemp = new TreeMap<>(from.pgTemp);
        primaryTemp = new TreeMap<>(from.primaryTemp);
        primaryAffinity = from.primaryAffinity == null ? null : from.primaryAffinity.clone();
        crush = from.crush;
        crushVersion = from.crushVersion;
        erasureProfiles = new TreeMap<>(from.erasureProfiles);
        pgUpmap = new TreeMap<>(from.pgUpmap);
        pgUpmapItems = new TreeMap<>(from.pgUpmapItems);
        newRemovedSnaps = new TreeMap<>(from.newRemovedSnaps);
        newPurgedSnaps = new TreeMap<>(from.newPurgedSnaps);
        removedSnapsQueue = new TreeMap<>(from.removedSnapsQueue);
        lastUpChange = from.lastUpChange;
        lastInChange = from.lastInChange;
        blocklist = new TreeMap<>(from.blocklist);
        rangeBlocklist = new TreeMap<>(from.rangeBlocklist);
        clusterSnapshotEpoch = from.clusterSnapshotEpoch;
        clusterSnapshot = from.clusterSnapshot;
        nearfullRatio = from.nearfullRatio;
        fullRatio = from.fullRatio;
        backfillfullRatio = from.backfillfullRatio;
        requireMinCompatClient = from.requireMinCompatClient;
        requireOsdRelease = from.requireOsdRelease;
        crushNodeFlags = new TreeMap<>(from.crushNodeFlags);
        deviceClassFlags = new TreeMap<>(from.deviceClassFlags);
        stretch = from.stretch;
    }

    void setMaxOsd(int count) {
        while (osds.size() > count) {
            osds.removeLast();
        }
        while (osds.size() < count) {
            osds.add(OsdEntry.NONE);
        }
        if (primaryAffinity != null) {
            primaryAffinity = fitAffinity(primaryAffinity, count);
        }
        maxOsd = count;
    }

    void setPrimaryAffinity(int osd, int affinity) {
        if (primaryAffinity == null) {
            primaryAffinity = fitAffinity(new int[0], maxOsd);
        }
        primaryAffinity[osd] = affinity;
    }

    private static int[] fitAffinity(int[] from, int count) {
        int[] fitted = new int[count];
        for (int i = 0; i < count; i++) {
            fitted[i] = i < from.length ? from[i] : OsdMap.DEFAULT_PRIMARY_AFFINITY;
        }
        return fitted;
    }
}
