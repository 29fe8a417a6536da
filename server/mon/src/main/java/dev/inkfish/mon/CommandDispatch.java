package dev.inkfish.mon;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MCommand;
import dev.inkfish.wire.message.MCommandReply;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonCommandAck;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes commands apart, checks who may give them, runs them and answers (`Monitor::handle_command`).
public final class CommandDispatch {
    /// Takes a command's answer.
    @FunctionalInterface
    public interface Reply {
        void reply(CommandResult.Done answer);
    }

    /// Sees commands as they are dispatched, refused and finished, for the audit log.
    @FunctionalInterface
    public interface Audit {
        void record(@Nullable MonSession session, Command command, List<String> words, String what);
    }

    /// Passes commands on that the manager serves.
    @FunctionalInterface
    public interface ManagerProxy {
        void forward(Command command, MMonCommand message, Reply reply);
    }

    private final MonCore mon;
    private Supplier<List<Command>> managerCommands = List::of;
    private Audit audit = (session, command, words, what) -> {};
    private final RecentCommands recent = new RecentCommands();
    private ManagerProxy managerProxy = (command, message, reply) ->
            reply.reply(CommandResult.error(Errno.EACCES, "access denied"));

    CommandDispatch(MonCore mon) {
        this.mon = mon;
    }

    /// Commands that the active manager announces and serves.
    void manager(Supplier<List<Command>> announced, ManagerProxy proxy) {
        managerCommands = announced;
        managerProxy = proxy;
    }

    void audit(Audit listener) {
        audit = listener;
    }

    void handle(MonSession session, MMonCommand message, long tid) {
        Reply reply = tracked(answer -> mon.send(session,
                new MMonCommandAck(answer.code(), answer.outs(), message.cmd(), answer.data()), tid));
        if (!message.fsid().equals(mon.fsid())) {
            reply.reply(CommandResult.error(Errno.EPERM, "wrong fsid"));
        } else {
            guarded(reply, () -> dispatch(session, message, tid, reply));
        }
    }

    /// Nothing that was asked for before is answered any more.
    void abandon() {
        recent.clear();
    }

    /// The request is not done before it is answered.
    private Reply tracked(Reply reply) {
        Deque<CommandResult.Done> answers = new ArrayDeque<>();
        Runnable later = mon.ofThisOp(() -> reply.reply(answers.removeFirst()));
        return answer -> {
            answers.addLast(answer);
            later.run();
        };
    }

    /// A command to this monitor itself; only those who may do everything here.
    void tell(MonSession session, MCommand message, long tid) {
        Reply reply = answer -> mon.send(session, new MCommandReply(answer.code(), answer.outs(), answer.data()), tid);
        guarded(reply, () -> {
            if (!session.caps().allows(
                    session.authName(), session.socketAddr(), "mon", "", Map.of(), true, true, true)) {
                throw new CephException(Errno.EACCES, "insufficient caps");
            }
            Map<String, @Nullable Object> call = CommandTable.parseCall(message.cmd());
            String prefix = prefixOf(call);
            if (prefix.equals("get_command_descriptions")) {
                reply.reply(CommandResult.ok("", CommandTable.describe(mon.tells().all())));
                return;
            }
            Command command = mon.tells().find(prefix);
            if (command == null) {
                throw new CephException(Errno.EINVAL, "No handler for '" + prefix + "'");
            }
            run(command, new CommandContext(command, call, message.data(), session, mon.now(), reply::reply), reply, () -> {});
        });
    }

    private static String prefixOf(Map<String, @Nullable Object> call) {
        Object given = call.get("prefix");
        if (given == null) {
            throw new CephException(Errno.EINVAL, "command prefix not found");
        }
        if (!(given instanceof String prefix)) {
            throw new CephException(Errno.EINVAL, "bad or missing field 'prefix'");
        }
        if (prefix.isEmpty()) {
            throw new CephException(Errno.EINVAL, "command prefix must not be empty");
        }
        return prefix;
    }

    void handleLocal(List<String> words, Bytes input, Reply reply) {
        guarded(reply, () -> dispatch(null, new MMonCommand(mon.fsid(), words, input), 0, reply));
    }

    private void dispatch(@Nullable MonSession session, MMonCommand message, long tid, Reply reply) {
        if (message.cmd().isEmpty()) {
            throw new CephException(Errno.EINVAL, "no command specified");
        }
        Map<String, @Nullable Object> call = CommandTable.parseCall(message.cmd());
        String prefix = prefixOf(call);
        if (prefix.equals("get_command_descriptions")) {
            List<Command> all = new ArrayList<>(managerCommands.get());
            all.addAll(mon.commands().all());
            reply.reply(CommandResult.ok("", CommandTable.describe(all)));
            return;
        }
        Command command = find(prefix);
        CommandContext context = new CommandContext(
                command, call, message.data(), session == null ? this : session, mon.now(), reply::reply);
        if (command.has(Command.FLAG_OBSOLETE)
                || command.has(Command.FLAG_DEPRECATED) && mon.conf().flag("mon_debug_deprecated_as_obsolete")) {
            throw new CephException(Errno.EOPNOTSUPP, "command is obsolete; please check usage and/or man page");
        }
        if (session != null && !isAllowed(session, command, context)) {
            audit.record(session, command, message.cmd(), " access denied");
            throw new CephException(Errno.EACCES, "access denied");
        }
        audit.record(session, command, message.cmd(), "dispatch");
        if (command.has(Command.FLAG_MGR)) {
            managerProxy.forward(command, message, reply);
        } else if (command.writes()) {
            Reply once = session == null ? reply : recent.begin(session.globalId(), tid, message.cmd(), reply);
            if (once == null) {
                return;
            }
            Runnable finished = () -> audit.record(session, command, message.cmd(), "finished");
            mon.whenWriteable(() -> guarded(once, () -> run(command, context, once, finished)));
        } else {
            run(command, context, reply, () -> {});
        }
    }

    private Command find(String prefix) {
        Command own = mon.commands().find(prefix);
        if (own != null) {
            return own;
        }
        return managerCommands.get().stream()
                .filter(command -> command.prefix().equals(prefix))
                .findFirst()
                .orElseThrow(() -> new CephException(Errno.EINVAL, "command not known"));
    }

    private static boolean isAllowed(MonSession session, Command command, CommandContext context) {
        String perm = command.perm();
        return session.isAuthenticated()
                && session.caps().allows(
                        session.authName(), session.socketAddr(), command.module(), command.prefix(), context.texts(),
                        perm.indexOf('r') >= 0, perm.indexOf('w') >= 0, perm.indexOf('x') >= 0);
    }

    /// @param committed what to do when a change that came of it is committed, before the answer
    private void run(Command command, CommandContext context, Reply reply, Runnable committed) {
        CommandResult result;
        try {
            result = command.handler().run(context);
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException | NullPointerException e) {
            if (command.writes()) {
                // what is pending may be half of a change
                throw e;
            }
            mon.effects().failed("command '" + command.prefix() + "'", e);
            reply.reply(CommandResult.error(Errno.EIO, "internal error: " + e));
            return;
        }
        switch (result) {
            case CommandResult.Done done -> reply.reply(done);
            case CommandResult.AfterCommit after -> mon.afterCommit(() -> {
                committed.run();
                reply.reply(after.answer());
            });
            case CommandResult.Again again ->
                mon.afterCommit(() -> mon.whenWriteable(() -> guarded(reply, () -> run(command, context, reply, committed))));
            case CommandResult.Later later -> {}
        }
    }

    private static void guarded(Reply reply, Runnable body) {
        try {
            body.run();
        } catch (CephException e) {
            reply.reply(new CommandResult.Done(e.code(), String.valueOf(e.getMessage()), Bytes.EMPTY));
        } catch (DecodeException e) {
            reply.reply(CommandResult.error(Errno.EINVAL, "malformed input: " + e.getMessage()));
        }
    }
}
