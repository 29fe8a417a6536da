package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.Stamp;
import dev.inkfish.mgr.core.MgrCore;
import java.util.function.Supplier;

/// `service status`: what registered daemons (`rbd-mirror`, …) say of themselves.
final class ServiceCommands implements MgrModuleCommands {
    private final Supplier<MgrCore> core;

    ServiceCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        table.add("service status", "dump service state", "service", "r", Command.FLAG_MGR, this::status);
    }

    private CommandResult status(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("service_status");
        core.get().services().states().forEach((service, daemons) -> {
            f.openObject(service);
            daemons.forEach((name, state) -> {
                f.openObject(name);
                f.dump("status_stamp", Stamp.text(state.since()));
                f.dump("last_beacon", Stamp.text(state.heard()));
                f.openObject("status");
                state.status().forEach(f::dump);
                f.close().close();
            });
            f.close();
        });
        return CommandResult.data(f.close());
    }
}
