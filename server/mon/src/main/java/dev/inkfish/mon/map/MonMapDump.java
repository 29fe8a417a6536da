package dev.inkfish.mon.map;

import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.util.List;

/// A monitor map as text and in sections. Odd names of members (`removed_ranks: `) are Ceph 16's.
public final class MonMapDump {
    private MonMapDump() {}

    /// The members of the map, into an open section.
    public static void members(Formatter f, MonMap map) {
        f.dump("epoch", map.epoch());
        f.dump("fsid", map.fsid().toString());
        f.dump("modified", Stamp.zulu(map.lastChanged()));
        f.dump("created", Stamp.zulu(map.created()));
        f.dump("min_mon_release", map.minRelease());
        f.dump("min_mon_release_name", releaseName(map.minRelease()));
        f.dump("election_strategy", map.electionStrategy());
        f.dump("disallowed_leaders: ", String.join(",", map.disallowedLeaders()));
        f.dump("stretch_mode", map.stretchMode());
        f.dump("tiebreaker_mon", map.tiebreaker());
        f.dump("removed_ranks: ", String.join(",", map.removedRanks().stream().map(String::valueOf).toList()));
        f.openObject("features");
        names(f, "persistent", map.persistentFeatures().names());
        names(f, "optional", map.optionalFeatures().names());
        f.close();
        f.openArray("mons");
        for (int rank = 0; rank < map.ranks().size(); rank++) {
            monitor(f, rank, map.monitor(rank));
        }
        f.close();
    }

    private static void monitor(Formatter f, int rank, MonInfo monitor) {
        f.openObject("mon");
        f.dump("rank", rank);
        f.dump("name", monitor.name());
        addrs(f, "public_addrs", monitor.addrs());
        f.dump("addr", monitor.addrs().legacy().bare());
        f.dump("public_addr", monitor.addrs().legacy().bare());
        f.dump("priority", monitor.priority());
        f.dump("weight", monitor.weight());
        f.dump("crush_location", "{" + String.join(",", monitor.crushLocation().entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue()).toList()) + "}");
        f.close();
    }

    /// An address vector as Ceph dumps it.
    public static void addrs(Formatter f, String name, EntityAddrVec addrs) {
        f.openObject(name);
        f.openArray("addrvec");
        for (EntityAddr addr : addrs.addrs()) {
            f.openObject("addr");
            f.dump("type", addr.kind() == EntityAddr.Kind.NONE ? "none" : addr.kind().text());
            f.dump("addr", addr.isBlank() ? ":/0" : addr.hostAndPort());
            f.dumpUnsigned("nonce", Integer.toUnsignedLong(addr.nonce()));
            f.close();
        }
        f.close();
        f.close();
    }

    static void names(Formatter f, String name, List<String> names) {
        f.openArray(name);
        names.forEach(each -> f.dump("bit_flag", each));
        f.close();
    }

    /// The plain form of `mon dump`.
    public static String text(MonMap map) {
        StringBuilder out = new StringBuilder();
        out.append("epoch ").append(map.epoch()).append('\n');
        out.append("fsid ").append(map.fsid()).append('\n');
        out.append("last_changed ").append(Stamp.text(map.lastChanged())).append('\n');
        out.append("created ").append(Stamp.text(map.created())).append('\n');
        out.append("min_mon_release ").append(map.minRelease()).append(" (").append(releaseName(map.minRelease()));
        out.append(")\nelection_strategy: ").append(map.electionStrategy()).append('\n');
        for (int rank = 0; rank < map.ranks().size(); rank++) {
            MonInfo monitor = map.monitor(rank);
            out.append(rank).append(": ").append(monitor.addrs()).append(" mon.").append(monitor.name()).append('\n');
        }
        return out.toString();
    }

    /// The name of a release by its number.
    public static String releaseName(int release) {
        List<String> names = List.of(
                "unknown", "argonaut", "bobtail", "cuttlefish", "dumpling", "emperor", "firefly", "giant", "hammer",
                "infernalis", "jewel", "kraken", "luminous", "mimic", "nautilus", "octopus", "pacific", "quincy");
        return release >= 0 && release < names.size() ? names.get(release) : "unknown";
    }
}
