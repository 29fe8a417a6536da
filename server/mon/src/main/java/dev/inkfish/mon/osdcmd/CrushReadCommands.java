package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.crush.CrushBucket;
import dev.inkfish.crush.CrushMap;
import dev.inkfish.crush.CrushRule;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `osd crush` commands that show something.
final class CrushReadCommands {
    private final OsdMaps maps;

    CrushReadCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd crush rule ls", this::rules).on("osd crush rule list", this::rules);
        on.on("osd crush rule ls-by-class", this::rulesByClass).on("osd crush rule dump", this::dumpRules);
        on.on("osd crush dump", this::dump).on("osd crush show-tunables", this::tunables);
        on.on("osd crush get-tunable", this::tunable).on("osd crush tree", this::tree).on("osd crush ls", this::ls);
        on.on("osd crush class ls", this::classes).on("osd crush class ls-osd", this::devicesOfClass);
        on.on("osd crush get-device-class", this::deviceClass);
        on.on("osd crush weight-set ls", this::weightSets).on("osd crush weight-set dump", this::dumpWeightSets);
    }

    private CrushMap crush() {
        return maps.map().crush();
    }

    /// @param section what the list is called in XML
    private static CommandResult names(CommandContext call, String section, List<String> names) {
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            names.forEach(name -> t.append(name).append('\n'));
            return CommandResult.data(t.toString());
        }
        f.openArray(section);
        names.forEach(name -> f.dump(section.equals("items") ? "item" : "name", name));
        f.close();
        return CommandResult.data(f);
    }

    private CommandResult rules(CommandContext call) {
        return names(call, "rules", List.copyOf(crush().ruleNames().values()));
    }

    private Integer classId(String name) {
        for (Map.Entry<Integer, String> each : crush().classNames().entrySet()) {
            if (each.getValue().equals(name)) {
                return each.getKey();
            }
        }
        throw new CephException(Errno.ENOENT, "failed to get rules by class '" + name + "'");
    }

    private CommandResult rulesByClass(CommandContext call) {
        Integer classId = classId(call.string("class"));
        List<String> names = new ArrayList<>();
        crush().ruleNames().forEach((number, name) -> {
            CrushRule rule = crush().rule(number);
            if (rule != null && rule.steps().stream().anyMatch(s -> s.op() == CrushRule.TAKE
                    && classId.equals(crush().deviceClasses().get(s.arg1())))) {
                names.add(name);
            }
        });
        return names(call, "rules", names);
    }

    private CommandResult dumpRules(CommandContext call) {
        String name = call.string("name");
        Formatter f = call.formatter("json-pretty");
        if (name.isEmpty()) {
            f.openArray("rules");
            for (int number = 0; number < crush().rules().size(); number++) {
                CrushRule rule = crush().rule(number);
                if (rule != null) {
                    CrushText.dumpRule(f, crush(), number, rule);
                }
            }
            f.close();
            return CommandResult.ended(f);
        }
        for (Map.Entry<Integer, String> each : crush().ruleNames().entrySet()) {
            CrushRule rule = crush().rule(each.getKey());
            if (each.getValue().equals(name) && rule != null) {
                CrushText.dumpRule(f, crush(), each.getKey(), rule);
                return CommandResult.ended(f);
            }
        }
        throw new CephException(Errno.ENOENT, "unknown crush rule '" + name + "'");
    }

    private CommandResult dump(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("crush_map");
        CrushText.dump(f, crush());
        f.close();
        return CommandResult.ended(f);
    }

    private CommandResult tunables(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("crush_map_tunables");
        CrushText.dumpTunables(f, crush());
        f.close();
        return CommandResult.ended(f);
    }

    private CommandResult tunable(CommandContext call) {
        String name = call.string("tunable");
        if (!name.equals("straw_calc_version")) {
            throw new CephException(Errno.EINVAL, "unrecognized tunable '" + name + "'");
        }
        int value = crush().tunables().strawCalcVersion();
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(value + "\n");
        }
        f.openObject("tunable").dump(name, value).close();
        return CommandResult.data(f);
    }

    private CommandResult tree(CommandContext call) {
        boolean shadows = call.string("shadow").equals("--show-shadow");
        CrushTree tree = new CrushTree(crush(), CrushTree.roots(crush(), shadows), null);
        Formatter f = call.formatter();
        if (f == null) {
            TextTable table = CrushTree.table(setNames());
            tree.nodes().forEach(node -> {
                List<Object> cells = tree.cells(node);
                cells.addAll(cells.size() - 1, tree.setCells(node));
                table.row(cells.toArray());
            });
            return CommandResult.data(table.toString());
        }
        f.openObject("crush_tree").openArray("nodes");
        tree.nodes().forEach(node -> {
            f.openObject("item");
            tree.dump(f, node, maps.map()::poolName);
            tree.dumpChildren(f, node);
            f.close();
        });
        f.close().openArray("stray").close().close();
        return CommandResult.data(f);
    }

    private CommandResult ls(CommandContext call) {
        String name = call.string("node");
        for (Map.Entry<Integer, String> each : crush().itemNames().entrySet()) {
            if (each.getValue().equals(name)) {
                CrushBucket bucket = crush().bucket(each.getKey());
                List<String> items = new ArrayList<>();
                if (bucket == null) {
                    items.add(name);
                } else {
                    for (int i = 0; i < bucket.size(); i++) {
                        int item = bucket.item(i);
                        items.add(crush().itemNames().getOrDefault(item, "osd." + item));
                    }
                }
                return names(call, "items", items);
            }
        }
        throw new CephException(Errno.ENOENT, "node '" + name + "' does not exist");
    }

    private CommandResult classes(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openArray("crush_classes");
        crush().classNames().values().forEach(name -> f.dump("class", name));
        f.close();
        return CommandResult.data(f);
    }

    private CommandResult devicesOfClass(CommandContext call) {
        String wanted = call.string("class");
        List<Integer> devices = new ArrayList<>();
        crush().deviceClasses().forEach((item, classId) -> {
            if (item >= 0 && wanted.equals(crush().classNames().get(classId))) {
                devices.add(item);
            }
        });
        Formatter f = call.formatter();
        if (f == null) {
            StringBuilder t = new StringBuilder();
            devices.forEach(device -> t.append(device).append('\n'));
            return CommandResult.data(t.toString());
        }
        OsdMapText.ints(f, "osds", devices);
        return CommandResult.data(f);
    }

    private CommandResult deviceClass(CommandContext call) {
        Formatter f = call.formatter();
        StringBuilder t = new StringBuilder();
        List<String> ids = call.strings("ids");
        if (f != null) {
            f.openArray("osd_device_classes");
        }
        for (String text : ids) {
            int osd = OsdReadCommands.osdId(text);
            if (osd < 0) {
                throw new CephException(Errno.EINVAL, "unable to parse osd id:'" + text + "'");
            }
            if (!maps.map().exists(osd)) {
                throw new CephException(Errno.ENOENT, "osd." + osd + " does not exist");
            }
            Integer classId = crush().deviceClasses().get(osd);
            String name = classId == null ? "" : crush().classNames().getOrDefault(classId, "");
            if (f != null) {
                f.openObject("osd_device_class").dump("osd", osd).dump("device_class", name).close();
            } else {
                t.append(ids.size() > 1 ? "osd." + osd + " " : "").append(name).append('\n');
            }
        }
        if (f != null) {
            f.close();
            return CommandResult.data(f);
        }
        return CommandResult.data(t.toString());
    }

    private CommandResult weightSets(CommandContext call) {
        return names(call, "weight_sets", setNames());
    }

    private List<String> setNames() {
        return crush().chooseArgs().keySet().stream().map(set -> CrushTree.setName(set, maps.map()::poolName)).toList();
    }

    private CommandResult dumpWeightSets(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("choose_args");
        crush().chooseArgs().forEach((pool, args) -> {
            f.openArray(Long.toString(pool));
            args.forEach((index, arg) -> CrushText.dumpArg(f, index, arg));
            f.close();
        });
        f.close();
        return CommandResult.data(f);
    }
}
