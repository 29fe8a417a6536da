package dev.inkfish.app;

import dev.inkfish.conf.log.DaemonLogs;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `inkfish` command.
@Command(
        name = "inkfish",
        mixinStandardHelpOptions = true,
        version = "inkfish 0.1.0",
        description = "A storage cluster that speaks Ceph's protocols.",
        subcommands = {
            UpCommand.class,
            StatusCommand.class,
            DownCommand.class,
            BootstrapCommand.class,
            JoinCommand.class,
            AddOsdCommand.class,
            StoreCommand.class,
            NodeCommand.class,
            RoleCommand.Mon.class,
            RoleCommand.Mgr.class,
            RoleCommand.Osd.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        DaemonLogs.install();
        CommandLine line = line();
        System.exit(args.length == 0 ? usage(line) : line.execute(args));
    }

    /// All commands; a failure is one line on standard error.
    static CommandLine line() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            System.err.println("inkfish: " + UpCommand.explain(e));
            if (System.getenv("INKFISH_TRACE") != null) {
                e.printStackTrace();
            }
            return 1;
        });
        return line;
    }

    private static int usage(CommandLine line) {
        line.usage(System.out);
        return 2;
    }
}
