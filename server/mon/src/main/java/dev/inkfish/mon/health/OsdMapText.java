package dev.inkfish.mon.health;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.Units;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The summary of an OSD map in `ceph -s` (`OSDMap::print_summary`).
final class OsdMapText {
    private static final Map<Integer, String> FLAGS = new LinkedHashMap<>();

    static {
        FLAGS.put(OsdMap.NEARFULL, "nearfull");
        FLAGS.put(OsdMap.FULL, "full");
        FLAGS.put(OsdMap.PAUSERD, "pauserd");
        FLAGS.put(OsdMap.PAUSEWR, "pausewr");
        FLAGS.put(OsdMap.PAUSEREC, "pauserec");
        FLAGS.put(OsdMap.NOUP, "noup");
        FLAGS.put(OsdMap.NODOWN, "nodown");
        FLAGS.put(OsdMap.NOOUT, "noout");
        FLAGS.put(OsdMap.NOIN, "noin");
        FLAGS.put(OsdMap.NOBACKFILL, "nobackfill");
        FLAGS.put(OsdMap.NOREBALANCE, "norebalance");
        FLAGS.put(OsdMap.NORECOVER, "norecover");
        FLAGS.put(OsdMap.NOSCRUB, "noscrub");
        FLAGS.put(OsdMap.NODEEP_SCRUB, "nodeep-scrub");
        FLAGS.put(OsdMap.NOTIERAGENT, "notieragent");
        FLAGS.put(OsdMap.NOSNAPTRIM, "nosnaptrim");
        FLAGS.put(OsdMap.NOAUTOSCALE, "noautoscale");
    }

    private OsdMapText() {}

    /// `noout,noscrub`; those that are always set, and nobody asks for, are left out.
    static String flags(int flags) {
        List<String> names = new ArrayList<>();
        FLAGS.forEach((bit, name) -> {
            if ((flags & bit) != 0) {
                names.add(name);
            }
        });
        return String.join(",", names);
    }

    static void summary(OsdMap map, Formatter f) {
        f.dump("epoch", map.epoch());
        f.dump("num_osds", map.osds().size());
        f.dump("num_up_osds", map.countUp());
        f.dump("osd_up_since", Integer.toUnsignedLong(map.lastUpChange().seconds()));
        f.dump("num_in_osds", map.countIn());
        f.dump("osd_in_since", Integer.toUnsignedLong(map.lastInChange().seconds()));
        f.dump("num_remapped_pgs", map.pgTemp().size());
    }

    /// @param indent what stands before the line with flags
    static String summary(OsdMap map, Utime now, String indent) {
        StringBuilder out = new StringBuilder();
        out.append(map.osds().size()).append(" osds: ").append(map.countUp()).append(" up");
        if (!map.lastUpChange().isZero()) {
            out.append(" (since ").append(Units.span(map.lastUpChange(), now)).append(")");
        }
        out.append(", ").append(map.countIn()).append(" in");
        if (!map.lastInChange().isZero()) {
            out.append(" (since ").append(Units.span(map.lastInChange(), now)).append(")");
        }
        if (!map.pgTemp().isEmpty()) {
            out.append("; ").append(map.pgTemp().size()).append(" remapped pgs");
        }
        out.append('\n');
        String flags = flags(map.flags());
        if (!flags.isEmpty()) {
            out.append(indent).append("flags ").append(flags).append('\n');
        }
        return out.toString();
    }
}
