package dev.inkfish.osdmap;

import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.UUID;

/// Pieces that the map and its increments share.
final class MapCodec {
    /// The features that change how a map is encoded; maps for peers that agree in these are the same bytes.
    static final long SIGNIFICANT = Features.PGID64
            | Features.PGPOOL3
            | Features.OSDENC
            | Features.OSDMAP_ENC
            | Features.OSD_POOLRESEND
            | Features.NEW_OSDOP_ENCODING
            | Features.MSG_ADDR2
            | Features.CRUSH_TUNABLES5
            | Features.CRUSH_CHOOSE_ARGS
            | Features.SERVER_LUMINOUS
            | Features.SERVER_MIMIC
            | Features.SERVER_NAUTILUS
            | Features.SERVER_OCTOPUS;

    private MapCodec() {}

    static void requireEnvelopes(long features) {
        if (!Features.has(features, Features.OSDMAP_ENC) || !Features.has(features, Features.PGID64)) {
            throw new IllegalArgumentException("peers before Firefly (without OSDMAP_ENC) are not spoken to");
        }
    }

    static UUID uuid(WireReader in) {
        return new UUID(Long.reverseBytes(in.u64()), Long.reverseBytes(in.u64()));
    }

    static void uuid(WireWriter out, UUID uuid) {
        out.u64(Long.reverseBytes(uuid.getMostSignificantBits()));
        out.u64(Long.reverseBytes(uuid.getLeastSignificantBits()));
    }

    static float f32(WireReader in) {
        return Float.intBitsToFloat(in.u32());
    }

    static void f32(WireWriter out, float value) {
        out.u32(Float.floatToRawIntBits(value));
    }

    static List<Integer> ints(WireReader in) {
        int count = in.count(4);
        List<Integer> ints = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ints.add(in.u32());
        }
        return ints;
    }

    static void ints(WireWriter out, Collection<Integer> ints) {
        out.list(ints, WireWriter::u32);
    }

    static NavigableMap<Integer, Integer> intMap(WireReader in) {
        return in.map(WireReader::u32, WireReader::u32);
    }

    static void intMap(WireWriter out, NavigableMap<Integer, Integer> map) {
        out.map(map, WireWriter::u32, WireWriter::u32);
    }

    static NavigableMap<String, NavigableMap<String, String>> profiles(WireReader in) {
        return in.map(WireReader::string, r -> r.map(WireReader::string, WireReader::string));
    }

    static void profiles(WireWriter out, NavigableMap<String, NavigableMap<String, String>> profiles) {
        out.map(profiles, WireWriter::string, (w, p) -> w.map(p, WireWriter::string, WireWriter::string));
    }

    static NavigableMap<Long, IntervalSet> snaps(WireReader in) {
        return in.map(WireReader::u64, IntervalSet::decode);
    }

    static void snaps(WireWriter out, NavigableMap<Long, IntervalSet> snaps) {
        out.map(snaps, WireWriter::u64, (w, set) -> set.encode(w));
    }

    static NavigableMap<PgId, List<Integer>> pgInts(WireReader in) {
        return in.map(PgId::decode, MapCodec::ints);
    }

    static void pgInts(WireWriter out, NavigableMap<PgId, List<Integer>> map) {
        out.map(map, (w, pg) -> pg.encode(w), MapCodec::ints);
    }

    static NavigableMap<PgId, List<UpmapItem>> upmapItems(WireReader in) {
        return in.map(PgId::decode, r -> List.copyOf(r.list(UpmapItem::decode)));
    }

    static void upmapItems(WireWriter out, NavigableMap<PgId, List<UpmapItem>> map) {
        out.map(map, (w, pg) -> pg.encode(w), (w, items) -> w.list(items, (x, item) -> item.encode(x)));
    }

    /// All addresses, or for peers before Nautilus the one of msgr1.
    static void addrs(WireWriter out, EntityAddrVec addrs, long features, boolean vectors) {
        if (vectors) {
            addrs.encode(out, features);
        } else {
            addrs.legacy().encode(out, features);
        }
    }
}
