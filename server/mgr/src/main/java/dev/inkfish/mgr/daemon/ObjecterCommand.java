package dev.inkfish.mgr.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.stats.ObjecterDump;
import dev.inkfish.rados.RadosClient;
import java.util.concurrent.Executor;

/// What the manager's modules wait for from OSDs. Ceph's have clients of their own, which its command does not see.
///
/// @param core where commands are answered
record ObjecterCommand(RadosClient rados, Executor core) {
    void register(CommandTable table) {
        table.add("objecter_requests", ObjecterDump.HELP, "mgr", "r", this::show);
    }

    private CommandResult show(CommandContext call) {
        rados.describe((ops, watches) -> {
            CommandResult.Done done = ObjecterDump.show(call, ops, watches, System.nanoTime());
            core.execute(() -> call.reply(done));
        });
        return CommandResult.later();
    }
}
