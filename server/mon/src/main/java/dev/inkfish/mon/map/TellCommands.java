package dev.inkfish.mon.map;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.LocalCommands;
import dev.inkfish.conf.RuntimeConfig;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;

/// What `ceph tell mon.<id> …` offers beside the commands that are both: version, options of this daemon, sessions.
public final class TellCommands {
    private final MonCore mon;

    public TellCommands(MonCore mon) {
        this.mon = mon;
    }

    public void register(CommandTable table) {
        table.add("version", "get ceph version", "mon", "r", this::version);
        for (String shared : new String[] {"mon_status"}) {
            Command command = mon.commands().find(shared);
            if (command != null) {
                table.add(shared, command.help(), "mon", "r", command.handler());
            }
        }
        table.add("sessions", "list existing sessions", "mon", "r", this::sessions);
        new RuntimeConfig(mon.conf(), "mon").register(table);
        LocalCommands.register(table, "mon");
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
}
