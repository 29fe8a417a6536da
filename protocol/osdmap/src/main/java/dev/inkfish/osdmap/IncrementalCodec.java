package dev.inkfish.osdmap;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The encoding of an increment: like the full map's, and behind the crc that of the map it leads to.
final class IncrementalCodec {
    private static final int WRAPPER = 8;
    private static final int WRAPPER_COMPAT = 7;

    private IncrementalCodec() {}

    static Bytes encode(OsdMapIncremental i, long features) {
        MapCodec.requireEnvelopes(features);
        WireWriter out = new WireWriter(1024);
        int[] crcAt = new int[1];
        out.versioned(WRAPPER, WRAPPER_COMPAT, () -> {
            int client = clientVersion(features);
            out.versioned(client, 1, () -> encodeClient(i, out, features, client));
            int osd = osdVersion(i, features);
            out.versioned(osd, 1, () -> encodeOsd(i, out, features, osd));
            crcAt[0] = out.size();
            out.u32(0).u32(i.fullCrc);
        });
        return OsdMapCodec.withCrc(out.toBytes(), crcAt[0]);
    }

    /// 3 firefly; 5 luminous: upmaps, wider state; 6 mimic: snapshots; 8 nautilus: address vectors, times of change.
    private static int clientVersion(long features) {
        return !Features.has(features, Features.SERVER_LUMINOUS)
                ? 3
                : !Features.has(features, Features.SERVER_MIMIC)
                        ? 5
                        : !Features.has(features, Features.SERVER_NAUTILUS) ? 6 : 8;
    }

    /// 2 firefly; 6 luminous: ratios, releases; 9 nautilus: address vectors, flags by CRUSH node and class; 10
    /// stretch mode; 11 ranges in the blocklist.
    private static int osdVersion(OsdMapIncremental i, long features) {
        int version = !Features.has(features, Features.SERVER_LUMINOUS)
                ? 2
                : !Features.has(features, Features.SERVER_NAUTILUS) ? 6 : 9;
        boolean ranges = !i.newRangeBlocklist.isEmpty() || !i.oldRangeBlocklist.isEmpty();
        return ranges ? Math.max(version, 11) : i.newStretchMode != null ? Math.max(version, 10) : version;
    }

    private static void encodeClient(OsdMapIncremental i, WireWriter out, long features, int v) {
        MapCodec.uuid(out, i.fsid);
        out.u32(i.epoch);
        i.modified.encode(out);
        out.u64(i.newPoolMax).u32(i.newFlags);
        // both are kept as the newest encoding
        out.bytes(i.fullmap.isEmpty() ? i.fullmap : OsdMap.decode(i.fullmap).encode(features));
        out.bytes(i.crush.isEmpty() ? i.crush : CrushMap.decode(i.crush).encode(features));
        out.u32(i.newMaxOsd);
        out.map(i.newPools, WireWriter::u64, (w, pool) -> pool.encode(w, features));
        out.map(i.newPoolNames, WireWriter::u64, WireWriter::string);
        out.list(i.oldPools, WireWriter::u64);
        addrs(out, i.newUpClient, features, v >= 7);
        if (v >= 5) {
            MapCodec.intMap(out, i.newState);
        } else {
            // what only changes bits that old peers do not know is left out
            NavigableMap<Integer, Integer> known = new TreeMap<>(i.newState);
            known.values().removeIf(bits -> bits != 0 && (bits & 0xff) == 0);
            out.map(known, WireWriter::u32, WireWriter::u8);
        }
        MapCodec.intMap(out, i.newWeight);
        MapCodec.pgInts(out, i.newPgTemp);
        out.map(i.newPrimaryTemp, (w, pg) -> pg.encode(w), WireWriter::u32);
        MapCodec.intMap(out, i.newPrimaryAffinity);
        MapCodec.profiles(out, i.newErasureCodeProfiles);
        out.list(i.oldErasureCodeProfiles, WireWriter::string);
        if (v >= 4) {
            MapCodec.pgInts(out, i.newPgUpmap);
            out.list(i.oldPgUpmap, (w, pg) -> pg.encode(w));
            MapCodec.upmapItems(out, i.newPgUpmapItems);
            out.list(i.oldPgUpmapItems, (w, pg) -> pg.encode(w));
        }
        if (v >= 6) {
            MapCodec.snaps(out, i.newRemovedSnaps);
            MapCodec.snaps(out, i.newPurgedSnaps);
        }
        if (v >= 8) {
            i.newLastUpChange.encode(out);
            i.newLastInChange.encode(out);
        }
    }

    private static void encodeOsd(OsdMapIncremental i, WireWriter out, long features, int v) {
        boolean vectors = v >= 7;
        addrs(out, i.newHbBackUp, features, vectors);
        MapCodec.intMap(out, i.newUpThru);
        out.map(i.newLastCleanInterval, WireWriter::u32, (w, clean) -> w.u32(clean.begin()).u32(clean.end()));
        MapCodec.intMap(out, i.newLost);
        out.map(i.newBlocklist, (w, addr) -> addr.encode(w, features), (w, until) -> until.encode(w));
        out.list(i.oldBlocklist, (w, addr) -> addr.encode(w, features));
        addrs(out, i.newUpCluster, features, vectors);
        out.string(i.clusterSnapshot);
        out.map(i.newUuid, WireWriter::u32, MapCodec::uuid);
        out.map(i.newXinfo, WireWriter::u32, (w, xinfo) -> xinfo.encode(w, features));
        addrs(out, i.newHbFrontUp, features, vectors);
        out.u64(features);
        if (v >= 6) {
            MapCodec.f32(out, i.newNearfullRatio);
            MapCodec.f32(out, i.newFullRatio);
            MapCodec.f32(out, i.newBackfillfullRatio);
            out.u8(i.newRequireMinCompatClient).u8(i.newRequireOsdRelease);
        }
        if (v >= 9) {
            MapCodec.intMap(out, i.newCrushNodeFlags);
            MapCodec.intMap(out, i.newDeviceClassFlags);
        }
        if (v >= 10) {
            StretchMode s = i.newStretchMode == null ? StretchMode.OFF : i.newStretchMode;
            out.bool(i.newStretchMode != null).u32(s.bucketCount()).u32(s.degraded()).u32(s.recovering());
            out.u32(s.bucketType()).bool(s.enabled());
        }
        if (v >= 11) {
            out.map(i.newRangeBlocklist, (w, addr) -> addr.encode(w, features), (w, until) -> until.encode(w));
            out.list(i.oldRangeBlocklist, (w, addr) -> addr.encode(w, features));
        }
    }

    private static void addrs(
            WireWriter out, NavigableMap<Integer, EntityAddrVec> map, long features, boolean vectors) {
        out.map(map, WireWriter::u32, (w, addrs) -> MapCodec.addrs(w, addrs, features, vectors));
    }

    static OsdMapIncremental decode(Bytes bytes) {
        WireReader in = bytes.reader();
        int version = in.u8();
        int compat = in.u8();
        if (version < WRAPPER_COMPAT || compat > WRAPPER) {
            throw new DecodeException("OSD map increment version " + version + " compat " + compat);
        }
        int length = in.count(1);
        Bytes whole = bytes.slice(0, 6 + length);
        WireReader body = in.sub(length);
        OsdMapIncremental i = new OsdMapIncremental();
        body.versioned(8, (r, v) -> decodeClient(i, r, v));
        body.versioned(11, (r, v) -> decodeOsd(i, r, v));
        if (version >= 8) {
            int at = 6 + body.consumed();
            int expected = body.u32();
            i.fullCrc = body.u32();
            if (OsdMapCodec.crc(whole, at) != expected) {
                throw new DecodeException("bad crc of an OSD map increment");
            }
        }
        return i;
    }

    private static boolean decodeClient(OsdMapIncremental i, WireReader in, int v) {
        i.fsid = MapCodec.uuid(in);
        i.epoch = in.u32();
        i.modified = Utime.decode(in);
        i.newPoolMax = in.u64();
        i.newFlags = in.u32();
        i.fullmap = in.bytes();
        i.crush = in.bytes();
        i.newMaxOsd = in.u32();
        i.newPools = in.map(WireReader::u64, PgPool::decode);
        i.newPoolNames = in.map(WireReader::u64, WireReader::string);
        i.oldPools = new TreeSet<>(in.list(WireReader::u64));
        i.newUpClient = in.map(WireReader::u32, EntityAddrVec::decode);
        i.newState = in.map(WireReader::u32, v >= 5 ? WireReader::u32 : WireReader::u8);
        i.newWeight = MapCodec.intMap(in);
        i.newPgTemp = MapCodec.pgInts(in);
        i.newPrimaryTemp = in.map(PgId::decode, WireReader::u32);
        if (v >= 2) {
            i.newPrimaryAffinity = MapCodec.intMap(in);
        }
        if (v >= 3) {
            i.newErasureCodeProfiles = MapCodec.profiles(in);
            i.oldErasureCodeProfiles = new ArrayList<>(in.list(WireReader::string));
        }
        if (v >= 4) {
            i.newPgUpmap = MapCodec.pgInts(in);
            i.oldPgUpmap = new TreeSet<>(in.list(PgId::decode));
            i.newPgUpmapItems = MapCodec.upmapItems(in);
            i.oldPgUpmapItems = new TreeSet<>(in.list(PgId::decode));
        }
        if (v >= 6) {
            i.newRemovedSnaps = MapCodec.snaps(in);
            i.newPurgedSnaps = MapCodec.snaps(in);
        }
        if (v >= 8) {
            i.newLastUpChange = Utime.decode(in);
            i.newLastInChange = Utime.decode(in);
        }
        return true;
    }

    private static boolean decodeOsd(OsdMapIncremental i, WireReader in, int v) {
        i.newHbBackUp = in.map(WireReader::u32, EntityAddrVec::decode);
        i.newUpThru = MapCodec.intMap(in);
        i.newLastCleanInterval = in.map(
                WireReader::u32, r -> new OsdMapIncremental.CleanInterval(r.u32(), r.u32()));
        i.newLost = MapCodec.intMap(in);
        i.newBlocklist = in.map(EntityAddr::decode, Utime::decode);
        i.oldBlocklist = new ArrayList<>(in.list(EntityAddr::decode));
        i.newUpCluster = in.map(WireReader::u32, EntityAddrVec::decode);
        i.clusterSnapshot = in.string();
        i.newUuid = in.map(WireReader::u32, MapCodec::uuid);
        i.newXinfo = in.map(WireReader::u32, OsdXinfo::decode);
        i.newHbFrontUp = in.map(WireReader::u32, EntityAddrVec::decode);
        i.encodeFeatures = v >= 2 ? in.u64() : Features.PGID64 | Features.OSDMAP_ENC;
        if (v >= 3) {
            i.newNearfullRatio = MapCodec.f32(in);
            i.newFullRatio = MapCodec.f32(in);
        }
        if (v >= 4) {
            i.newBackfillfullRatio = MapCodec.f32(in);
        }
        if (v == 5) {
            int release = Release.named(in.string());
            i.newRequireMinCompatClient = release == 0 ? Release.UNCHANGED : release;
        }
        if (v >= 6) {
            i.newRequireMinCompatClient = in.u8();
            i.newRequireOsdRelease = in.u8();
        } else if (i.newFlags >= 0 && OsdMapCodec.releaseOf(i.newFlags) != 0) {
            i.newRequireOsdRelease = OsdMapCodec.releaseOf(i.newFlags);
            if (i.newRequireOsdRelease >= Release.LUMINOUS) {
                i.newFlags &= ~OsdMap.LEGACY_REQUIRE_FLAGS;
            }
        }
        if (v >= 8) {
            i.newCrushNodeFlags = MapCodec.intMap(in);
        }
        if (v >= 9) {
            i.newDeviceClassFlags = MapCodec.intMap(in);
        }
        if (v >= 10) {
            boolean change = in.bool();
            int count = in.u32();
            int degraded = in.u32();
            int recovering = in.u32();
            int bucket = in.u32();
            boolean enabled = in.bool();
            i.newStretchMode = change ? new StretchMode(enabled, count, degraded, recovering, bucket) : null;
        }
        if (v >= 11) {
            i.newRangeBlocklist = in.map(EntityAddr::decode, Utime::decode);
            i.oldRangeBlocklist = new ArrayList<>(in.list(EntityAddr::decode));
        }
        return true;
    }
}
