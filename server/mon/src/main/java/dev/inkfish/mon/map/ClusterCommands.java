package dev.inkfish.mon.map;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.mon.MonFeatures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Commands about this monitor and the cluster as a whole: `fsid`, `version`, `versions`, `features`,
/// `quorum_status`, `mon_status`, `mon metadata`, `node ls`, `time-sync-status`.
public final class ClusterCommands {
    /// What a daemon says about itself, for `mon metadata`, `osd metadata` and the like.
    public interface Census {
        /// Metadata of all daemons of a type (`mon`, `osd`, `mgr`, `mds`, a registered service) by id.
        Map<String, Map<String, String>> metadata(String type);

        /// Services whose daemons have registered with the manager, sorted.
        default Collection<String> services() {
            return List.of();
        }
    }

    private final MonCore mon;
    private final MonMapService monMap;
    private final Census census;

    public ClusterCommands(MonCore mon, MonMapService monMap, Census census) {
        this.mon = mon;
        this.monMap = monMap;
        this.census = census;
    }

    public void register(CommandTable table) {
        table.add("fsid", "show cluster FSID/UUID", "mon", "r", this::fsid);
        table.add("version", "show mon daemon version", "mon", "r", Command.FLAG_TELL, this::version);
        table.add("mon_status", "report status of monitors", "mon", "r", Command.FLAG_TELL, this::monStatus);
        table.add("quorum_status", "report status of monitor quorum", "mon", "r", this::quorumStatus);
        table.add("features", "report of connected features", "mon", "r", this::features);
        table.add("time-sync-status", "show time sync status", "mon", "r", this::timeSync);
        table.add("mon metadata name=id,type=CephString,req=false", "fetch metadata for mon <id>", "mon", "r",
                this::metadata);
        table.add("mon count-metadata name=property,type=CephString", "count mons by metadata field property", "mon", "r",
                call -> count(call, "mon", call.string("property")));
        table.add("mon versions", "check running versions of monitors", "mon", "r",
                call -> count(call, "mon", "ceph_version"));
        table.add("versions", "check running versions of ceph daemons", "mon", "r", this::versions);
        table.add("node ls name=type,type=CephChoices,strings=all|osd|mon|mds|mgr,req=false",
                "list all nodes in cluster [type]", "mon", "r", this::nodes);
    }

    private CommandResult fsid(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.line(mon.fsid().toString());
        }
        return CommandResult.data(f.openObject("fsid").dump("fsid", mon.fsid().toString()).close());
    }

    private CommandResult version(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.line(mon.version());
        }
        return CommandResult.line(f.openObject("version").dump("version", mon.version()).close());
    }

    private void dumpMonMap(Formatter f) {
        f.openObject("monmap");
        MonMapDump.members(f, monMap.map());
        f.close();
    }

    private void quorum(Formatter f) {
        f.openArray("quorum");
        mon.quorum().members().forEach(name -> f.dump("mon", monMap.map().rankOf(name)));
        f.close();
    }

    private long quorumAge() {
        return Math.max(0, mon.now().toMillis() - mon.quorum().since().toMillis()) / 1000;
    }

    private CommandResult quorumStatus(CommandContext call) {
        Formatter f = call.formatter("json");
        f.openObject("quorum_status");
        f.dump("election_epoch", mon.quorum().epoch());
        quorum(f);
        f.openArray("quorum_names");
        mon.quorum().members().forEach(name -> f.dump("mon", name));
        f.close();
        f.dump("quorum_leader_name", mon.quorum().leader());
        f.dump("quorum_age", quorumAge());
        f.openObject("features");
        f.dump("quorum_con", Long.toUnsignedString(Features.PACIFIC));
        MonMapDump.names(f, "quorum_mon", MonFeatures.PACIFIC.names());
        f.close();
        dumpMonMap(f);
        f.close();
        return CommandResult.line(f);
    }

    private CommandResult monStatus(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        dumpMonStatus(f);
        return CommandResult.data(f);
    }

    /// The section `mon_status`, opened and closed here.
    public void dumpMonStatus(Formatter f) {
        f.openObject("mon_status");
        f.dump("name", mon.name());
        f.dump("rank", mon.rank());
        f.dump("state", switch (mon.quorum().state()) {
            case LEADER -> "leader";
            case PEON -> "peon";
            case ELECTING -> "electing";
        });
        f.dump("election_epoch", mon.quorum().epoch());
        quorum(f);
        if (!mon.quorum().members().isEmpty()) {
            f.dump("quorum_age", quorumAge());
        }
        f.openObject("features");
        f.dump("required_con", "2449958747317026820");
        MonMapDump.names(f, "required_mon", monMap.map().persistentFeatures().names());
        f.dump("quorum_con", Long.toUnsignedString(Features.PACIFIC));
        MonMapDump.names(f, "quorum_mon", MonFeatures.PACIFIC.names());
        f.close();
        f.openArray("outside_quorum");
        if (mon.quorum().members().isEmpty()) {
            f.dump("mon", mon.name());
        }
        f.close();
        f.openArray("extra_probe_peers").close();
        f.openArray("sync_provider").close();
        dumpMonMap(f);
        f.openObject("feature_map");
        featureMap(f);
        f.close();
        f.dump("stretch_mode", false);
        f.close();
    }

    private CommandResult features(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("features");
        featureMap(f);
        f.close();
        return CommandResult.data(f);
    }

    private void featureMap(Formatter f) {
        Map<EntityType, Map<Long, Integer>> counts = new TreeMap<>();
        counts.computeIfAbsent(EntityType.MON, t -> new TreeMap<>()).merge(Features.PACIFIC, 1, Integer::sum);
        for (MonSession session : mon.sessions()) {
            counts.computeIfAbsent(session.peer().type(), t -> new TreeMap<>())
                    .merge(session.features(), 1, Integer::sum);
        }
        counts.forEach((type, byFeatures) -> {
            f.openArray(type.text());
            byFeatures.forEach((features, count) -> f.openObject("group")
                    .dump("features", "0x" + Long.toHexString(features))
                    .dump("release", releaseOf(features))
                    .dump("num", count)
                    .close());
            f.close();
        });
    }

    /// The release as Ceph derives it from feature bits, where Luminous is the last it can tell.
    static String releaseOf(long features) {
        if (Features.has(features, Features.SERVER_LUMINOUS)) {
            return "luminous";
        }
        return Features.has(features, Features.SERVER_JEWEL) ? "jewel" : "hammer";
    }

    private CommandResult timeSync(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("time_sync");
        if (mon.quorum().timeChecks().size() > 1) {
            f.openObject("time_skew_status");
            mon.quorum().timeChecks().forEach((name, check) -> {
                String details = ClockSkew.details(check, mon.conf());
                f.openObject(name).dump("skew", check.skew()).dump("latency", check.latency());
                f.dump("health", details.isEmpty() ? "HEALTH_OK" : "HEALTH_WARN");
                if (!details.isEmpty()) {
                    f.dump("details", details);
                }
                f.close();
            });
            f.close();
        }
        f.openObject("timechecks");
        f.dump("epoch", mon.quorum().epoch()).dump("round", 0).dump("round_status", "finished");
        return CommandResult.data(f.close().close());
    }

    private CommandResult metadata(CommandContext call) {
        Map<String, Map<String, String>> all = census.metadata("mon");
        Formatter f = call.formatter("json-pretty");
        if (call.has("id")) {
            Map<String, String> one = all.get(call.string("id"));
            if (one == null) {
                return CommandResult.error(Errno.ENOENT, "requested mon not found");
            }
            f.openObject("mon_metadata");
            one.forEach(f::dump);
            return CommandResult.line(f.close());
        }
        f.openArray("mon_metadata");
        all.forEach((id, metadata) -> {
            f.openObject("mon").dump("name", id);
            metadata.forEach(f::dump);
            f.close();
        });
        return CommandResult.line(f.close());
    }

    private CommandResult count(CommandContext call, String type, String property) {
        Formatter f = call.formatter("json-pretty");
        f.openObject(property);
        countBy(type, property).forEach(f::dump);
        return CommandResult.line(f.close());
    }

    private Map<String, Integer> countBy(String type, String property) {
        Map<String, Integer> counts = new TreeMap<>();
        census.metadata(type).values().forEach(
                metadata -> counts.merge(metadata.getOrDefault(property, "unknown"), 1, Integer::sum));
        return counts;
    }

    private CommandResult versions(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        Map<String, Integer> overall = new TreeMap<>();
        f.openObject("version");
        List<String> types = new ArrayList<>(List.of("mon", "mgr", "osd", "mds"));
        types.addAll(census.services());
        for (String type : types) {
            f.openObject(type);
            countBy(type, "ceph_version").forEach((version, count) -> {
                f.dump(version, count);
                overall.merge(version, count, Integer::sum);
            });
            f.close();
        }
        f.openObject("overall");
        overall.forEach(f::dump);
        f.close();
        return CommandResult.data(f.close());
    }

    private CommandResult nodes(CommandContext call) {
        String type = call.string("type", "all");
        Formatter f = call.formatter("json-pretty");
        if (!type.equals("all")) {
            nodesOf(f, type, type);
            return CommandResult.line(f);
        }
        f.openObject("nodes");
        for (String each : new String[] {"mon", "osd", "mds", "mgr"}) {
            if (!census.metadata(each).isEmpty()) {
                nodesOf(f, each, each);
            }
        }
        return CommandResult.line(f.close());
    }

    private void nodesOf(Formatter f, String name, String type) {
        Map<String, Map<String, Boolean>> hosts = new TreeMap<>();
        census.metadata(type).forEach((id, metadata) ->
                hosts.computeIfAbsent(metadata.getOrDefault("hostname", "unknown"), h -> new TreeMap<>()).put(id, true));
        f.openObject(name);
        hosts.forEach((host, ids) -> {
            f.openArray(host);
            ids.keySet().stream().sorted(byNumber()).forEach(id -> {
                if (type.equals("osd")) {
                    f.dumpRaw(type, id);
                } else {
                    f.dump(type, id);
                }
            });
            f.close();
        });
        f.close();
    }

    private static Comparator<String> byNumber() {
        return Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());
    }
}
