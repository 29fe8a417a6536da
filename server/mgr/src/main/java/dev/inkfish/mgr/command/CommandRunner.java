package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.core.MgrSession;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Takes commands apart, checks who may give them, runs them and answers (`DaemonServer::_handle_command`).
public final class CommandRunner {
    /// Takes the answer.
    @FunctionalInterface
    public interface Reply {
        void reply(int code, String status, Bytes data);
    }

    private final CommandTable table;
    private final Predicate<String> loaded;
    /// The modules that serve commands, by prefix.
    private final TreeMap<String, String> modules = new TreeMap<>();

    /// @param loaded whether a module runs: always, or since an operator enabled it
    public CommandRunner(CommandTable table, Predicate<String> loaded) {
        this.table = table;
        this.loaded = loaded;
    }

    public CommandTable table() {
        return table;
    }

    public void register(MgrModuleCommands module) {
        Set<String> before = new TreeSet<>();
        table.all().forEach(command -> before.add(command.prefix()));
        module.register(table);
        table.all().forEach(command -> {
            if (!module.name().isEmpty() && !before.contains(command.prefix())) {
                modules.put(command.prefix(), module.name());
            }
        });
    }

    /// @param audit told whether the session may do this, before it is done
    public void run(
            MgrSession session, List<String> words, Bytes input, Utime now, Consumer<Boolean> audit, Reply reply) {
        try {
            Map<String, @Nullable Object> call = CommandTable.parseCall(words);
            if (!(call.get("prefix") instanceof String prefix)) {
                throw new CephException(Errno.EINVAL, "command prefix not found");
            }
            if (prefix.equals("get_command_descriptions")) {
                audit.accept(true);
                reply.reply(0, "", CommandTable.describe(table.all()));
                return;
            }
            Command command = table.find(prefix);
            if (command == null) {
                audit.accept(true);
                throw new CephException(Errno.EINVAL, "No handler found for '" + prefix + "'");
            }
            Reply told = modules.containsKey(prefix) ? endingInNewline(reply) : reply;
            CommandContext context = new CommandContext(command, call, input, session, now, done -> answer(told, done));
            boolean allowed = isAllowed(session, command, context);
            audit.accept(allowed);
            if (!allowed) {
                throw new CephException(Errno.EACCES, "access denied: does your client key have mgr caps? "
                        + "See http://docs.ceph.com/en/latest/mgr/administrator/#client-authentication");
            }
            String module = modules.get(prefix);
            if (module != null && !loaded.test(module)) {
                throw new CephException(Errno.EOPNOTSUPP, "Module '" + module + "' is not enabled/loaded (required by command '"
                        + prefix + "'): use `ceph mgr module enable " + module + "` to enable it");
            }
            switch (command.handler().run(context)) {
                case CommandResult.Done done -> answer(told, done);
                case CommandResult.Later later -> {}
                case CommandResult.AfterCommit after -> throw new IllegalStateException("nothing to commit here");
                case CommandResult.Again again -> throw new IllegalStateException("nothing to commit here");
            }
        } catch (CephException e) {
            reply.reply(e.code(), String.valueOf(e.getMessage()), Bytes.EMPTY);
        } catch (DecodeException e) {
            reply.reply(Errno.EINVAL.code(), "malformed input: " + e.getMessage(), Bytes.EMPTY);
        }
    }

    /// What a module prints ends with one newline.
    private static Reply endingInNewline(Reply reply) {
        return (code, status, data) -> {
            int length = data.length();
            while (length > 0 && data.get(length - 1) == '\n') {
                length--;
            }
            reply.reply(code, status, length == 0 ? Bytes.EMPTY : Bytes.concat(data.slice(0, length), Bytes.utf8("\n")));
        };
    }

    private static void answer(Reply reply, CommandResult.Done done) {
        reply.reply(done.code(), done.outs(), done.data());
    }

    private boolean isAllowed(MgrSession session, Command command, CommandContext context) {
        String perm = command.perm();
        String module = modules.getOrDefault(command.prefix(), "");
        return session.caps().allows(
                session.address(), module.isEmpty() ? command.module() : "py", module, command.prefix(), context.texts(),
                perm.indexOf('r') >= 0, perm.indexOf('w') >= 0, perm.indexOf('x') >= 0);
    }
}
