package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.command.TextTable.Align;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ReportedConfig;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// `config show` and `config show-with-defaults`: a running daemon's options, as it last told.
final class ConfigCommands implements MgrModuleCommands {
    private static final String DEFAULT = Conf.Layer.DEFAULT.text();

    private final Supplier<MgrCore> core;

    ConfigCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        table.add("service dump", "dump service map", "service", "r", Command.FLAG_MGR, call -> {
            Formatter f = call.formatter("json-pretty");
            core.get().dumpServices(f);
            return CommandResult.data(f);
        });
        table.add("config show name=who,type=CephString name=key,type=CephString,req=False", "Show running configuration",
                "mgr", "r", Command.FLAG_MGR, this::show);
        table.add("config show-with-defaults name=who,type=CephString",
                "Show running configuration (including compiled-in defaults)", "mgr", "r", Command.FLAG_MGR, this::show);
    }

    private CommandResult show(CommandContext call) {
        String who = call.string("who");
        int dot = who.indexOf('.');
        if (dot <= 0 || dot == who.length() - 1) {
            throw new CephException(Errno.EINVAL, "invalid daemon name: use <type>.<id>");
        }
        ReportedConfig config = core.get().configOf(who);
        if (config == null) {
            throw new CephException(Errno.ENOENT, "no config state for daemon " + who);
        }
        if (call.has("key")) {
            return one(config, call.string("key"));
        }
        NavigableMap<String, NavigableMap<Integer, String>> shown = new TreeMap<>(config.values());
        if (call.prefix().endsWith("with-defaults")) {
            config.defaults().forEach((name, value) ->
                    shown.putIfAbsent(name, new TreeMap<>(Map.of(Conf.Layer.DEFAULT.ordinal(), value))));
        }
        Formatter f = call.formatter();
        return f == null ? CommandResult.data(table(shown)) : CommandResult.data(dump(f, shown));
    }

    private static CommandResult one(ReportedConfig config, String name) {
        NavigableMap<Integer, String> set = config.values().getOrDefault(name, Collections.emptyNavigableMap());
        String value = set.isEmpty() ? config.defaults().get(name) : set.lastEntry().getValue();
        if (value == null) {
            return CommandResult.error(Errno.ENOENT, "");
        }
        return CommandResult.data(value + "\n");
    }

    private static String layer(int number) {
        Conf.Layer[] layers = Conf.Layer.values();
        return number >= 0 && number < layers.length ? layers[number].text() : DEFAULT;
    }

    private static String table(NavigableMap<String, NavigableMap<Integer, String>> shown) {
        TextTable table = new TextTable();
        for (String column : new String[] {"NAME", "VALUE", "SOURCE", "OVERRIDES", "IGNORES"}) {
            table.column(column, Align.LEFT, Align.LEFT);
        }
        shown.forEach((name, values) -> {
            String value = values.lastEntry().getValue();
            List<String> overridden = new ArrayList<>();
            values.headMap(values.lastKey(), false).descendingMap().forEach((number, other) -> {
                String text = layer(number) + "[" + other + "]";
                overridden.add(other.equals(value) ? "(" + text + ")" : text);
            });
            table.row(name, value, layer(values.lastKey()), String.join(",", overridden.reversed()), "");
        });
        return table.toString();
    }

    private static Formatter dump(Formatter f, NavigableMap<String, NavigableMap<Integer, String>> shown) {
        f.openArray("config");
        shown.forEach((name, values) -> {
            f.openObject("value").dump("name", name).dump("value", values.lastEntry().getValue());
            f.dump("source", layer(values.lastKey()));
            if (values.size() > 1) {
                f.openArray("overrides");
                values.headMap(values.lastKey()).forEach((number, other) ->
                        f.openObject("value").dump("source", layer(number)).dump("value", other).close());
                f.close();
            }
            f.close();
        });
        return f.close();
    }
}
