package dev.inkfish.mon.map;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.osdcmd.AddressText;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddr.Kind;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.mon.MonFeatures;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// `mon add`, `mon rm`, `mon set-…`: changes of the monitor map.
final class MonMapEdits {
    private static final int MSGR2_PORT = 3300;
    private static final int MSGR1_PORT = 6789;

    private final MonCore mon;
    private final MonMapService service;

    MonMapEdits(MonCore mon, MonMapService service) {
        this.mon = mon;
        this.service = service;
    }

    void register(CommandTable table) {
        table.add("mon add name=name,type=CephString name=addr,type=CephIPAddr "
                        + "name=location,type=CephString,n=N,goodchars=[A-Za-z0-9-_.=],req=false",
                "add new monitor named <name> at <addr>, possibly with CRUSH location <location>", "mon", "rw", this::add);
        table.add("mon rm name=name,type=CephString", "remove monitor named <name>", "mon", "rw", this::remove);
        table.add("mon set-weight name=name,type=CephString name=weight,type=CephInt,range=0|65535",
                "set the weight for the specified mon", "mon", "rw", this::setWeight);
        table.add("mon set-rank name=name,type=CephString name=rank,type=CephInt", "set the rank for the specified mon", "mon",
                "rw", this::setRank);
        table.add("mon set-addrs name=name,type=CephString name=addrs,type=CephString",
                "set the addrs (IPs and ports) a specific monitor binds to", "mon", "rw", this::setAddrs);
        table.add("mon enable-msgr2", "enable the msgr2 protocol on port 3300", "mon", "rw", this::enableMsgr2);
        table.add("mon feature set name=feature_name,type=CephString name=yes_i_really_mean_it,type=CephBool,req=false",
                "set provided feature on mon map", "mon", "rw", this::setFeature);
        table.add("mon set_location name=name,type=CephString name=args,type=CephString,n=N,goodchars=[A-Za-z0-9-_.=]",
                "specify location <args> for the monitor <name>, using CRUSH bucket names", "mon", "rw", this::setLocation);
        table.add("mon remove name=name,type=CephString", "remove monitor named <name>", "mon", "rw",
                Command.FLAG_DEPRECATED, this::remove);
    }

    private CommandResult add(CommandContext call) {
        String name = call.string("name");
        MonMap map = service.pending();
        EntityAddrVec addrs = addrs(call.string("addr"));
        MonInfo known = map.monitors().get(name);
        if (known != null && known.addrs().equals(addrs)) {
            return CommandResult.status("mon." + name + " at " + addrs + " already exists");
        }
        if (known != null) {
            return CommandResult.error(Errno.EEXIST, "mon." + name + " already exists at address " + known.addrs());
        }
        for (MonInfo other : map.monitors().values()) {
            if (other.addrs().addrs().stream().anyMatch(addrs.addrs()::contains)) {
                return CommandResult.error(Errno.EEXIST,
                        "mon." + other.name() + " already exists at address " + other.addrs());
            }
        }
        List<MonInfo> all = new ArrayList<>(map.ranks().stream().map(map.monitors()::get).toList());
        all.add(new MonInfo(name, addrs, 0, 0, location(call.strings("location"))));
        service.propose(map.changed(all, List.of(), mon.now()));
        return CommandResult.afterCommit("adding mon." + name + " at " + addrs);
    }

    /// One address or, beyond what Ceph takes, a vector (`[v2:…,v1:…]`). With Ceph's old port, or none, both ports are
    /// meant.
    private static EntityAddrVec addrs(String text) {
        String inner = text.startsWith("[v") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        List<EntityAddr> addrs = new ArrayList<>();
        for (String each : inner.split(",")) {
            boolean legacy = each.startsWith("v1:");
            EntityAddr addr = AddressText.parse(legacy || each.startsWith("v2:") ? each.substring(3) : each);
            if (addr == null) {
                throw new CephException(Errno.EINVAL, "addr " + text + "does not parse");
            }
            boolean bare = addr.port() == 0 || addr.port() == MSGR1_PORT && !legacy;
            Kind kind = legacy ? Kind.LEGACY : Kind.MSGR2;
            EntityAddr plain = addr.withNonce(0);
            if (bare) {
                addrs.add(plain.withKind(Kind.MSGR2).withPort(MSGR2_PORT));
                addrs.add(plain.withKind(Kind.LEGACY).withPort(MSGR1_PORT));
            } else {
                addrs.add(plain.withKind(kind));
            }
        }
        return new EntityAddrVec(addrs);
    }

    private static NavigableMap<String, String> location(List<String> pairs) {
        NavigableMap<String, String> location = new TreeMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new CephException(Errno.EINVAL, "location '" + pair + "' is not kind=name");
            }
            location.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return location;
    }

    private CommandResult setWeight(CommandContext call) {
        int weight = (int) call.integer("weight", 0);
        return change(call, old -> new MonInfo(old.name(), old.addrs(), old.priority(), weight, old.crushLocation()));
    }

    private CommandResult setLocation(CommandContext call) {
        List<String> words = call.strings("args");
        NavigableMap<String, String> location = location(words.stream().filter(word -> word.indexOf('=') > 0).toList());
        if (location.isEmpty()) {
            return CommandResult.error(Errno.EINVAL, "We could not parse your input location to anything real; ["
                    + String.join(",", words) + "] turned into an empty map!");
        }
        return change(call, old -> new MonInfo(old.name(), old.addrs(), old.priority(), old.weight(), location));
    }

    /// A rank that there is not changes nothing, as with Ceph.
    private CommandResult setRank(CommandContext call) {
        String name = call.string("name");
        int rank = (int) call.integer("rank", 0);
        MonMap map = service.pending();
        if (map.rankOf(name) < 0) {
            return CommandResult.error(Errno.ENOENT, "mon." + name + " does not exist in monmap");
        }
        if (rank < 0 || rank >= map.ranks().size() || rank == map.rankOf(name)) {
            return CommandResult.status("");
        }
        List<String> names = new ArrayList<>(map.ranks());
        names.remove(name);
        names.add(rank, name);
        service.propose(map.changed(names.stream().map(map.monitors()::get).toList(), List.of(), mon.now()));
        return CommandResult.afterCommit("");
    }

    /// Takes effect when the monitor is started again.
    private CommandResult setAddrs(CommandContext call) {
        String name = call.string("name");
        String text = call.string("addrs");
        if (!service.pending().monitors().containsKey(name)) {
            return CommandResult.error(Errno.ENOENT, "mon." + name + " does not exist");
        }
        EntityAddrVec addrs = exact(text);
        return change(call, old -> new MonInfo(old.name(), addrs, old.priority(), old.weight(), old.crushLocation()));
    }

    /// Addresses as they stand there; an address without a kind is one of msgr2.
    private static EntityAddrVec exact(String text) {
        String inner = text.startsWith("[v") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        List<EntityAddr> addrs = new ArrayList<>();
        for (String each : inner.split(",")) {
            boolean legacy = each.startsWith("v1:");
            EntityAddr addr = AddressText.parse(legacy || each.startsWith("v2:") ? each.substring(3) : each);
            if (addr == null) {
                throw new CephException(Errno.EINVAL, "failed to parse addrs '" + text + "'");
            }
            EntityAddr exact = addr.withNonce(0).withKind(legacy ? Kind.LEGACY : Kind.MSGR2);
            if (exact.port() == 0) {
                throw new CephException(Errno.EINVAL, "monitor must bind to a non-zero port, not " + exact);
            }
            addrs.add(exact);
        }
        return new EntityAddrVec(addrs);
    }

    /// Monitors that are at Ceph's old port only get its new one, too.
    private CommandResult enableMsgr2(CommandContext call) {
        MonMap map = service.pending();
        List<MonInfo> all = new ArrayList<>();
        List<String> said = new ArrayList<>();
        for (String name : map.ranks()) {
            MonInfo known = map.monitors().get(name);
            List<EntityAddr> addrs = known.addrs().addrs();
            if (addrs.size() == 1 && addrs.getFirst().kind() == Kind.LEGACY && addrs.getFirst().port() == MSGR1_PORT) {
                EntityAddrVec both = new EntityAddrVec(List.of(
                        addrs.getFirst().withKind(Kind.MSGR2).withPort(MSGR2_PORT), addrs.getFirst()));
                said.add("setting mon." + name + " addrs to " + both);
                known = new MonInfo(name, both, known.priority(), known.weight(), known.crushLocation());
            }
            all.add(known);
        }
        if (said.isEmpty()) {
            return CommandResult.status("");
        }
        service.propose(map.changed(all, List.of(), mon.now()));
        return CommandResult.afterCommit(String.join("; ", said));
    }

    private CommandResult setFeature(CommandContext call) {
        String name = call.string("feature_name");
        MonFeatures feature = MonFeatures.named(name);
        if (feature == null) {
            return CommandResult.error(Errno.ENOENT, "unknown feature '" + name + "'");
        }
        if (!call.flag("yes_i_really_mean_it")) {
            return CommandResult.error(Errno.EPERM, "please specify '--yes-i-really-mean-it' if you really, **really** want to"
                    + " set feature 'mon_feature_t(" + feature + ")' in the monmap.");
        }
        // a map of this cluster has all of them from its beginning
        if ((service.pending().persistentFeatures().bits() & feature.bits()) == 0) {
            return CommandResult.error(Errno.EOPNOTSUPP, "feature '" + name + "' is of monitors that are not there");
        }
        return CommandResult.status("setting feature 'mon_feature_t(" + feature + ")'");
    }

    private CommandResult change(CommandContext call, UnaryOperator<MonInfo> edit) {
        String name = call.string("name");
        MonMap map = service.pending();
        if (!map.monitors().containsKey(name)) {
            return CommandResult.error(Errno.ENOENT, "mon." + name + " does not exist");
        }
        List<MonInfo> all = map.ranks().stream().map(map.monitors()::get)
                .map(monitor -> monitor.name().equals(name) ? edit.apply(monitor) : monitor).toList();
        service.propose(map.changed(all, List.of(), mon.now()));
        return CommandResult.afterCommit("");
    }

    private CommandResult remove(CommandContext call) {
        String name = call.string("name");
        MonMap map = service.pending();
        MonInfo known = map.monitors().get(name);
        if (known == null) {
            return CommandResult.status("mon." + name + " does not exist or has already been removed");
        }
        if (map.ranks().size() == 1) {
            return CommandResult.error(Errno.EINVAL, "error: refusing removal of last monitor " + name);
        }
        List<MonInfo> left = map.ranks().stream().filter(each -> !each.equals(name)).map(map.monitors()::get).toList();
        service.propose(map.changed(left, List.of(map.rankOf(name)), mon.now()));
        return CommandResult.afterCommit("removing mon." + name + " at " + known.addrs() + ", there will be "
                + left.size() + " monitors");
    }
}
