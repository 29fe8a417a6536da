package dev.inkfish.mon.map;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.conf.Option;
import dev.inkfish.conf.Options;
import dev.inkfish.conf.Values;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;

/// What `ceph tell mon.<id> …` offers beside the commands that are both: version, options of this daemon, sessions.
public final class TellCommands {
    private final MonCore mon;

    public TellCommands(MonCore mon) {
        this.mon = mon;
    }

    public void register(CommandTable table) {
        table.add("version", "get ceph version", "mon", "r", this::version);
        for (String shared : new String[] {"mon_status", "quorum_status", "fsid"}) {
            Command command = mon.commands().find(shared);
            if (command != null) {
                table.add(shared, command.help(), "mon", "r", command.handler());
            }
        }
        table.add("sessions", "list existing sessions", "mon", "r", this::sessions);
        table.add("config show", "dump current config settings", "mon", "r", this::show);
        table.add("config get name=var,type=CephString", "config get <field>: get the config value", "mon", "r", this::get);
        table.add("config set name=var,type=CephString name=val,type=CephString,n=N",
                "config set <field> <val> [<val> ...]: set a config variable", "mon", "rw", this::set);
        table.add("config unset name=var,type=CephString", "config unset <field>: unset a config variable", "mon", "rw",
                this::unset);
        table.add("injectargs name=injected_args,type=CephString,n=N", "inject configuration arguments into running daemon",
                "mon", "rw", this::inject);
    }

    private CommandResult version(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openObject("version");
        f.dump("version", "16.2.15").dump("release", "pacific").dump("release_type", "stable");
        return CommandResult.data(f.close());
    }

    private CommandResult sessions(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openArray("sessions");
        for (MonSession session : mon.sessions()) {
            f.openObject("session");
            f.dump("name", session.peer().toString());
            f.dump("entity_name", session.isAuthenticated() ? session.authName().toString() : "");
            MonMapDump.addrs(f, "addrs", session.addrs());
            f.openObject("socket_addr");
            f.dump("type", session.socketAddr().kind().text());
            f.dump("addr", session.socketAddr().isBlank() ? "-" : session.socketAddr().hostAndPort());
            f.dumpUnsigned("nonce", Integer.toUnsignedLong(session.socketAddr().nonce())).close();
            f.dump("con_type", session.peer().type().text());
            f.dumpUnsigned("con_features", session.features());
            f.dump("con_features_hex", Long.toHexString(session.features()));
            f.dump("open", session.isOpen());
            f.dump("authenticated", session.isAuthenticated());
            f.dump("global_id", session.globalId());
            f.dump("osd_epoch", session.osdEpoch());
            f.dump("remote_host", session.host());
            f.close();
        }
        return CommandResult.data(f.close());
    }

    private CommandResult show(CommandContext call) {
        Formatter f = call.formatter("json-pretty").openObject("config_show");
        f.dump("name", "mon." + mon.name()).dump("cluster", "ceph");
        Options.all().forEach(option -> f.dump(option.name(), mon.conf().string(option.name())));
        return CommandResult.data(f.close());
    }

    private CommandResult get(CommandContext call) {
        String name = ConfFile.normalise(call.string("var"));
        if (Options.find(name) == null) {
            return CommandResult.error(Errno.ENOENT, "error getting '" + name + "': (2) No such file or directory");
        }
        Formatter f = call.formatter("json-pretty").openObject("config_get");
        return CommandResult.data(f.dump(name, mon.conf().string(name)).close());
    }

    private CommandResult set(CommandContext call) {
        String name = ConfFile.normalise(call.string("var"));
        String value = String.join(" ", call.strings("val"));
        Option option = Options.find(name);
        if (option == null) {
            return CommandResult.error(Errno.ENOENT,
                    "error setting '" + name + "' to '" + value + "': (2) No such file or directory");
        }
        if (!isValid(option, value)) {
            return CommandResult.error(Errno.EINVAL, "error setting '" + name + "' to '" + value + "': (22) Invalid argument");
        }
        mon.conf().set(Conf.Layer.OVERRIDE, name, value);
        Formatter f = call.formatter("json-pretty").openObject("config_set");
        return CommandResult.data(f.dump("success", name + " = '" + value + "' ").close());
    }

    private static boolean isValid(Option option, String value) {
        try {
            switch (option.type()) {
                case INT, UINT -> Values.integer(value);
                case SIZE -> Values.size(value);
                case FLOAT -> Values.decimal(value);
                case BOOL -> Values.flag(value);
                case SECONDS -> Values.seconds(value);
                case STRING, MILLIS, ADDR, UUID -> {}
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private CommandResult unset(CommandContext call) {
        mon.conf().set(Conf.Layer.OVERRIDE, ConfFile.normalise(call.string("var")), null);
        return CommandResult.data(call.formatter("json-pretty").openObject("config_unset").close());
    }

    /// `--name=value` or `--name value`; all are checked before the first is set.
    private CommandResult inject(CommandContext call) {
        List<String> words = new ArrayList<>();
        call.strings("injected_args").forEach(text -> words.addAll(List.of(text.strip().split("\\s+"))));
        List<String[]> changes = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            boolean apart = equals < 0 && i + 1 < words.size();
            String name = ConfFile.normalise(word.substring(0, equals < 0 ? word.length() : equals).replaceFirst("^--", ""));
            Option option = Options.find(name);
            String value = equals >= 0 ? word.substring(equals + 1) : apart ? words.get(++i) : "";
            if (option == null || !word.startsWith("--") || !isValid(option, value)) {
                return CommandResult.error(Errno.EINVAL, " failed to parse arguments: " + word);
            }
            changes.add(new String[] {name, value});
        }
        StringBuilder said = new StringBuilder();
        for (String[] change : changes) {
            mon.conf().set(Conf.Layer.OVERRIDE, change[0], change[1]);
            said.append(change[0]).append(" = '").append(change[1]).append("' ");
        }
        return CommandResult.ok(said.toString(), "{}\n");
    }
}
