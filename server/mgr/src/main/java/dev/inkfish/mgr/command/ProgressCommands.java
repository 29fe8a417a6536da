package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.core.MgrCore;
import java.util.function.Supplier;

/// `progress …`: what takes long, and what has ended.
final class ProgressCommands implements MgrModuleCommands {
    private final Supplier<MgrCore> core;

    ProgressCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "progress";
    }

    @Override
    public void register(CommandTable table) {
        table.add("progress", "Show progress of recovery operations", "mgr", "r", Command.FLAG_MGR, call -> {
            String text = core.get().progress().text(call.now());
            return text.isEmpty() ? CommandResult.status("Nothing in progress") : CommandResult.data(text);
        });
        table.add("progress json", "Show machine readable progress information", "mgr", "r", Command.FLAG_MGR,
                call -> CommandResult.data(PythonJson.pretty(core.get().progress().json(call.now()))));
        table.add("progress clear", "Reset progress tracking", "mgr", "w", Command.FLAG_MGR, call -> {
            core.get().progress().clear();
            return CommandResult.status("");
        });
    }
}
