package dev.inkfish.mon.mgr;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.mon.MgrMap;
import dev.inkfish.wire.mon.MgrModule;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// `mgr …`
final class MgrMapCommands {
    private static final String[] TYPES = {
        "uint", "int", "str", "float", "bool", "addr", "addrvec", "uuid", "size", "secs", "millisecs"
    };
    private static final String[] LEVELS = {"basic", "advanced", "dev"};

    private final MgrMapService service;

    MgrMapCommands(MgrMapService service) {
        this.service = service;
    }

    void register(CommandTable table) {
        table.add("mgr stat", "dump basic info about the mgr cluster state", "mgr", "r", this::stat);
        table.add("mgr dump name=epoch,type=CephInt,range=0,req=false", "dump the latest MgrMap", "mgr", "r", this::dump);
        table.add("mgr fail name=who,type=CephString,req=false", "treat the named manager daemon as failed", "mgr", "rw",
                this::fail);
        table.add("mgr module ls", "list active mgr modules", "mgr", "r", this::modules);
        table.add("mgr services", "list service endpoints provided by mgr modules", "mgr", "r", this::services);
        table.add("mgr module enable name=module,type=CephString name=force,type=CephChoices,strings=--force,req=false",
                "enable mgr module", "mgr", "rw", this::enable);
        table.add("mgr module disable name=module,type=CephString", "disable mgr module", "mgr", "rw", this::disable);
        table.add("mgr metadata name=who,type=CephString,req=false", "dump metadata for all daemons or a specific daemon",
                "mgr", "r", this::metadata);
        table.add("mgr count-metadata name=property,type=CephString", "count ceph-mgr daemons by metadata field property",
                "mgr", "r", call -> count(call, call.string("property")));
        table.add("mgr versions", "check running versions of ceph-mgr daemons", "mgr", "r",
                call -> count(call, "ceph_version"));
    }

    private CommandResult stat(CommandContext call) {
        MgrMap map = service.map();
        Formatter f = call.formatter("json-pretty");
        f.openObject("stat");
        f.dump("epoch", map.epoch());
        f.dump("available", map.available());
        f.dump("active_name", map.activeName());
        f.dump("num_standby", map.standbys().size());
        return CommandResult.data(f.close());
    }

    private CommandResult dump(CommandContext call) {
        MgrMap map = service.map();
        long epoch = call.integer("epoch", map.epoch());
        if (epoch != map.epoch()) {
            return CommandResult.error(Errno.ENOENT, "");
        }
        Formatter f = call.formatter("json-pretty");
        f.openObject("mgrmap");
        f.dump("epoch", map.epoch());
        f.dump("active_gid", map.activeGid());
        f.dump("active_name", map.activeName());
        f.openObject("active_addrs");
        addrs(f, map.activeAddrs());
        f.close();
        f.dump("active_addr", legacy(map.activeAddrs()));
        f.dump("active_change", Stamp.text(map.activeChange()));
        f.dumpUnsigned("active_mgr_features", map.activeFeatures());
        f.dump("available", map.available());
        f.openArray("standbys");
        for (MgrMap.Standby standby : map.standbys().values()) {
            f.openObject("standby");
            f.dump("gid", standby.gid()).dump("name", standby.name()).dumpUnsigned("mgr_features", standby.features());
            f.openArray("available_modules");
            standby.modules().forEach(module -> module(f, module));
            f.close().close();
        }
        f.close();
        f.openArray("modules");
        map.modules().forEach(module -> f.dump("module", module));
        f.close();
        f.openArray("available_modules");
        map.availableModules().forEach(module -> module(f, module));
        f.close();
        f.openObject("services");
        map.services().forEach(f::dump);
        f.close();
        f.openObject("always_on_modules");
        map.alwaysOn().forEach((release, names) -> {
            f.openArray(release == 16 ? "pacific" : Integer.toString(release));
            names.forEach(name -> f.dump("module", name));
            f.close();
        });
        f.close();
        f.dump("last_failure_osd_epoch", map.lastFailureOsdEpoch());
        f.openArray("active_clients");
        for (MgrMap.Client client : map.clients()) {
            f.openObject("client").dump("name", client.name());
            addrs(f, client.addrs());
            f.close();
        }
        return CommandResult.data(f.close().close());
    }

    private static void addrs(Formatter f, EntityAddrVec addrs) {
        f.openArray("addrvec");
        for (EntityAddr addr : addrs.addrs()) {
            f.openObject("addr")
                    .dump("type", addr.kind().text())
                    .dump("addr", addr.hostAndPort())
                    .dumpUnsigned("nonce", Integer.toUnsignedLong(addr.nonce()))
                    .close();
        }
        f.close();
    }

    private static String legacy(EntityAddrVec addrs) {
        EntityAddr addr = addrs.legacy().isBlank() ? addrs.front() : addrs.legacy();
        return addr.isBlank() ? "(unrecognized address family 0)/0" : addr.bare();
    }

    private static void module(Formatter f, MgrModule module) {
        f.openObject("module");
        f.dump("name", module.name()).dump("can_run", module.canRun()).dump("error_string", module.error());
        f.openObject("module_options");
        module.options().values().forEach(option -> option(f, option));
        f.close().close();
    }

    private static void option(Formatter f, MgrModule.Option option) {
        f.openObject(option.name());
        f.dump("name", option.name());
        f.dump("type", option.type() < TYPES.length ? TYPES[option.type()] : "unknown");
        f.dump("level", option.level() < LEVELS.length ? LEVELS[option.level()] : "unknown");
        f.dump("flags", option.flags());
        f.dump("default_value", option.defaultValue());
        f.dump("min", option.min());
        f.dump("max", option.max());
        f.openArray("enum_allowed");
        option.allowed().forEach(value -> f.dump("value", value));
        f.close();
        f.dump("desc", option.description());
        f.dump("long_desc", option.longDescription());
        f.openArray("tags");
        option.tags().forEach(tag -> f.dump("tag", tag));
        f.close();
        f.openArray("see_also");
        option.seeAlso().forEach(name -> f.dump("option", name));
        f.close().close();
    }

    private CommandResult fail(CommandContext call) {
        String who = call.string("who", service.map().activeName());
        if (!call.has("who") && service.map().activeGid() == 0) {
            return CommandResult.status("Currently no active mgr");
        }
        if (!service.fail(who)) {
            return CommandResult.status("Daemon not found '" + who + "', already failed?");
        }
        return CommandResult.afterCommit("");
    }

    private CommandResult modules(CommandContext call) {
        MgrMap map = service.map();
        Formatter f = call.formatter("json-pretty");
        f.openObject("modules");
        f.openArray("always_on_modules");
        map.alwaysOn().values().forEach(names -> names.forEach(name -> f.dump("module", name)));
        f.close();
        f.openArray("enabled_modules");
        map.modules().stream().filter(name -> !isAlwaysOn(map, name)).forEach(name -> f.dump("module", name));
        f.close();
        f.openArray("disabled_modules");
        map.availableModules().stream()
                .filter(module -> !map.modules().contains(module.name()) && !isAlwaysOn(map, module.name()))
                .forEach(module -> module(f, module));
        return CommandResult.data(f.close().close());
    }

    private static boolean isAlwaysOn(MgrMap map, String module) {
        return map.alwaysOn().values().stream().anyMatch(names -> names.contains(module));
    }

    private CommandResult services(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("services");
        service.map().services().forEach(f::dump);
        return CommandResult.data(f.close());
    }

    private CommandResult enable(CommandContext call) {
        MgrMap map = service.map();
        String module = call.string("module");
        if (module.isEmpty()) {
            return CommandResult.error(Errno.EINVAL, "must specify a module name");
        }
        if (isAlwaysOn(map, module)) {
            return CommandResult.status("module '" + module + "' is already enabled (always-on)");
        }
        if (map.modules().contains(module)) {
            return CommandResult.status("module '" + module + "' is already enabled");
        }
        boolean known = map.availableModules().stream().anyMatch(each -> each.name().equals(module));
        if (!known && !call.has("force")) {
            return CommandResult.error(Errno.ENOENT, "all mgr daemons do not support module '" + module
                    + "', pass --force to force enablement");
        }
        service.module(module, true);
        return CommandResult.afterCommit("");
    }

    private CommandResult disable(CommandContext call) {
        MgrMap map = service.map();
        String module = call.string("module");
        if (module.isEmpty()) {
            return CommandResult.error(Errno.EINVAL, "must specify a module name");
        }
        if (isAlwaysOn(map, module)) {
            return CommandResult.error(Errno.EINVAL, "module '" + module + "' cannot be disabled (always-on)");
        }
        if (!map.modules().contains(module)) {
            return CommandResult.status("module '" + module + "' is already disabled");
        }
        service.module(module, false);
        return CommandResult.afterCommit("");
    }

    private CommandResult metadata(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        if (call.has("who")) {
            String who = call.string("who");
            NavigableMap<String, String> facts = service.metadata().get(who);
            if (facts == null || !service.map().names().contains(who)) {
                return CommandResult.error(Errno.ENOENT, "mgr." + who + " does not exist");
            }
            f.openObject("mgr_metadata").dump("name", who);
            facts.forEach(f::dump);
            return CommandResult.data(f.close());
        }
        f.openArray("mgr_metadata");
        for (String name : service.map().names()) {
            f.openObject("mgr").dump("name", name);
            service.metadata().getOrDefault(name, new TreeMap<>()).forEach(f::dump);
            f.close();
        }
        return CommandResult.data(f.close());
    }

    private CommandResult count(CommandContext call, String property) {
        Map<String, Integer> counts = new TreeMap<>();
        service.map().names().forEach(name -> counts.merge(
                service.metadata().getOrDefault(name, new TreeMap<>()).getOrDefault(property, "unknown"),
                1,
                Integer::sum));
        Formatter f = call.formatter("json-pretty");
        f.openObject(property);
        counts.forEach(f::dump);
        return CommandResult.data(f.close());
    }
}
