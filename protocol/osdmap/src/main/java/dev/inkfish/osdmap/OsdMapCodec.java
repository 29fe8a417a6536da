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
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The encoding of the full map: an envelope holding the part clients read, the part OSDs read, and a
/// crc32c of everything but itself.
final class OsdMapCodec {
    private static final int WRAPPER = 8;
    private static final int WRAPPER_COMPAT = 7;

    private OsdMapCodec() {}

    static Bytes encode(OsdMapFields m, long features) {
        MapCodec.requireEnvelopes(features);
        WireWriter out = new WireWriter(4096);
        int[] crcAt = new int[1];
        out.versioned(WRAPPER, WRAPPER_COMPAT, () -> {
            int client = clientVersion(features);
            out.versioned(client, 1, () -> encodeClient(m, out, features, client));
            int osd = osdVersion(m, features);
            out.versioned(osd, 1, () -> encodeOsd(m, out, features, osd));
            crcAt[0] = out.size();
            out.u32(0);
        });
        Bytes bytes = out.toBytes();
        return withCrc(bytes, crcAt[0]);
    }

    /// The same bytes with the checksum of what is before and behind it at `at`.
    static Bytes withCrc(Bytes bytes, int at) {
        int crc = crc(bytes, at);
        Bytes sum = new WireWriter(4).u32(crc).toBytes();
        return Bytes.concat(bytes.slice(0, at), sum, bytes.slice(at + 4));
    }

    static int crc(Bytes bytes, int at) {
        return bytes.slice(at + 4).crc32c(bytes.slice(0, at).crc32c(-1));
    }

    /// 3 firefly; 6 luminous: upmaps, wider state, CRUSH version; 7 mimic: snapshots; 9 nautilus: address
    /// vectors, times of change.
    private static int clientVersion(long features) {
        return !Features.has(features, Features.SERVER_LUMINOUS)
                ? 3
                : !Features.has(features, Features.SERVER_MIMIC)
                        ? 6
                        : !Features.has(features, Features.SERVER_NAUTILUS) ? 7 : 9;
    }

    /// 1 firefly; 5 luminous: ratios, releases; 6 mimic: snapshot queue; 9 nautilus: address vectors, flags by
    /// CRUSH node and class; 10 stretch mode; 11 ranges in the blocklist.
    private static int osdVersion(OsdMapFields m, long features) {
        int version = !Features.has(features, Features.SERVER_LUMINOUS)
                ? 1
                : !Features.has(features, Features.SERVER_MIMIC)
                        ? 5
                        : !Features.has(features, Features.SERVER_NAUTILUS) ? 6 : 9;
        return !m.rangeBlocklist.isEmpty() ? Math.max(version, 11) : m.stretch.enabled() ? Math.max(version, 10) : version;
    }

    private static void encodeClient(OsdMapFields m, WireWriter out, long features, int v) {
        MapCodec.uuid(out, m.fsid);
        out.u32(m.epoch);
        m.created.encode(out);
        m.modified.encode(out);
        out.map(m.pools, WireWriter::u64, (w, pool) -> pool.encode(w, features));
        out.map(m.poolNames, WireWriter::u64, WireWriter::string);
        out.u32(m.poolMax);
        out.u32(v < 4 ? legacyFlags(m) : m.flags);
        out.u32(m.maxOsd);
        each(out, m, (w, osd) -> {
            if (v >= 5) {
                w.u32(osd.state());
            } else {
                w.u8(osd.state());
            }
        });
        each(out, m, (w, osd) -> w.u32(osd.weight()));
        each(out, m, (w, osd) -> MapCodec.addrs(w, osd.publicAddrs(), features, v >= 8));
        MapCodec.pgInts(out, m.pgTemp);
        out.map(m.primaryTemp, (w, pg) -> pg.encode(w), WireWriter::u32);
        int[] affinity = m.primaryAffinity == null ? new int[0] : m.primaryAffinity;
        out.u32(affinity.length);
        for (int one : affinity) {
            out.u32(one);
        }
        out.bytes(m.crush.encode(features));
        MapCodec.profiles(out, m.erasureProfiles);
        if (v >= 6) {
            MapCodec.pgInts(out, m.pgUpmap);
            MapCodec.upmapItems(out, m.pgUpmapItems);
            out.u32(m.crushVersion);
        }
        if (v >= 7) {
            MapCodec.snaps(out, m.newRemovedSnaps);
            MapCodec.snaps(out, m.newPurgedSnaps);
        }
        if (v >= 9) {
            m.lastUpChange.encode(out);
            m.lastInChange.encode(out);
        }
    }

    private static int legacyFlags(OsdMapFields m) {
        return m.requireOsdRelease >= Release.LUMINOUS
                ? m.flags | OsdMap.REQUIRE_LUMINOUS | OsdMap.RECOVERY_DELETES
                : m.requireOsdRelease == Release.KRAKEN
                        ? m.flags | OsdMap.REQUIRE_KRAKEN
                        : m.requireOsdRelease == Release.JEWEL ? m.flags | OsdMap.REQUIRE_JEWEL : m.flags;
    }

    private static void encodeOsd(OsdMapFields m, WireWriter out, long features, int v) {
        boolean vectors = v >= 7;
        each(out, m, (w, osd) -> MapCodec.addrs(w, osd.hbBackAddrs(), features, vectors));
        each(out, m, (w, osd) -> osd.info().encode(w));
        out.map(m.blocklist, (w, addr) -> addr.encode(w, features), (w, until) -> until.encode(w));
        each(out, m, (w, osd) -> MapCodec.addrs(w, osd.clusterAddrs(), features, vectors));
        out.u32(m.clusterSnapshotEpoch).string(m.clusterSnapshot);
        each(out, m, (w, osd) -> MapCodec.uuid(w, osd.uuid()));
        each(out, m, (w, osd) -> osd.xinfo().encode(w, features));
        each(out, m, (w, osd) -> MapCodec.addrs(w, osd.hbFrontAddrs(), features, vectors));
        if (v >= 5) {
            MapCodec.f32(out, m.nearfullRatio);
            MapCodec.f32(out, m.fullRatio);
            MapCodec.f32(out, m.backfillfullRatio);
            out.u8(m.requireMinCompatClient).u8(m.requireOsdRelease);
        }
        if (v >= 6) {
            MapCodec.snaps(out, m.removedSnapsQueue);
        }
        if (v >= 9) {
            MapCodec.intMap(out, m.crushNodeFlags);
            MapCodec.intMap(out, m.deviceClassFlags);
        }
        if (v >= 10) {
            StretchMode s = m.stretch;
            out.bool(s.enabled()).u32(s.bucketCount()).u32(s.degraded()).u32(s.recovering()).u32(s.bucketType());
        }
        if (v >= 11) {
            out.map(m.rangeBlocklist, (w, addr) -> addr.encode(w, features), (w, until) -> until.encode(w));
        }
    }

    private static void each(WireWriter out, OsdMapFields m, BiConsumer<WireWriter, OsdEntry> write) {
        out.list(m.osds, write);
    }

    static OsdMapFields decode(Bytes bytes) {
        WireReader in = bytes.reader();
        int version = in.u8();
        int compat = in.u8();
        if (version < WRAPPER_COMPAT || compat > WRAPPER) {
            throw new DecodeException("OSD map version " + version + " compat " + compat);
        }
        int length = in.count(1);
        Bytes whole = bytes.slice(0, 6 + length);
        WireReader body = in.sub(length);
        OsdMapFields m = new OsdMapFields();
        body.versioned(9, (r, v) -> decodeClient(m, r, v));
        body.versioned(11, (r, v) -> decodeOsd(m, r, v));
        if (version >= 8) {
            int at = 6 + body.consumed();
            int expected = body.u32();
            int actual = crc(whole, at);
            if (actual != expected) {
                throw new DecodeException("bad crc, actual " + Integer.toUnsignedString(actual) + " != expected "
                        + Integer.toUnsignedString(expected));
            }
        }
        return m;
    }

    private static boolean decodeClient(OsdMapFields m, WireReader in, int v) {
        m.fsid = MapCodec.uuid(in);
        m.epoch = in.u32();
        m.created = Utime.decode(in);
        m.modified = Utime.decode(in);
        m.pools = in.map(WireReader::u64, PgPool::decode);
        m.poolNames = in.map(WireReader::u64, WireReader::string);
        m.poolMax = in.u32();
        m.flags = in.u32();
        int maxOsd = in.u32();
        List<Integer> states = in.list(v >= 5 ? WireReader::u32 : WireReader::u8);
        if (maxOsd != states.size()) {
            throw new DecodeException("max_osd " + maxOsd + " with " + states.size() + " states");
        }
        m.setMaxOsd(maxOsd);
        for (int i = 0; i < maxOsd; i++) {
            m.osds.set(i, m.osds.get(i).withState(states.get(i)));
        }
        each(in, m, WireReader::u32, OsdEntry::withWeight);
        each(in, m, EntityAddrVec::decode, OsdEntry::withPublicAddrs);
        m.pgTemp = MapCodec.pgInts(in);
        m.primaryTemp = in.map(PgId::decode, WireReader::u32);
        if (v >= 2) {
            List<Integer> affinity = MapCodec.ints(in);
            if (!affinity.isEmpty() && affinity.size() != maxOsd) {
                throw new DecodeException("primary affinity of " + affinity.size() + " OSDs");
            }
            for (int i = 0; i < affinity.size(); i++) {
                m.setPrimaryAffinity(i, affinity.get(i));
            }
        }
        m.crush = CrushMap.decode(in.bytes());
        if (v >= 3) {
            m.erasureProfiles = MapCodec.profiles(in);
        }
        if (v >= 4) {
            m.pgUpmap = MapCodec.pgInts(in);
            m.pgUpmapItems = MapCodec.upmapItems(in);
        }
        if (v >= 6) {
            m.crushVersion = in.u32();
        }
        if (v >= 7) {
            m.newRemovedSnaps = MapCodec.snaps(in);
            m.newPurgedSnaps = MapCodec.snaps(in);
        }
        if (v >= 9) {
            m.lastUpChange = Utime.decode(in);
            m.lastInChange = Utime.decode(in);
        }
        return true;
    }

    private static boolean decodeOsd(OsdMapFields m, WireReader in, int v) {
        each(in, m, EntityAddrVec::decode, OsdEntry::withHbBackAddrs);
        each(in, m, OsdInfo::decode, OsdEntry::withInfo);
        m.blocklist = in.map(EntityAddr::decode, Utime::decode);
        each(in, m, EntityAddrVec::decode, OsdEntry::withClusterAddrs);
        m.clusterSnapshotEpoch = in.u32();
        m.clusterSnapshot = in.string();
        each(in, m, MapCodec::uuid, OsdEntry::withUuid);
        each(in, m, OsdXinfo::decode, OsdEntry::withXinfo);
        each(in, m, EntityAddrVec::decode, OsdEntry::withHbFrontAddrs);
        if (v >= 2) {
            m.nearfullRatio = MapCodec.f32(in);
            m.fullRatio = MapCodec.f32(in);
        }
        if (v >= 3) {
            m.backfillfullRatio = MapCodec.f32(in);
        }
        if (v == 4) {
            m.requireMinCompatClient = Release.named(in.string());
        }
        if (v >= 5) {
            m.requireMinCompatClient = in.u8();
            m.requireOsdRelease = in.u8();
            if (m.requireOsdRelease >= Release.NAUTILUS) {
                m.flags |= OsdMap.PGLOG_HARDLIMIT;
            }
        } else {
            m.requireOsdRelease = releaseOf(m.flags);
        }
        if (m.requireOsdRelease >= Release.LUMINOUS) {
            m.flags = m.flags & ~OsdMap.LEGACY_REQUIRE_FLAGS | OsdMap.RECOVERY_DELETES;
        }
        if (v >= 6) {
            m.removedSnapsQueue = MapCodec.snaps(in);
        }
        if (v >= 8) {
            m.crushNodeFlags = MapCodec.intMap(in);
        }
        if (v >= 9) {
            m.deviceClassFlags = MapCodec.intMap(in);
        }
        if (v >= 10) {
            m.stretch = new StretchMode(in.bool(), in.u32(), in.u32(), in.u32(), in.u32());
        }
        if (v >= 11) {
            m.rangeBlocklist = in.map(EntityAddr::decode, Utime::decode);
        }
        return true;
    }

    /// The release that flags of maps before Luminous stated.
    static int releaseOf(int flags) {
        return (flags & OsdMap.REQUIRE_LUMINOUS) != 0
                ? Release.LUMINOUS
                : (flags & OsdMap.REQUIRE_KRAKEN) != 0
                        ? Release.KRAKEN
                        : (flags & OsdMap.REQUIRE_JEWEL) != 0 ? Release.JEWEL : Release.UNKNOWN;
    }

    private static <T> void each(
            WireReader in, OsdMapFields m, Function<WireReader, T> read, BiFunction<OsdEntry, T, OsdEntry> set) {
        int count = in.count(1);
        if (count != m.maxOsd) {
            throw new DecodeException("a list of " + count + " in a map of " + m.maxOsd + " OSDs");
        }
        for (int i = 0; i < count; i++) {
            m.osds.set(i, set.apply(m.osds.get(i), read.apply(in)));
        }
    }
}
