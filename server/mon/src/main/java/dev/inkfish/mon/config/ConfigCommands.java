package dev.inkfish.mon.config;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.command.TextTable;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.Option;
import dev.inkfish.conf.OptionInput;
import dev.inkfish.conf.OptionText;
import dev.inkfish.conf.Options;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `config set`, `rm`, `get`, `dump`, `log`, `reset`, `help`, `ls`, `assimilate-conf`, `generate-minimal-conf`.
final class ConfigCommands {
    private final MonCore mon;
    private final ConfigService service;

    ConfigCommands(MonCore mon, ConfigService service) {
        this.mon = mon;
        this.service = service;
    }

    void register(CommandTable table) {
        table.add("config set name=who,type=CephString name=name,type=CephString name=value,type=CephString "
                        + "name=force,type=CephBool,req=false",
                "Set a configuration option for one or more entities", "config", "rw", this::set);
        table.add("config rm name=who,type=CephString name=name,type=CephString",
                "Clear a configuration option for one or more entities", "config", "rw", this::remove);
        table.add("config get name=who,type=CephString name=key,type=CephString,req=False",
                "Show configuration option(s) for an entity", "config", "r", this::get);
        table.add("config dump", "Show all configuration option(s)", "mon", "r", this::dump);
        table.add("config help name=key,type=CephString", "Describe a configuration option", "config", "r", this::help);
        table.add("config ls", "List available configuration options", "config", "r", this::list);
        table.add("config assimilate-conf", "Assimilate options from a conf, and return a new, minimal conf file",
                "config", "rw", this::assimilate);
        table.add("config log name=num,type=CephInt,req=False", "Show recent history of config changes", "config", "r",
                this::log);
        table.add("config reset name=num,type=CephInt,range=0",
                "Revert configuration to a historical version specified by <num>", "config", "rw", this::reset);
        table.add("config generate-minimal-conf", "Generate a minimal ceph.conf file", "config", "r", this::minimalConf);
    }

    private CommandResult set(CommandContext call) {
        String name = call.string("name");
        String value = call.string("value");
        if (!call.flag("force")) {
            Option option = Options.find(name);
            if (option == null && !name.startsWith("mgr/")) {
                return CommandResult.error(Errno.EINVAL, "unrecognized config option '" + name + "'");
            }
            if (OptionText.isSpecial(name)) {
                return CommandResult.error(Errno.EINVAL, name + " is special and cannot be stored by the mon");
            }
            value = option == null ? value : normalised(option, value);
        }
        service.set(key(call), value);
        return CommandResult.afterCommit("");
    }

    private static String normalised(Option option, String value) {
        try {
            return OptionInput.normalise(option, value);
        } catch (IllegalArgumentException e) {
            throw new CephException(Errno.EINVAL, "error parsing value: " + e.getMessage());
        }
    }

    private CommandResult remove(CommandContext call) {
        service.set(key(call), null);
        return CommandResult.afterCommit("");
    }

    private static String key(CommandContext call) {
        String who = call.string("who");
        ConfigTarget target = ConfigTarget.parse(who);
        if (target == null) {
            throw new CephException(Errno.EINVAL, "unrecognized config target '" + who + "'");
        }
        String section = target.isGlobal() ? "global" : target.section();
        return section + "/" + (target.mask().isEmpty() ? "" : target.mask() + "/") + call.string("name");
    }

    private CommandResult get(CommandContext call) {
        String who = call.string("who");
        EntityAuthName entity = entity(who);
        if (entity == null) {
            return CommandResult.error(Errno.EINVAL, "unrecognized entity '" + who + "'");
        }
        NavigableMap<String, ConfigEntry> entries = service.entriesFor(entity, "");
        Formatter f = call.formatter();
        if (call.has("key")) {
            return one(call.string("key"), entries);
        }
        if (f == null) {
            TextTable table = table();
            entries.values().forEach(entry -> row(table, entry.section(), entry));
            return CommandResult.data(table.toString());
        }
        f.openObject("config");
        entries.forEach((name, entry) -> {
            f.openObject(name);
            f.dump("value", entry.value());
            f.dump("section", entry.section());
            f.openObject("mask");
            entry.dumpMask(f);
            f.close();
            f.dump("can_update_at_runtime", entry.changesAtRuntime());
            f.close();
        });
        return CommandResult.data(f.close());
    }

    private static CommandResult one(String name, Map<String, ConfigEntry> entries) {
        ConfigEntry entry = entries.get(name);
        if (entry != null) {
            return CommandResult.data(entry.value() + "\n");
        }
        Option option = Options.find(name);
        if (OptionText.isSpecial(name)) {
            return CommandResult.error(Errno.EINVAL, name + " is special and cannot be stored by the mon");
        }
        if (option == null) {
            return CommandResult.error(Errno.ENOENT, "unrecognized key '" + name + "'");
        }
        return CommandResult.data(OptionText.display(option) + "\n");
    }

    private static @Nullable EntityAuthName entity(String who) {
        int dot = who.indexOf('.');
        String type = dot < 0 ? who : who.substring(0, dot);
        return ConfigTarget.isType(type) ? EntityAuthName.parse(dot < 0 ? who + "." : who) : null;
    }

    private static TextTable table() {
        return new TextTable().left("WHO").left("MASK").left("LEVEL").left("OPTION").left("VALUE").left("RO");
    }

    private static void row(TextTable table, String who, ConfigEntry entry) {
        table.row(who, entry.target().mask(), entry.level(), entry.name(), entry.value(),
                entry.changesAtRuntime() ? "" : "*");
    }

    private CommandResult dump(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            TextTable table = table();
            service.map().sections().forEach((section, entries) -> {
                String indent = section.equals("global") ? "" : section.indexOf('.') < 0 ? "  " : "    ";
                entries.forEach(entry -> row(table, indent + section, entry));
            });
            return CommandResult.data(table.toString());
        }
        f.openArray("config");
        service.map().sections().forEach((section, entries) -> entries.forEach(entry -> {
            f.openObject("option");
            f.dump("section", section);
            f.dump("name", entry.name());
            f.dump("value", entry.value());
            f.dump("level", entry.level());
            f.dump("can_update_at_runtime", entry.changesAtRuntime());
            f.dump("mask", entry.target().mask());
            entry.dumpMask(f);
            f.close();
        }));
        return CommandResult.data(f.close());
    }

    private CommandResult help(CommandContext call) {
        Option option = Options.find(call.string("key"));
        if (option == null) {
            return CommandResult.error(Errno.ENOENT, "");
        }
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(OptionText.help(option));
        }
        OptionText.dump(f, option);
        return CommandResult.data(f);
    }

    private CommandResult list(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder out = new StringBuilder();
            listed().forEach(name -> out.append(name).append('\n'));
            return CommandResult.data(out.toString());
        }
        f.openArray("options");
        listed().forEach(name -> f.dump("option", name));
        return CommandResult.data(f.close());
    }

    /// Levels of logs are options without an entry of their own.
    private static List<String> listed() {
        return Options.all().stream().filter(option -> !option.isLogLevel()).map(Option::name).toList();
    }

    private CommandResult log(CommandContext call) {
        long newest = service.newestVersion();
        long oldest = Math.max(0, newest - Math.max(0, call.integer("num", 10)));
        Formatter f = call.formatter();
        StringBuilder out = new StringBuilder();
        if (f != null) {
            f.openArray("changesets");
        }
        for (long v = newest; v > oldest; v--) {
            ConfigService.ChangeSet set = service.changeSet(v);
            if (f == null) {
                print(out, set);
            } else {
                dump(f, set);
            }
        }
        return f == null ? CommandResult.data(out.toString()) : CommandResult.data(f.close());
    }

    private static void print(StringBuilder out, ConfigService.ChangeSet set) {
        out.append("--- ").append(set.version()).append(" --- ").append(Stamp.text(set.stamp()));
        out.append(set.description().isEmpty() ? "" : " --- " + set.description()).append(" ---\n");
        set.changes().forEach((key, change) -> {
            if (change.before() != null) {
                out.append("- ").append(key).append(" = ").append(change.before()).append('\n');
            }
            if (change.after() != null) {
                out.append("+ ").append(key).append(" = ").append(change.after()).append('\n');
            }
        });
    }

    private static void dump(Formatter f, ConfigService.ChangeSet set) {
        f.openObject("changeset");
        f.dump("version", set.version());
        f.dump("timestamp", Stamp.text(set.stamp()));
        f.dump("name", set.description());
        f.openArray("changes");
        set.changes().forEach((key, change) -> {
            f.openObject("change").dump("name", key);
            if (change.before() != null) {
                f.dump("previous_value", change.before());
            }
            if (change.after() != null) {
                f.dump("new_value", change.after());
            }
            f.close();
        });
        f.close();
        f.close();
    }

    private CommandResult reset(CommandContext call) {
        long target = call.integer("num", -1);
        long newest = service.newestVersion();
        if (target < 0 || target > newest) {
            return CommandResult.error(Errno.EINVAL,
                    "must specify a valid historical version to revert to; see 'ceph config log' for a list of "
                            + "avialable configuration historical versions");
        }
        NavigableMap<String, @Nullable String> values = new TreeMap<>();
        for (long v = newest; v > target; v--) {
            service.changeSet(v).changes().forEach((key, change) -> values.put(key, change.before()));
        }
        values.forEach(service::set);
        service.describe("reset to " + target);
        return CommandResult.afterCommit("");
    }

    private CommandResult assimilate(CommandContext call) {
        ConfFile file;
        try {
            file = ConfFile.parse(call.input().utf8());
        } catch (IllegalArgumentException e) {
            return CommandResult.error(Errno.EINVAL, String.valueOf(e.getMessage()));
        }
        StringBuilder left = new StringBuilder();
        for (String section : file.sectionNames().stream().sorted().toList()) {
            StringBuilder kept = new StringBuilder();
            new TreeMap<>(file.section(section)).forEach((name, value) -> {
                if (!take(section, name, value)) {
                    kept.append('\t').append(name).append(" = ").append(value).append('\n');
                }
            });
            if (!kept.isEmpty()) {
                left.append("\n[").append(section).append("]\n").append(kept);
            }
        }
        return CommandResult.afterCommit("", Bytes.utf8(left.toString()));
    }

    /// Whether the database has the option now; otherwise it stays in the file.
    private boolean take(String section, String name, String value) {
        Option option = Options.find(name);
        ConfigTarget target = ConfigTarget.parse(section);
        if (option == null || target == null || OptionText.isSpecial(name)) {
            return false;
        }
        try {
            String key = section + "/" + name;
            String normalised = OptionInput.normalise(option, value);
            String there = service.current().get(key);
            if (there == null) {
                service.set(key, normalised);
            }
            return there == null || there.equals(normalised);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private CommandResult minimalConf(CommandContext call) {
        List<String> addrs = mon.service(MonMapService.class).map().monitors().values().stream()
                .map(monitor -> monitor.addrs().toString()).toList();
        return CommandResult.data("# minimal ceph.conf for " + mon.fsid() + "\n[global]\n\tfsid = " + mon.fsid()
                + "\n\tmon_host = " + String.join(" ", addrs) + "\n");
    }
}
