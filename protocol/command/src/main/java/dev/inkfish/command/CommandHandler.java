package dev.inkfish.command;

/// Runs a command. A `CephException` becomes a result with its code and message.
@FunctionalInterface
public interface CommandHandler {
    CommandResult run(CommandContext context);
}
