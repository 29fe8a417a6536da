package dev.inkfish.conf;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.conf.log.DaemonLogs;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs commands that come through a daemon's admin socket, from the same table as those of `ceph tell`.
public final class LocalCommands {
    private static final String GIT_VERSION = "618f440892089921c3e944a991122ddc44e60516";

    private LocalCommands() {}

    /// What every daemon answers.
    public static void register(CommandTable table, Conf conf) {
        String module = conf.type();
        table.add("help", "list available commands", module, "r", call -> help(table, call));
        table.add("get_command_descriptions", "list available commands", module, "r",
                call -> CommandResult.ok("", CommandTable.describe(table.all())));
        table.add("git_version", "get git sha1", module, "r", call -> {
            Formatter f = call.formatter("json-pretty").openObject("version");
            return CommandResult.data(f.dump("git_version", GIT_VERSION).close());
        });
        table.add("log dump", "dump recent log entries to log file", module, "r", call -> {
            DaemonLogs.dump(conf.type() + "." + conf.id());
            return CommandResult.data(call.formatter("json-pretty").openObject("log_dump").close());
        });
        table.add("log flush", "flush log entries to log file", module, "r", call -> {
            DaemonLogs.flushAll();
            return CommandResult.data(call.formatter("json-pretty").openObject("log_flush").close());
        });
        table.add("log reopen", "reopen log file", module, "r", call -> {
            DaemonLogs.reopen();
            return CommandResult.data(call.formatter("json-pretty").openObject("log_reopen").close());
        });
    }

    /// What Ceph's daemons have no help for; after all others. The digits are names of the oldest daemons.
    public static void registerUnnamed(CommandTable table, Conf conf) {
        String module = conf.type();
        table.add("0", "", module, "r", call -> CommandResult.data("2")); // the version of the admin socket's protocol
        alias(table, module, "perf dump", "1", "perfcounters_dump");
        alias(table, module, "perf schema", "2", "perfcounters_schema");
        table.add("leak_some_memory", "", module, "rw",
                call -> CommandResult.unsupported("leak_some_memory", "what nothing refers to is collected"));
    }

    private static void alias(CommandTable table, String module, String prefix, String... names) {
        CommandHandler handler = Objects.requireNonNull(table.find(prefix)).handler();
        for (String name : names) {
            table.add(name, "", module, "r", handler);
        }
    }

    private static CommandResult help(CommandTable table, CommandContext call) {
        Formatter f = call.formatter("json-pretty").openObject("help");
        table.all().stream()
                .filter(command -> !command.help().isEmpty())
                .sorted(Comparator.comparing(Command::prefix))
                .forEach(command -> f.dump(command.prefix(), command.help()));
        return CommandResult.data(f.close());
    }

    /// On the thread that commands of the table belong to.
    public static void run(CommandTable table, String json, Utime now, Consumer<CommandResult.Done> reply) {
        try {
            Map<String, @Nullable Object> call = parse(json);
            if (!(call.get("prefix") instanceof String prefix)) {
                throw new CephException(Errno.EINVAL, "no command");
            }
            Command command = table.find(prefix);
            if (command == null) {
                throw new CephException(Errno.EINVAL, "unknown command prefix " + prefix);
            }
            CommandContext context = new CommandContext(command, call, Bytes.EMPTY, "admin_socket", now, reply);
            if (command.handler().run(context) instanceof CommandResult.Done done) {
                reply.accept(done);
            }
        } catch (CephException e) {
            reply.accept(new CommandResult.Done(e.code(), String.valueOf(e.getMessage()), Bytes.EMPTY));
        } catch (DecodeException | ClassCastException e) {
            reply.accept(CommandResult.error(Errno.EINVAL, String.valueOf(e.getMessage())));
        }
    }

    private static Map<String, @Nullable Object> parse(String json) {
        try {
            return CommandTable.parseCall(List.of(json));
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, "invalid json");
        }
    }
}
