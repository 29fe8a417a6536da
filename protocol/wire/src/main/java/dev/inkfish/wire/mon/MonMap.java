package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/// Which monitors there are (`src/mon/MonMap.h`).
///
/// @param monitors by name
/// @param ranks names in the order of their ranks
/// @param minRelease the oldest release whose monitors may join; 16 is Pacific
@CephType("MonMap")
public record MonMap(
        UUID fsid,
        int epoch,
        Utime lastChanged,
        Utime created,
        MonFeatures persistentFeatures,
        MonFeatures optionalFeatures,
        NavigableMap<String, MonInfo> monitors,
        List<String> ranks,
        int minRelease,
        List<Integer> removedRanks,
        int electionStrategy,
        List<String> disallowedLeaders,
        boolean stretchMode,
        String tiebreaker,
        List<String> stretchMarkedDown) {
    /// 6: ranks, no legacy addresses; 7: release; 8: removed ranks, elections; 9: stretch mode.
    private static final int VERSION = 9;
    private static final int COMPAT = 6;
    private static final int VERSION_LEGACY = 5;
    private static final int COMPAT_LEGACY = 3;
    private static final int CLASSIC_ELECTIONS = 1;
    private static final int PACIFIC = 16;

    /// The first map of a new cluster of Ceph 16's kind; ranks follow the order of the list.
    public static MonMap initial(UUID fsid, List<MonInfo> monitors, Utime now) {
        NavigableMap<String, MonInfo> byName = new TreeMap<>();
        List<String> ranks = new ArrayList<>();
        for (MonInfo monitor : monitors) {
            byName.put(monitor.name(), monitor);
            ranks.add(monitor.name());
        }
        return new MonMap(
                fsid, 1, now, now, MonFeatures.PACIFIC, MonFeatures.NONE, byName, List.copyOf(ranks), PACIFIC,
                List.of(), CLASSIC_ELECTIONS, List.of(), false, "", List.of());
    }

    /// The next map, with these monitors.
    ///
    /// @param removed ranks, of this map, that are no more
    public MonMap changed(List<MonInfo> others, List<Integer> removed, Utime now) {
        NavigableMap<String, MonInfo> byName = new TreeMap<>();
        others.forEach(monitor -> byName.put(monitor.name(), monitor));
        return new MonMap(
                fsid, epoch + 1, now, created, persistentFeatures, optionalFeatures, byName,
                others.stream().map(MonInfo::name).toList(), minRelease, removed, electionStrategy,
                disallowedLeaders, stretchMode, tiebreaker, stretchMarkedDown);
    }

    /// The monitor of a rank.
    public MonInfo monitor(int rank) {
        return monitors.get(ranks.get(rank));
    }

    /// -1 if there is none of that name.
    public int rankOf(String name) {
        return ranks.indexOf(name);
    }

    public static MonMap decode(WireReader in) {
        return in.versioned(VERSION, (r, version) -> {
            UUID fsid = r.uuid();
            int epoch = r.u32();
            if (version < COMPAT) {
                throw new DecodeException("monitor map of version " + version);
            }
            return new MonMap(
                    fsid, epoch, Utime.decode(r), Utime.decode(r), MonFeatures.decode(r), MonFeatures.decode(r),
                    r.map(WireReader::string, MonInfo::decode),
                    r.list(WireReader::string),
                    version >= 7 ? r.u8() : 0,
                    version >= 8 ? r.list(WireReader::u32) : List.of(),
                    version >= 8 ? r.u8() : CLASSIC_ELECTIONS,
                    version >= 8 ? r.list(WireReader::string) : List.of(),
                    version >= 9 && r.bool(),
                    version >= 9 ? r.string() : "",
                    version >= 9 ? r.list(WireReader::string) : List.of());
        });
    }

    public void encode(WireWriter out, long features) {
        if (!Features.has(features, Features.SERVER_NAUTILUS)) {
            encodeLegacy(out, features);
            return;
        }
        out.versioned(VERSION, COMPAT, () -> {
            out.uuid(fsid).u32(epoch);
            lastChanged.encode(out);
            created.encode(out);
            persistentFeatures.encode(out);
            optionalFeatures.encode(out);
            out.map(monitors, WireWriter::string, (w, monitor) -> monitor.encode(w, features));
            out.list(ranks, WireWriter::string);
            out.u8(minRelease);
            out.list(removedRanks, WireWriter::u32);
            out.u8(electionStrategy);
            out.list(disallowedLeaders, WireWriter::string);
            out.bool(stretchMode).string(tiebreaker).list(stretchMarkedDown, WireWriter::string);
        });
    }

    /// For peers before Nautilus, among them kernel clients.
    private void encodeLegacy(WireWriter out, long features) {
        out.versioned(VERSION_LEGACY, COMPAT_LEGACY, () -> {
            out.uuid(fsid).u32(epoch);
            out.map(monitors, WireWriter::string, (w, monitor) -> monitor.addrs().legacy().encode(w, features));
            lastChanged.encode(out);
            created.encode(out);
            persistentFeatures.encode(out);
            optionalFeatures.encode(out);
            out.map(monitors, WireWriter::string, (w, monitor) -> monitor.encode(w, features));
        });
    }
}
