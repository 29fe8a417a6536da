package dev.inkfish.mon.map;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.mon.MonCore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.mon.MonFeatures;
import dev.inkfish.wire.mon.MonMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// `mon dump`, `mon stat`, `mon getmap`, `mon feature ls`, `mon ok-to-*`.
final class MonMapCommands {
    private final MonCore mon;
    private final MonMapService service;

    MonMapCommands(MonCore mon, MonMapService service) {
        this.mon = mon;
        this.service = service;
    }

    void register(CommandTable table) {
        table.add("mon dump name=epoch,type=CephInt,range=0,req=false", "dump formatted monmap (optionally from epoch)",
                "mon", "r", this::dump);
        table.add("mon stat", "summarize monitor status", "mon", "r", this::stat);
        table.add("mon getmap name=epoch,type=CephInt,range=0,req=false", "get monmap", "mon", "r", this::getMap);
        table.add("mon feature ls name=with_value,type=CephChoices,strings=--with-value,req=false",
                "list available mon map features to be set/unset", "mon", "r", this::features);
        table.add("mon ok-to-stop name=ids,type=CephString,n=N",
                "check whether mon(s) can be safely stopped without reducing immediate availability", "mon", "r",
                this::okToStop);
        table.add("mon ok-to-add-offline", "check whether adding a mon and not starting it would break quorum", "mon", "r",
                this::okToAdd);
        table.add("mon ok-to-rm name=id,type=CephString", "check whether removing the specified mon would break quorum",
                "mon", "r", this::okToRemove);
    }

    private MonMap mapOf(CommandContext call) {
        long epoch = call.integer("epoch", 0);
        return epoch == 0 ? service.map() : MonMap.decode(encodedMapOf(epoch).reader());
    }

    private Bytes encodedMapOf(long epoch) {
        Bytes encoded = service.encodedMap(epoch);
        if (encoded == null) {
            throw new CephException(Errno.ENOENT, "there is no map for epoch " + epoch);
        }
        return encoded;
    }

    private CommandResult dump(CommandContext call) {
        MonMap map = mapOf(call);
        String status = "dumped monmap epoch " + map.epoch();
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.ok(status, MonMapDump.text(map));
        }
        f.openObject("monmap");
        MonMapDump.members(f, map);
        f.openArray("quorum");
        quorum().forEach(rank -> f.dump("mon", rank));
        f.close();
        f.close();
        return CommandResult.ok(status, CommandResult.line(f).data());
    }

    /// The ranks that agree on things now.
    List<Integer> quorum() {
        return mon.quorum().members().stream().map(service.map()::rankOf).filter(rank -> rank >= 0).toList();
    }

    private CommandResult stat(CommandContext call) {
        MonMap map = service.map();
        String leader = mon.quorum().leader();
        Formatter f = call.formatter();
        if (f == null) {
            List<String> monitors = map.monitors().values().stream().map(m -> m.name() + "=" + m.addrs()).toList();
            List<String> removed = map.removedRanks().stream().map(String::valueOf).toList();
            return CommandResult.line("e" + map.epoch() + ": " + map.ranks().size() + " mons at {"
                    + String.join(",", monitors) + "} removed_ranks: {" + String.join(",", removed)
                    + "}, election epoch " + mon.quorum().epoch() + ", leader " + map.rankOf(leader) + " " + leader + ", quorum "
                    + String.join(",", quorum().stream().map(String::valueOf).toList()) + " "
                    + String.join(",", mon.quorum().members()));
        }
        f.openObject("monmap");
        f.dump("epoch", map.epoch());
        f.dump("min_mon_release_name", MonMapDump.releaseName(map.minRelease()));
        f.dump("num_mons", map.ranks().size());
        f.dump("leader", leader);
        f.openArray("quorum");
        for (int rank : quorum()) {
            f.openObject("mon").dump("rank", rank).dump("name", map.ranks().get(rank)).close();
        }
        f.close();
        f.close();
        return CommandResult.line(f);
    }

    private CommandResult getMap(CommandContext call) {
        long epoch = call.integer("epoch", 0);
        Bytes encoded = epoch == 0 ? MonMapService.encode(service.map(), Features.PACIFIC) : encodedMapOf(epoch);
        return CommandResult.ok("got monmap epoch " + (epoch == 0 ? service.map().epoch() : epoch), encoded);
    }

    private CommandResult features(CommandContext call) {
        boolean values = call.string("with_value").equals("--with-value");
        List<String> all = names(MonFeatures.PACIFIC, values);
        List<String> persistent = names(service.map().persistentFeatures(), values);
        List<String> optional = names(service.map().optionalFeatures(), values);
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data("all features\n\tsupported: " + list(all) + "\n\tpersistent: " + list(all)
                    + "\non current monmap (epoch " + service.map().epoch() + ")\n\tpersistent: " + list(persistent)
                    + "\n\trequired: " + list(persistent) + "\n");
        }
        f.openObject("features");
        f.openObject("all");
        MonMapDump.names(f, "supported", all);
        MonMapDump.names(f, "persistent", all);
        f.close();
        f.openObject("monmap");
        MonMapDump.names(f, "persistent", persistent);
        MonMapDump.names(f, "optional", optional);
        MonMapDump.names(f, "required", persistent);
        f.close();
        f.close();
        return CommandResult.line(f);
    }

    private static String list(List<String> names) {
        return names.isEmpty() ? "[none]" : "[" + String.join(",", names) + "]";
    }

    private static List<String> names(MonFeatures features, boolean withValue) {
        List<String> names = features.names();
        if (!withValue) {
            return names;
        }
        List<String> valued = new ArrayList<>();
        long bits = features.bits();
        for (String name : names) {
            long bit = Long.lowestOneBit(bits);
            bits &= ~bit;
            valued.add(name + "(" + bit + ")");
        }
        return valued;
    }

    private static int majority(int monitors) {
        return monitors / 2 + 1;
    }

    private CommandResult okToStop(CommandContext call) {
        List<String> ids = call.strings("ids");
        List<String> left = mon.quorum().members().stream().filter(name -> !ids.contains(name)).toList();
        String who = "(" + String.join(",", left) + ") after stopping ";
        String stopped = "[" + String.join(",", ids) + "]";
        return left.size() < majority(service.map().ranks().size())
                ? CommandResult.error(Errno.EBUSY, "not enough monitors would be available " + who + "mons " + stopped)
                : CommandResult.status("quorum should be preserved " + who + stopped);
    }

    private CommandResult okToAdd(CommandContext call) {
        return mon.quorum().members().size() < majority(service.map().ranks().size() + 1)
                ? CommandResult.error(Errno.EBUSY, "adding a monitor may break quorum (until that monitor starts)")
                : CommandResult.status("adding another mon that is not yet online will not break quorum");
    }

    private CommandResult okToRemove(CommandContext call) {
        String id = call.string("id");
        if (!service.map().monitors().containsKey(id)) {
            return CommandResult.status("mon." + id + " does not exist");
        }
        long left = mon.quorum().members().stream().filter(name -> !name.equals(id)).count();
        return left < majority(service.map().ranks().size() - 1)
                ? CommandResult.error(Errno.EBUSY, "removing mon." + id + " would break quorum")
                : CommandResult.status("safe to remove mon." + id);
    }
}
