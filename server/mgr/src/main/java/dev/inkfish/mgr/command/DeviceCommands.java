package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.TextTable;
import dev.inkfish.mgr.core.DeviceBook;
import dev.inkfish.mgr.core.DeviceBook.Device;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.BiFunction;

/// `device ls` and the like: which devices daemons use (`DaemonServer`).
final class DeviceCommands implements MgrModuleCommands {
    private final Devices devices;

    DeviceCommands(Devices devices) {
        this.devices = devices;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        add(table, "ls", "Show devices", "r", call -> show(call, (all, facts) -> CommandResult.data(list(call, all.values()))));
        add(table, "info name=devid,type=CephString", "Show information about a device", "r",
                call -> show(call, (all, facts) -> info(call, all)));
        add(table, "ls-by-daemon name=who,type=CephString", "Show devices associated with a daemon", "r", call -> {
            if (call.string("who").indexOf('.') < 0) {
                throw new CephException(Errno.EINVAL, call.string("who") + " is not a valid daemon name");
            }
            return show(call, (all, facts) -> byDaemon(call, all, facts));
        });
        add(table, "ls-by-host name=host,type=CephString", "Show devices on a host", "r",
                call -> show(call, (all, facts) -> CommandResult.data(byHost(call, all))));
        add(table, "set-life-expectancy name=devid,type=CephString name=from,type=CephString name=to,type=CephString,req=False",
                "Set predicted device life expectancy", "rw", this::expect);
        add(table, "rm-life-expectancy name=devid,type=CephString", "Clear predicted device life expectancy", "rw",
                call -> devices.expect(call, call.string("devid"), DeviceBook.Expectancy.NONE));
    }

    private static void add(CommandTable table, String rest, String help, String perm, CommandHandler handler) {
        table.add("device " + rest, help, "mgr", perm, Command.FLAG_MGR, handler);
    }

    private CommandResult show(CommandContext call,
            BiFunction<NavigableMap<String, Device>, NavigableMap<String, Map<?, ?>>, CommandResult.Done> answer) {
        devices.find((all, facts) -> call.reply(answer.apply(all, facts)));
        return CommandResult.later();
    }

    private static Bytes json(Formatter f, Collection<Device> shown) {
        f.openArray("devices");
        shown.forEach(device -> device.dump(f));
        return f.close().bytes();
    }

    private static String list(CommandContext call, Collection<Device> all) {
        Formatter f = call.formatter();
        if (f != null) {
            return json(f, all).utf8();
        }
        TextTable table = new TextTable().left("DEVICE").left("HOST:DEV").left("DAEMONS").right("WEAR")
                .left("LIFE EXPECTANCY");
        all.forEach(device -> table.row(
                device.id(), device.everywhere(), String.join(" ", device.daemons()), "", device.lives(call.now())));
        return table.toString();
    }

    private static CommandResult.Done info(CommandContext call, NavigableMap<String, Device> all) {
        Device device = all.get(call.string("devid"));
        if (device == null) {
            return CommandResult.error(Errno.ENOENT, "device " + call.string("devid") + " not found");
        }
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(device.text());
        }
        device.dump(f);
        return CommandResult.data(f);
    }

    private static CommandResult.Done byDaemon(
            CommandContext call, NavigableMap<String, Device> all, NavigableMap<String, Map<?, ?>> facts) {
        String who = call.string("who");
        if (!facts.containsKey(who)) {
            return CommandResult.error(Errno.ENOENT, "daemon " + who + " not found");
        }
        Collection<Device> shown = all.values().stream().filter(device -> device.daemons().contains(who)).toList();
        Formatter f = call.formatter();
        if (f != null) {
            return CommandResult.ok("", json(f, shown));
        }
        TextTable table = new TextTable().left("DEVICE").left("HOST:DEV").left("EXPECTED FAILURE");
        shown.forEach(device -> table.row(device.id(), device.everywhere(), device.lives(call.now())));
        return CommandResult.data(table.toString());
    }

    private static String byHost(CommandContext call, NavigableMap<String, Device> all) {
        String host = call.string("host");
        Collection<Device> shown = all.values().stream().filter(device -> device.isOn(host)).toList();
        Formatter f = call.formatter();
        if (f != null) {
            return json(f, shown).utf8();
        }
        TextTable table = new TextTable().left("DEVICE").left("DEV").left("DAEMONS").left("EXPECTED FAILURE");
        shown.forEach(device -> table.row(
                device.id(), device.names(host), String.join(" ", device.daemons()), device.lives(call.now())));
        return table.toString();
    }

    private CommandResult expect(CommandContext call) {
        Utime from = time(call.string("from"));
        Utime to = call.has("to") ? time(call.string("to")) : Utime.ZERO;
        return devices.expect(call, call.string("devid"), new DeviceBook.Expectancy(from, to, call.now()));
    }

    private static Utime time(String text) {
        Utime time = DeviceBook.parse(text);
        if (time == null) {
            throw new CephException(Errno.EINVAL, "unable to parse datetime '" + text + "'");
        }
        return time;
    }

    static String stored(DeviceBook.Expectancy expectancy) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        DeviceBook.stored(expectancy).forEach(node::put);
        return node.toString();
    }
}
