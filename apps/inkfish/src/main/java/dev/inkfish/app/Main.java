package dev.inkfish.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `inkfish` command.
@Command(
        name = "inkfish",
        mixinStandardHelpOptions = true,
        version = "inkfish 0.1.0",
        description = "A storage cluster that speaks Ceph's protocols.",
        subcommands = {CommandLine.HelpCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Main());
        System.exit(args.length == 0 ? usage(line) : line.execute(args));
    }

    private static int usage(CommandLine line) {
        line.usage(System.out);
        return 2;
    }
}
