package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Commands that keep OSDs from being marked up, down, in or out: single ones, all below a CRUSH node, all of a device class
/// (`OSDMonitor::prepare_command_impl`, `osd set-group`).
final class OsdFlagCommands {
    static final List<String> EVERYONE = List.of("any", "all", "*");

    private final OsdMaps maps;

    OsdFlagCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        for (String flag : List.of("noup", "nodown", "noin", "noout")) {
            int bit = bit(flag);
            on.on("osd add-" + flag, call -> change(call.strings("ids"), bit, true));
            on.on("osd rm-" + flag, call -> change(call.strings("ids"), bit, false));
        }
        on.on("osd set-group", call -> group(call, true)).on("osd unset-group", call -> group(call, false));
    }

    private static int bit(String flag) {
        return switch (flag) {
            case "noup" -> OsdMap.STATE_NOUP;
            case "nodown" -> OsdMap.STATE_NODOWN;
            case "noin" -> OsdMap.STATE_NOIN;
            case "noout" -> OsdMap.STATE_NOOUT;
            default -> throw new CephException(Errno.EINVAL, "unrecognized flag '" + flag
                    + "', must be one of {noup,nodown,noin,noout}");
        };
    }

    private CommandResult group(CommandContext call, boolean set) {
        int bits = 0;
        for (String flag : call.string("flags").split(",")) {
            bits |= bit(flag);
        }
        return change(call.strings("who"), bits, set);
    }

    private CommandResult change(List<String> who, int bits, boolean set) {
        StringBuilder said = new StringBuilder();
        NavigableSet<Integer> osds = new TreeSet<>();
        NavigableSet<Integer> nodes = new TreeSet<>();
        NavigableSet<Integer> classes = new TreeSet<>();
        for (String each : who) {
            if (EVERYONE.contains(each)) {
                osds.addAll(maps.map().osds());
                break;
            }
            int osd = OsdReadCommands.osdId(each);
            if (osd >= 0 && osd <= OsdReadCommands.LAST_OSD) {
                osds.add(osd);
            } else if (!find(maps.map().crush().itemNames(), each, nodes) && !find(maps.map().crush().classNames(), each, classes)) {
                said.append("unable to parse osd id or crush node or device class: \"").append(each).append("\". ");
            }
        }
        if (osds.isEmpty() && nodes.isEmpty() && classes.isEmpty()) {
            throw new CephException(Errno.EINVAL, said.toString());
        }
        boolean changed = !nodes.isEmpty() || !classes.isEmpty();
        for (int osd : osds) {
            if (!maps.map().exists(osd)) {
                said.append("osd.").append(osd).append(" does not exist. ");
                continue;
            }
            int flip = set ? bits & ~maps.map().state(osd) : bits & maps.map().state(osd);
            if (flip != 0) {
                maps.pending().newState.merge(osd, flip, (a, b) -> a | b);
                changed = true;
            }
        }
        nodes.forEach(node -> change(maps.pending().newCrushNodeFlags, node, maps.map().crushNodeFlags(), bits, set));
        classes.forEach(number -> change(maps.pending().newDeviceClassFlags, number, maps.map().deviceClassFlags(), bits, set));
        return changed ? CommandResult.afterCommit(said.toString()) : CommandResult.status(said.toString());
    }

    private static boolean find(Map<Integer, String> names, String name, NavigableSet<Integer> found) {
        return names.entrySet().stream().filter(each -> each.getValue().equals(name)).map(Map.Entry::getKey).map(found::add).count() > 0;
    }

    private static void change(
            NavigableMap<Integer, Integer> pending, int id, NavigableMap<Integer, Integer> now, int bits, boolean set) {
        int before = pending.getOrDefault(id, now.getOrDefault(id, 0));
        pending.put(id, set ? before | bits : before & ~bits);
    }
}
