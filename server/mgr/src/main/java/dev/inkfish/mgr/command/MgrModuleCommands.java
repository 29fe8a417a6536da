package dev.inkfish.mgr.command;

import dev.inkfish.command.CommandTable;

/// A module: something the manager does besides keeping statistics, with commands of its own.
public interface MgrModuleCommands {
    /// As `ceph mgr module ls` names it; empty for what belongs to the manager itself.
    String name();

    void register(CommandTable table);
}
