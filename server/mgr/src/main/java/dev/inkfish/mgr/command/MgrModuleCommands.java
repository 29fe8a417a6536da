package dev.inkfish.mgr.command;

import dev.inkfish.command.CommandTable;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.HealthCheck;
import java.util.NavigableMap;

/// A module: something the manager does besides keeping statistics, with commands of its own. On the core's thread.
public interface MgrModuleCommands {
    /// As `ceph mgr module ls` names it; empty for what belongs to the manager itself.
    String name();

    void register(CommandTable table);

    /// Several times a second while the manager is active.
    default void serve(Utime now) {}

    /// The manager is not active any more.
    default void rest() {}

    /// Adds to the manager's health checks.
    default void check(NavigableMap<String, HealthCheck> checks, Utime now) {}
}
