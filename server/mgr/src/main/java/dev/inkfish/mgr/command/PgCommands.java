package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.PgMapText;
import dev.inkfish.mgr.core.MgrCore;
import java.util.function.Supplier;

/// `pg …`: what is known of groups.
final class PgCommands implements MgrModuleCommands {
    private final Supplier<MgrCore> core;

    PgCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public void register(CommandTable table) {
        table.add("pg stat", "show placement group status.", "pg", "r", Command.FLAG_MGR, this::stat);
    }

    private CommandResult stat(CommandContext call) {
        Formatter f = call.formatter();
        if (f == null) {
            return CommandResult.data(PgMapText.oneLine(core.get().pgMap().digest()) + "\n");
        }
        f.openObject().dump("pg_ready", true).openObject("pg_summary");
        PgMapText.oneLine(core.get().pgMap().digest(), f);
        return CommandResult.data(f.close().close());
    }
}
