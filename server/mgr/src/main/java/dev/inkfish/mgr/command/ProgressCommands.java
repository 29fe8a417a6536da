package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.mgr.core.RecoveryEvents;
import dev.inkfish.wire.Utime;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `progress …`: what takes long, and what has ended.
final class ProgressCommands implements MgrModuleCommands {
    private static final String ENABLED = "enabled";

    private final Supplier<MgrCore> core;
    private @Nullable RecoveryEvents recoveries;
    private Utime looked = Utime.ZERO;

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
        table.add("progress clear", "Reset progress tracking", "mgr", "rw", Command.FLAG_MGR, call -> {
            clear();
            return CommandResult.status("");
        });
        table.add("progress on", "Enable progress tracking", "mgr", "rw", Command.FLAG_MGR, call -> turn(call, true));
        table.add("progress off", "Disable progress tracking", "mgr", "rw", Command.FLAG_MGR, call -> turn(call, false));
    }

    private void clear() {
        core.get().progress().clear();
        if (recoveries != null) {
            recoveries.clear();
        }
    }

    private boolean isOn() {
        return core.get().store().flag(name(), ENABLED);
    }

    private CommandResult turn(CommandContext call, boolean on) {
        String what = on ? "enabled" : "disabled";
        if (isOn() == on) {
            return CommandResult.status("progress already " + what + "!");
        }
        core.get().store().setOption(name(), ENABLED, Boolean.toString(on), done -> {
            if (done.code() >= 0 && !on) {
                clear();
            }
            call.reply(done.code() < 0 ? done : CommandResult.status("progress " + what));
        });
        return CommandResult.later();
    }

    @Override
    public void serve(Utime now) {
        core.get().progress().enable(isOn(), (int) core.get().store().integer(name(), "max_completed_events"));
        if (!isOn() || now.toNanos() - looked.toNanos() < core.get().store().seconds(name(), "sleep_interval") * 1e9) {
            return;
        }
        looked = now;
        RecoveryEvents events = recoveries;
        if (events == null) {
            events = new RecoveryEvents(core.get().progress());
            recoveries = events;
        }
        events.look(core.get().pgMap(), now);
    }

    @Override
    public void rest() {
        recoveries = null;
    }
}
